#pragma once

#include <string>
#include <vector>

#include "gwsd/core/error.hpp"
#include "gwsd/io/series.hpp"

namespace gwsd::test {

inline std::vector<float> read_step(io::Series& series, Index t)
{
    std::vector<float> field(static_cast<std::size_t>(series.grid().cells()));
    series.read(t, field);
    return field;
}

/// "accepted", or the exit code and what was said, of opening files.
inline std::string outcome(const std::vector<std::string>& files,
                           const io::SeriesOptions& options = {.quantity = "gwsa"})
{
    try {
        io::open_series(files, options);
    } catch (const Error& error) {
        return std::to_string(static_cast<int>(error.exit_code())) + " " + error.what();
    }
    return "accepted";
}
inline std::string outcome(const std::string& file, const io::SeriesOptions& options = {.quantity = "gwsa"})
{
    return outcome(std::vector<std::string>{file}, options);
}

} // namespace gwsd::test
