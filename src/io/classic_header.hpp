#pragma once

#include <cstdint>
#include <string>

namespace gwsd::io {

/// How many bytes a netCDF-3 file (CDF-1, CDF-2, CDF-5) must have, by its own header. netCDF itself reads a truncated
/// file without a word and hands out zeros. Throws DataError if the header is cut off or contradicts itself.
std::uint64_t classic_size(const std::string& path);

/// Throws DataError "needs N bytes, has M" if a netCDF-3 file is shorter than its header says.
void check_classic_size(const std::string& path, std::uint64_t size);

} // namespace gwsd::io
