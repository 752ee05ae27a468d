#include "io/nc_read.hpp"

#include <netcdf.h>
#include <netcdf_filter.h>
#include <strings.h>
#include <array>
#include <cmath>
#include <cstring>

#include "gwsd/core/error.hpp"
#include "io/netcdf_lock.hpp"
#include "io/number_text.hpp"
#include "io/text.hpp"

namespace gwsd::io {
namespace {

constexpr Index largest_array = 10'000'000;

const char* format_name(int format)
{
    switch (format) {
        case NC_FORMAT_CLASSIC:
            return "netCDF-3";
        case NC_FORMAT_64BIT_OFFSET:
            return "netCDF-3 (64-bit offset)";
        case NC_FORMAT_CDF5:
            return "netCDF-3 (CDF-5)";
        case NC_FORMAT_NETCDF4_CLASSIC:
            return "netCDF-4 (classic model)";
        default:
            return "netCDF-4";
    }
}

/// HDF5's registered compressions that netCDF writers use.
std::string filter_name(unsigned id)
{
    switch (id) {
        case 4:
            return "szip";
        case 307:
            return "bzip2";
        case 32000:
            return "LZF";
        case 32001:
            return "Blosc";
        case 32004:
            return "LZ4";
        case 32008:
            return "bitshuffle";
        case 32013:
            return "ZFP";
        case 32015:
            return "Zstandard";
        default:
            return "unknown";
    }
}

} // namespace

const NcAttribute* find_attribute(const std::vector<NcAttribute>& attributes, const std::string& name)
{
    for (const NcAttribute& attribute : attributes)
        if (attribute.name == name) return &attribute;
    for (const NcAttribute& attribute : attributes)
        if (strcasecmp(attribute.name.c_str(), name.c_str()) == 0) return &attribute;
    return nullptr;
}

std::string attribute_text(const std::vector<NcAttribute>& attributes, const std::string& name)
{
    const NcAttribute* found = find_attribute(attributes, name);
    return found ? found->text : std::string();
}

NcFile::NcFile(std::string path, std::string shown) : path_(std::move(path)), shown_(std::move(shown))
{
    open();
    try {
        const std::lock_guard lock(netcdf_lock());
        int format = 0;
        check(nc_inq_format(file_, &format), "its format");
        format_ = format_name(format);
        list_group(file_, "", 0);
    } catch (...) {
        close();
        throw;
    }
}

NcFile::~NcFile() { close(); }

void NcFile::open()
{
    if (file_ >= 0) return;
    const std::lock_guard lock(netcdf_lock());
    // A name that starts with '-' or ':' would be understood in another way by some layers below.
    std::string name = path_[0] == '-' || path_[0] == ':' ? "./" : "";
    name += path_;
    const int status = nc_open(name.c_str(), NC_NOWRITE, &file_);
    if (status == NC_NOERR) return;
    file_ = -1;
    throw DataError(shown_ + ": cannot be opened as netCDF (" + nc_strerror(status) +
                    "); it is truncated, damaged or of another kind: download it again");
}

void NcFile::close()
{
    if (file_ < 0) return;
    const std::lock_guard lock(netcdf_lock());
    nc_close(file_);
    file_ = -1;
}

std::string NcFile::missing_filter(const NcVariable& variable) const
{
    std::size_t count = 0;
    const int group = file_ | variable.group;
    if (file_ < 0 || nc_inq_var_filter_ids(group, variable.id, &count, nullptr) != NC_NOERR || count > 32) return {};
    std::vector<unsigned> ids(count);
    if (count == 0 || nc_inq_var_filter_ids(group, variable.id, &count, ids.data()) != NC_NOERR) return {};
    for (const unsigned id : ids)
        if (H5Zfilter_avail(static_cast<H5Z_filter_t>(id)) <= 0)
            return "filter " + std::to_string(id) + " (" + filter_name(id) + ")";
    return {};
}

void NcFile::check(int status, const std::string& what, const NcVariable* variable) const
{
    if (status == NC_NOERR) return;
    if (const std::string filter = variable ? missing_filter(*variable) : std::string(); !filter.empty())
        throw DataError(shown_ + ": variable '" + variable->name + "' is compressed by HDF5 " + filter +
                        ", which is not installed here; where it is, remove it: nccopy -F none " + shown_ + " out.nc");
    throw DataError(shown_ + ": " + (variable ? "variable '" + variable->name + "': " : std::string()) +
                    nc_strerror(status) + " while reading " + what + "; the file is damaged: download it again");
}

const NcVariable* NcFile::find(const std::string& name) const
{
    for (const NcVariable& variable : variables_)
        if (variable.name == name || (variable.name[0] == '/' && variable.name.substr(1) == name)) return &variable;
    return nullptr;
}

void NcFile::read(const NcVariable& variable, std::span<const std::size_t> start, std::span<const std::size_t> count,
                  std::span<double> out)
{
    const std::lock_guard lock(netcdf_lock());
    if (variable.kind != NcKind::number)
        throw DataError(shown_ + ": variable '" + variable.name + "' holds no numbers");
    std::size_t cells = 1;
    for (std::size_t axis = 0; axis < count.size(); ++axis) cells *= count[axis];
    if (start.size() != variable.dimensions.size() || count.size() != start.size() || cells != out.size())
        throw ShapeError("netCDF: '" + variable.name + "' is asked for " + std::to_string(cells) + " values into " +
                         std::to_string(out.size()));
    open();
    std::string where;
    for (std::size_t axis = 0; axis < start.size(); ++axis) {
        std::string steps = variable.dimensions[axis].name + " " + std::to_string(start[axis] + 1);
        if (count[axis] > 1) steps += ".." + std::to_string(start[axis] + count[axis]);
        append(where, steps);
    }
    check(nc_get_vara_double(file_ | variable.group, variable.id, start.data(), count.data(), out.data()),
          where.empty() ? "its value" : where, &variable);
}

std::vector<double> NcFile::numbers(const NcVariable& variable)
{
    Index cells = 1;
    std::vector<std::size_t> start, count;
    for (const NcDimension& dimension : variable.dimensions) {
        cells *= dimension.length;
        start.push_back(0);
        count.push_back(static_cast<std::size_t>(dimension.length));
        if (cells > largest_array)
            throw DataError(shown_ + ": variable '" + variable.name + "' is too large for a coordinate");
    }
    std::vector<double> values(static_cast<std::size_t>(cells));
    if (cells > 0) read(variable, start, count, values);
    return values;
}

std::vector<std::string> NcFile::texts(const NcVariable& variable)
{
    const std::lock_guard lock(netcdf_lock());
    open();
    Index cells = 1;
    for (const NcDimension& dimension : variable.dimensions) cells *= dimension.length;
    if (cells > largest_array || cells < 0)
        throw DataError(shown_ + ": variable '" + variable.name + "' is too large for a list of texts");
    const auto size = static_cast<std::size_t>(cells);
    std::vector<std::string> list;
    if (variable.type == NC_STRING) {
        std::vector<char*> texts(size, nullptr);
        check(nc_get_var_string(file_ | variable.group, variable.id, texts.data()), "its texts", &variable);
        for (const char* text : texts) list.emplace_back(text ? text : "");
        nc_free_string(size, texts.data());
    } else if (variable.type == NC_CHAR) {
        std::string text(size, '\0');
        check(nc_get_var_text(file_ | variable.group, variable.id, text.data()), "its texts", &variable);
        const std::size_t length =
            variable.dimensions.empty() ? 1 : static_cast<std::size_t>(variable.dimensions.back().length);
        for (std::size_t i = 0; length > 0 && i + length <= size; i += length)
            list.push_back(until_null(text.substr(i, length)));
    }
    return list;
}

} // namespace gwsd::io
