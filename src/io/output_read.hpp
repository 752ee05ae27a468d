#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gwsd/core/shape.hpp"
#include "gwsd/geo/calendar.hpp"
#include "gwsd/geo/grid.hpp"

namespace gwsd::io {

/// A netCDF file that gwsd wrote, opened for reading. Each call holds the lock of netCDF; errors are DataError naming
/// the file and what was looked for.
class WrittenFile {
public:
    explicit WrittenFile(const std::string& path);
    ~WrittenFile();
    WrittenFile(const WrittenFile&) = delete;
    WrittenFile& operator=(const WrittenFile&) = delete;

    const std::string& path() const { return path_; }
    bool has(const std::string& variable) const;
    /// Names and texts of the attributes of a variable, or of the file where `variable` is empty; numbers become text.
    std::vector<std::pair<std::string, std::string>> attributes(const std::string& variable = {}) const;
    std::optional<std::string> attribute(const std::string& name, const std::string& variable = {}) const;
    /// All values of a small variable.
    std::vector<double> values(const std::string& variable) const;
    /// Extents, outermost first.
    std::vector<Index> extents(const std::string& variable) const;
    /// Step t of a float variable, or all of it where it has no time; fill values become NaN.
    void read(const std::string& variable, Index t, std::span<float> out) const;

    geo::Grid grid(const std::string& suffix = {}) const; ///< from lat_bnds and lon_bnds
    geo::TimeAxis time(bool monthly) const;               ///< from time_bnds

private:
    int id(const std::string& variable) const;
    void check(int status, const std::string& what) const;

    std::string path_;
    int file_ = -1;
};

} // namespace gwsd::io
