#include "gwsd/io/hdf5_export.hpp"

#include <hdf5.h>
#include <array>
#include <cstdint>
#include <fstream>
#include <limits>

#include "gwsd/core/error.hpp"
#include "io/hdf5_memory.hpp"
#include "io/input_name.hpp"
#include "io/netcdf_lock.hpp"
#include "io/output_grid.hpp"
#include "io/output_sink.hpp"

namespace gwsd::io {
namespace {

hid_t type_of(const std::string& dtype, const std::string& what)
{
    if (dtype == "F32") return H5T_IEEE_F32LE;
    if (dtype == "F64") return H5T_IEEE_F64LE;
    if (dtype == "I64") return H5T_STD_I64LE;
    if (dtype == "U64") return H5T_STD_U64LE;
    if (dtype == "U8") return H5T_STD_U8LE;
    throw DataError(what + ": type '" + dtype + "' has no counterpart in HDF5 here; expected F32, F64, I64, U64 or U8");
}

void put_array(hid_t file, const NamedArray& array, const std::string& path)
{
    const std::string what = path + ": array '" + array.name + "'";
    std::vector<hsize_t> extents;
    for (int axis = 0; axis < array.shape.rank(); ++axis) extents.push_back(static_cast<hsize_t>(array.shape[axis]));
    const Handle space(
        extents.empty() ? H5Screate(H5S_SCALAR) : H5Screate_simple(array.shape.rank(), extents.data(), nullptr),
        H5Sclose, what);
    const hid_t type = type_of(array.dtype, what);
    // A slash would make groups; names of arrays have dots.
    const Handle set(H5Dcreate2(file, array.name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Dclose,
                     what);
    if (!array.bytes.empty()) check_hdf5(H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, array.bytes.data()), what);
}

void put_text(hid_t file, const std::string& name, const std::string& text, const std::string& path)
{
    const std::string what = path + ": metadata '" + name + "'";
    const Handle type(H5Tcopy(H5T_C_S1), H5Tclose, what);
    check_hdf5(H5Tset_size(type, text.size() + 1), what);
    check_hdf5(H5Tset_cset(type, H5T_CSET_UTF8), what);
    const Handle space(H5Screate(H5S_SCALAR), H5Sclose, what);
    const Handle attribute(H5Acreate2(file, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, what);
    check_hdf5(H5Awrite(attribute, type, text.c_str()), what);
}

/// The image of an HDF5 file that was only ever in memory.
std::vector<std::byte> image_of(const std::string& path, const Checkpoint& checkpoint)
{
    const std::lock_guard lock(netcdf_lock());
    const MemoryFile file(path);
    for (const auto& [name, text] : checkpoint.metadata) put_text(file.id(), name, text, path);
    for (const NamedArray& array : checkpoint.arrays) put_array(file.id(), array, path);
    return file.image();
}

plan::Variable plain_variable(const FieldInfo& info, const std::string& name)
{
    plan::Variable variable = field_variable(name, info.grid, info.has_time);
    variable.attributes.push_back({"units", info.unit});
    variable.attributes.push_back({"_FillValue", std::numeric_limits<float>::quiet_NaN()});
    return variable;
}

class FieldSink : public OutputWriter {
public:
    FieldSink(const std::string& path, const FieldInfo& info, bool has_error, bool overwrite)
        : cells_(info.grid.cells()), has_time_(info.has_time), has_error_(has_error)
    {
        plan::File file;
        file.dimensions.push_back({"nv", 2, false});
        file.variables.push_back(plain_variable(info, info.name));
        for (const FieldAttribute& attribute : info.attributes)
            file.variables[0].attributes.push_back(std::visit(
                [&](const auto& value) {
                    return plan::Attribute{attribute.name, value};
                },
                attribute.value));
        if (has_error) file.variables.push_back(plain_variable(info, info.name + "_standard_error"));
        if (info.has_time) add_time(file, info.time);
        add_grid(file, info.grid);
        if (info.name != "cell_area") file.variables.push_back(cell_area(info.grid));
        file.attributes = {{"Conventions", "CF-1.11"}, {"history", time_stamp() + " " + info.history}};
        sink_ = create_netcdf(path, file, overwrite);
    }

    void write(Index t, std::span<const float> value, std::span<const float> error) override
    {
        put(0, t, value);
        if (has_error_) put(1, t, error);
    }
    void set_attribute(const std::string& name, const std::string& text) override { sink_->put_attribute(name, text); }
    void finish() override { sink_->finish(); }

private:
    void put(std::size_t variable, Index t, std::span<const float> field)
    {
        if (std::ssize(field) != cells_)
            throw ShapeError("HDF5 export: a field expects " + std::to_string(cells_) + " cells, got " +
                             std::to_string(field.size()));
        sink_->put(variable, has_time_ ? t : -1, std::as_bytes(field));
    }

    Index cells_;
    bool has_time_, has_error_;
    std::unique_ptr<NetcdfSink> sink_;
};

} // namespace

std::unique_ptr<OutputWriter> create_hdf5(const std::string& path, const FieldInfo& info, bool has_error,
                                          bool overwrite)
{
    return std::make_unique<FieldSink>(path, info, has_error, overwrite);
}

void write_hdf5(const std::string& path, const Checkpoint& checkpoint, bool overwrite)
{
    check_output(path, overwrite);
    write_file(path, image_of(path, checkpoint), overwrite);
}

bool is_checkpoint(const std::string& path)
{
    const FileState state = check_input_file(path);
    std::array<unsigned char, 9> head{};
    if (!std::ifstream(path, std::ios::binary).read(reinterpret_cast<char*>(head.data()), head.size())) return false;
    std::uint64_t length = 0; // of the JSON header that follows, little-endian
    for (std::size_t i = 8; i-- > 0;) length = (length << 8U) | head[i];
    return head[8] == '{' && length >= 2 && length < state.size;
}

} // namespace gwsd::io
