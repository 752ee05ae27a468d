#pragma once

#include <memory>
#include <string>

#include "gwsd/io/checkpoint.hpp"
#include "gwsd/io/field_writer.hpp"
#include "gwsd/io/output.hpp"

namespace gwsd::io {

/// Writes a field, and where `has_error` its 1-sigma as <name>_standard_error, as plain HDF5 arrays [time, lat, lon] of
/// float32 with NaN where missing, which h5py, MATLAB and R read as they are; axes are dimension scales. Through the
/// netCDF-4 library, whose files are HDF5, and so as atomically as other outputs.
std::unique_ptr<OutputWriter> create_hdf5(const std::string& path, const FieldInfo& info, bool has_error,
                                          bool overwrite);

/// Writes a model as HDF5: each array a dataset of its own name, type and shape, each text of its metadata an attribute
/// of the root group. Throws CannotCreate, IoError.
void write_hdf5(const std::string& path, const Checkpoint& checkpoint, bool overwrite);

/// True if the file has the layout of a model or checkpoint (safetensors) rather than of data.
bool is_checkpoint(const std::string& path);

} // namespace gwsd::io
