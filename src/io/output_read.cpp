#include "io/output_read.hpp"

#include <netcdf.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>

#include "gwsd/core/error.hpp"
#include "io/netcdf_lock.hpp"
#include "io/output_grid.hpp"

namespace gwsd::io {

WrittenFile::WrittenFile(const std::string& path) : path_(path)
{
    if (::access(path.c_str(), F_OK) != 0) throw InputMissing(path + ": there is no such file");
    if (::access(path.c_str(), R_OK) != 0) throw PermissionError(path + ": may not be read: " + std::strerror(errno));
    const std::lock_guard lock(netcdf_lock());
    const int status = nc_open(path.c_str(), NC_NOWRITE, &file_);
    if (status != NC_NOERR) file_ = -1;
    check(status, "opening it as netCDF; is it a whole file that gwsd wrote?");
    // Each chunk is read once, with the whole of its step: HDF5's cache of 16 MB a variable would hold what nobody asks
    // for again, 4 GB in the files of a global cube.
    int count = 0;
    check(nc_inq_nvars(file_, &count), "counting variables");
    for (int variable = 0; variable < count; ++variable)
        check(nc_set_var_chunk_cache(file_, variable, 0, 0, 0), "leaving out the cache of chunks");
}

WrittenFile::~WrittenFile()
{
    if (file_ < 0) return;
    const std::lock_guard lock(netcdf_lock());
    nc_close(file_);
}

void WrittenFile::check(int status, const std::string& what) const
{
    if (status != NC_NOERR) throw DataError(path_ + ": " + nc_strerror(status) + " while " + what);
}

int WrittenFile::id(const std::string& variable) const
{
    if (variable.empty()) return NC_GLOBAL;
    int found = 0;
    if (nc_inq_varid(file_, variable.c_str(), &found) != NC_NOERR)
        throw DataError(path_ + ": has no variable '" + variable + "'");
    return found;
}

bool WrittenFile::has(const std::string& variable) const
{
    const std::lock_guard lock(netcdf_lock());
    int found = 0;
    return nc_inq_varid(file_, variable.c_str(), &found) == NC_NOERR;
}

std::vector<std::pair<std::string, std::string>> WrittenFile::attributes(const std::string& variable) const
{
    const std::lock_guard lock(netcdf_lock());
    const int of = id(variable);
    int count = 0;
    check(variable.empty() ? nc_inq_natts(file_, &count) : nc_inq_varnatts(file_, of, &count), "counting attributes");
    std::vector<std::pair<std::string, std::string>> list;
    for (int i = 0; i < count; ++i) {
        std::array<char, NC_MAX_NAME + 1> name{};
        check(nc_inq_attname(file_, of, i, name.data()), "reading attributes");
        list.emplace_back(name.data(), attribute(name.data(), variable).value_or(""));
    }
    return list;
}

std::optional<std::string> WrittenFile::attribute(const std::string& name, const std::string& variable) const
{
    const std::lock_guard lock(netcdf_lock());
    nc_type type = 0;
    std::size_t length = 0;
    const int of = id(variable);
    if (nc_inq_att(file_, of, name.c_str(), &type, &length) != NC_NOERR) return std::nullopt;
    if (type == NC_CHAR) {
        std::string text(length, '\0');
        check(nc_get_att_text(file_, of, name.c_str(), text.data()), "reading attribute '" + name + "'");
        return text;
    }
    if (type == NC_STRING || length != 1) return std::string();
    double number = 0;
    check(nc_get_att_double(file_, of, name.c_str(), &number), "reading attribute '" + name + "'");
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%.17g", number);
    return text.data();
}

std::vector<Index> WrittenFile::extents(const std::string& variable) const
{
    const std::lock_guard lock(netcdf_lock());
    const int of = id(variable);
    int rank = 0;
    std::array<int, NC_MAX_VAR_DIMS> dimensions{};
    check(nc_inq_varndims(file_, of, &rank), "reading the shape of '" + variable + "'");
    check(nc_inq_vardimid(file_, of, dimensions.data()), "reading the shape of '" + variable + "'");
    std::vector<Index> list;
    for (int axis = 0; axis < rank; ++axis) {
        std::size_t length = 0;
        check(nc_inq_dimlen(file_, dimensions[static_cast<std::size_t>(axis)], &length),
              "reading the shape of '" + variable + "'");
        list.push_back(static_cast<Index>(length));
    }
    return list;
}

std::vector<double> WrittenFile::values(const std::string& variable) const
{
    const std::lock_guard lock(netcdf_lock());
    Index count = 1;
    for (const Index extent : extents(variable)) count *= extent;
    if (count > 100'000'000)
        throw DataError(path_ + ": '" + variable + "' has an impossible size of " + std::to_string(count));
    std::vector<double> list(static_cast<std::size_t>(count));
    check(nc_get_var_double(file_, id(variable), list.data()), "reading '" + variable + "'");
    return list;
}

void WrittenFile::read(const std::string& variable, Index t, std::span<float> out) const
{
    const std::lock_guard lock(netcdf_lock());
    const std::vector<Index> shape = extents(variable);
    if (shape.size() < 2 || shape[shape.size() - 2] * shape.back() != std::ssize(out) ||
        (shape.size() == 3 && (t < 0 || t >= shape[0])))
        throw DataError(path_ + ": '" + variable + "' has no step " + std::to_string(t) + " of " +
                        std::to_string(out.size()) + " cells");
    std::array<std::size_t, 3> start{}, count{1, 1, 1};
    for (std::size_t axis = 0; axis < shape.size(); ++axis) count.at(axis) = static_cast<std::size_t>(shape[axis]);
    if (shape.size() == 3) {
        start[0] = static_cast<std::size_t>(t);
        count[0] = 1;
    }
    check(nc_get_vara_float(file_, id(variable), start.data(), count.data(), out.data()), "reading '" + variable + "'");
    for (float& value : out)
        if (value == fill_value) value = std::numeric_limits<float>::quiet_NaN();
}

geo::Grid WrittenFile::grid(const std::string& suffix) const
{
    const auto edges = [&](const std::string& name) {
        const std::vector<double> bounds = values(name);
        if (bounds.size() < 2 || bounds.size() % 2 != 0)
            throw DataError(path_ + ": '" + name + "' is not a list of bounds");
        std::vector<double> list;
        for (std::size_t i = 0; i < bounds.size(); i += 2) list.push_back(bounds[i]);
        list.push_back(bounds.back());
        for (std::size_t i = 1; i < list.size(); ++i)
            if (!(list[i] > list[i - 1])) throw DataError(path_ + ": '" + name + "' does not ascend");
        return list;
    };
    return {edges("lat" + suffix + "_bnds"), edges("lon" + suffix + "_bnds")};
}

geo::TimeAxis WrittenFile::time(bool monthly) const
{
    static const auto origin = geo::days_from_civil(2002, 1, 1);
    const std::vector<double> bounds = values("time_bnds");
    geo::TimeAxis axis{monthly, {}};
    for (std::size_t i = 0; i < bounds.size(); i += 2) {
        const std::int64_t day = std::llround(bounds[i]) + origin;
        axis.steps.push_back(monthly ? geo::month_of_day(day).index : day);
        if (axis.steps.size() > 1 && axis.steps.back() <= axis.steps[axis.steps.size() - 2])
            throw DataError(path_ + ": its time does not ascend");
    }
    return axis;
}

} // namespace gwsd::io
