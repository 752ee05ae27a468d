#pragma once

#include <netcdf.h>
#include <netcdf_mem.h>
#include <span>
#include <string>
#include <vector>

#include "io/output_sink.hpp"

namespace gwsd::io {

/// A planned netCDF-4 file being filled, on disk or in memory. Every status of the library is checked (IoError).
class PlannedFile {
public:
    /// In memory if `in_memory`; `path` is then only a name for messages.
    PlannedFile(const std::string& path, const plan::File& file, bool in_memory);
    ~PlannedFile();
    PlannedFile(const PlannedFile&) = delete;
    PlannedFile& operator=(const PlannedFile&) = delete;

    void put(std::size_t variable, Index t, std::span<const std::byte> values);
    void put_global(const plan::Attribute& attribute);
    void close();
    /// Ends a file in memory; the image is freed by the caller with std::free.
    NC_memio close_image();

private:
    void define(const plan::File& file);
    void define_variable(const plan::Variable& variable, const plan::File& file);
    void put_attribute(int variable, const plan::Attribute& attribute);
    void check(int status, const std::string& what) const;

    std::string path_;
    int id_ = -1;
    std::vector<int> dimension_ids_, variable_ids_;
    std::vector<std::vector<std::size_t>> shapes_; ///< of each variable, the leading size 1 for a slab
    std::vector<std::size_t> value_bytes_;
};

std::size_t bytes_of(plan::Type type);

} // namespace gwsd::io
