#include "io/output_netcdf.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>

#include "gwsd/core/error.hpp"
#include "io/hdf5_memory.hpp"
#include "io/netcdf_lock.hpp"

namespace gwsd::io {
namespace {

nc_type netcdf_type(plan::Type type)
{
    constexpr std::array<nc_type, 7> types{NC_FLOAT, NC_DOUBLE, NC_INT, NC_BYTE, NC_SHORT, NC_INT64, NC_STRING};
    return types[static_cast<std::size_t>(type)];
}

/// nc_create_mem begins with a file that does not keep the order of links and attributes. netCDF then never opens it
/// for writing (NC_ECANTWRITE from ncatted or ncks -A), and no attribute may pass 64 KiB. So an empty file that keeps
/// the order is opened instead.
int create_in_memory(const std::string& path, int* id)
{
    const std::vector<std::byte> empty = MemoryFile(path).image();
    NC_memio image{empty.size(), std::malloc(empty.size()), 0}; // netCDF owns it, and lets it grow
    if (image.memory == nullptr) return NC_ENOMEM;
    std::memcpy(image.memory, empty.data(), empty.size());
    return nc_open_memio(path.c_str(), NC_WRITE, &image, id);
}

} // namespace

std::size_t bytes_of(plan::Type type)
{
    constexpr std::array<std::size_t, 7> bytes{4, 8, 4, 1, 2, 8, sizeof(char*)};
    return bytes[static_cast<std::size_t>(type)];
}

namespace plan {

std::size_t File::index(const std::string& name) const
{
    for (std::size_t i = 0; i < variables.size(); ++i)
        if (variables[i].name == name) return i;
    throw ShapeError("output: no variable '" + name + "' was planned");
}

std::size_t File::raw_bytes() const
{
    std::size_t total = 0;
    for (const Variable& variable : variables) {
        std::size_t bytes = bytes_of(variable.type);
        for (const std::string& name : variable.dimensions)
            for (const Dimension& dimension : dimensions)
                if (dimension.name == name) bytes *= static_cast<std::size_t>(dimension.size);
        total += bytes;
    }
    return total;
}

} // namespace plan

PlannedFile::PlannedFile(const std::string& path, const plan::File& file, bool in_memory) : path_(path)
{
    const std::lock_guard lock(netcdf_lock());
    const int status =
        in_memory ? create_in_memory(path, &id_) : nc_create(path.c_str(), NC_NETCDF4 | NC_NOCLOBBER, &id_);
    check(status, "creating the file");
    try {
        define(file);
    } catch (...) {
        nc_close(id_);
        throw;
    }
}

PlannedFile::~PlannedFile()
{
    if (id_ < 0) return;
    const std::lock_guard lock(netcdf_lock());
    nc_close(id_);
}

void PlannedFile::check(int status, const std::string& what) const
{
    if (status != NC_NOERR) throw IoError(path_ + ": " + what + " failed: " + nc_strerror(status));
}

void PlannedFile::define(const plan::File& file)
{
    for (const plan::Dimension& dimension : file.dimensions) {
        int id = 0;
        check(nc_def_dim(id_, dimension.name.c_str(),
                         dimension.unlimited ? NC_UNLIMITED : static_cast<std::size_t>(dimension.size), &id),
              "defining dimension '" + dimension.name + "'");
        dimension_ids_.push_back(id);
    }
    for (const plan::Variable& variable : file.variables) define_variable(variable, file);
    for (const plan::Attribute& attribute : file.attributes) put_attribute(NC_GLOBAL, attribute);
    check(nc_enddef(id_), "ending the definitions");
    for (std::size_t i = 0; i < file.variables.size(); ++i) {
        const plan::Variable& variable = file.variables[i];
        const bool text = variable.type == plan::Type::text;
        if (variable.values.empty() && !text) continue;
        std::vector<std::size_t> start(variable.dimensions.size(), 0), count;
        std::size_t total = 1;
        for (const std::string& name : variable.dimensions)
            for (const plan::Dimension& dimension : file.dimensions)
                if (dimension.name == name) count.push_back(static_cast<std::size_t>(dimension.size));
        for (const std::size_t n : count) total *= n;
        if (text) {
            std::vector<const char*> copies(total, variable.text.c_str());
            check(nc_put_vara_string(id_, variable_ids_[i], start.data(), count.data(), copies.data()),
                  "writing '" + variable.name + "'");
            continue;
        }
        check(nc_put_vara_double(id_, variable_ids_[i], start.data(), count.data(), variable.values.data()),
              "writing '" + variable.name + "'");
    }
}

void PlannedFile::define_variable(const plan::Variable& variable, const plan::File& file)
{
    std::vector<int> ids;
    std::vector<std::size_t> shape;
    for (const std::string& name : variable.dimensions)
        for (std::size_t d = 0; d < file.dimensions.size(); ++d)
            if (file.dimensions[d].name == name) {
                ids.push_back(dimension_ids_[d]);
                shape.push_back(static_cast<std::size_t>(file.dimensions[d].size));
            }
    const std::string what = "defining variable '" + variable.name + "'";
    int id = 0;
    check(nc_def_var(id_, variable.name.c_str(), netcdf_type(variable.type), static_cast<int>(ids.size()), ids.data(),
                     &id),
          what);
    if (!variable.chunks.empty()) {
        check(nc_def_var_chunking(id_, id, NC_CHUNKED, variable.chunks.data()), what);
        check(nc_def_var_fletcher32(id_, id, NC_FLETCHER32), what);
        check(nc_def_var_deflate(id_, id, 1, 1, 1), what);
        check(nc_set_var_chunk_cache(id_, id, 0, 0, 0), what); // whole steps are written, so no chunk comes again
    }
    for (const plan::Attribute& attribute : variable.attributes) put_attribute(id, attribute);
    variable_ids_.push_back(id);
    shapes_.push_back(shape);
    value_bytes_.push_back(bytes_of(variable.type));
}

void PlannedFile::put_attribute(int variable, const plan::Attribute& attribute)
{
    const char* name = attribute.name.c_str();
    struct Put {
        int id, variable;
        const char* name;
        int operator()(const std::string& text) const
        {
            return nc_put_att_text(id, variable, name, text.size(), text.c_str());
        }
        int operator()(double value) const { return nc_put_att_double(id, variable, name, NC_DOUBLE, 1, &value); }
        int operator()(float value) const { return nc_put_att_float(id, variable, name, NC_FLOAT, 1, &value); }
        int operator()(std::int32_t value) const { return nc_put_att_int(id, variable, name, NC_INT, 1, &value); }
        int operator()(std::int64_t value) const
        {
            const long long wide = value;
            return nc_put_att_longlong(id, variable, name, NC_INT64, 1, &wide);
        }
        int operator()(const std::vector<std::int8_t>& values) const
        {
            return nc_put_att_schar(id, variable, name, NC_BYTE, values.size(), values.data());
        }
    };
    check(std::visit(Put{id_, variable, name}, attribute.value), "writing attribute '" + attribute.name + "'");
}

void PlannedFile::put(std::size_t variable, Index t, std::span<const std::byte> values)
{
    std::vector<std::size_t> start(shapes_[variable].size(), 0), count = shapes_[variable];
    if (t >= 0) {
        start.at(0) = static_cast<std::size_t>(t);
        count.at(0) = 1;
    }
    std::size_t expected = value_bytes_[variable];
    for (const std::size_t n : count) expected *= n;
    if (expected != values.size())
        throw ShapeError(path_ + ": a slab expects " + std::to_string(expected / value_bytes_[variable]) +
                         " values, got " + std::to_string(values.size() / value_bytes_[variable]));
    const std::lock_guard lock(netcdf_lock());
    check(nc_put_vara(id_, variable_ids_[variable], start.data(), count.data(), values.data()), "writing");
}

void PlannedFile::put_global(const plan::Attribute& attribute)
{
    const std::lock_guard lock(netcdf_lock());
    put_attribute(NC_GLOBAL, attribute);
}

void PlannedFile::close()
{
    const std::lock_guard lock(netcdf_lock());
    const int status = nc_close(id_);
    id_ = -1;
    check(status, "closing");
}

NC_memio PlannedFile::close_image()
{
    const std::lock_guard lock(netcdf_lock());
    NC_memio image{};
    const int status = nc_close_memio(id_, &image);
    id_ = -1;
    check(status, "closing the image in memory");
    return image;
}

} // namespace gwsd::io
