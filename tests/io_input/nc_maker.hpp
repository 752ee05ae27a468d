#pragma once

#include <netcdf.h>
#include <initializer_list>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace gwsd::test {

/// Writes small netCDF files by the C library, as the products lay them out.
class NcMaker {
public:
    explicit NcMaker(const std::string& path, int mode = NC_NETCDF4)
    {
        check(nc_create(path.c_str(), mode | NC_CLOBBER, &file_), "create");
    }
    ~NcMaker() { close(); }
    NcMaker(const NcMaker&) = delete;
    NcMaker& operator=(const NcMaker&) = delete;

    int file() const { return file_; }
    NcMaker& dimension(const std::string& name, std::size_t length)
    {
        int id = 0;
        check(nc_def_dim(file_, name.c_str(), length, &id), name);
        return *this;
    }
    int variable(const std::string& name, nc_type type, const std::vector<std::string>& dimensions)
    {
        std::vector<int> ids;
        for (const std::string& d : dimensions) {
            ids.push_back(0);
            check(nc_inq_dimid(file_, d.c_str(), &ids.back()), d);
        }
        int id = 0;
        check(nc_def_var(file_, name.c_str(), type, static_cast<int>(ids.size()), ids.data(), &id), name);
        return id;
    }
    NcMaker& text(int of, const std::string& name, const std::string& value)
    {
        check(nc_put_att_text(file_, of, name.c_str(), value.size(), value.c_str()), name);
        return *this;
    }
    NcMaker& number(int of, const std::string& name, nc_type type, double value)
    {
        check(nc_put_att_double(file_, of, name.c_str(), type, 1, &value), name);
        return *this;
    }
    /// A 1-D variable of its own dimension with units.
    int axis(const std::string& name, const std::vector<double>& values, const std::string& units,
             nc_type type = NC_DOUBLE)
    {
        dimension(name, values.size());
        const int id = variable(name, type, {name});
        if (!units.empty()) text(id, "units", units);
        later_.emplace_back(id, values);
        return id;
    }
    NcMaker& values(int of, const std::vector<double>& list)
    {
        later_.emplace_back(of, list);
        return *this;
    }
    /// Writes all values and closes.
    void close()
    {
        if (file_ < 0) return;
        const int file = std::exchange(file_, -1);
        const int ended = nc_enddef(file);
        if (ended != NC_NOERR && ended != NC_ENOTINDEFINE) throw std::runtime_error(nc_strerror(ended));
        for (const auto& [id, list] : later_) {
            // Unlimited dimensions grow with what is written, so the extents are named.
            int rank = 0;
            nc_inq_varndims(file, id, &rank);
            std::vector<int> dimensions(static_cast<std::size_t>(rank));
            nc_inq_vardimid(file, id, dimensions.data());
            std::vector<std::size_t> start(dimensions.size(), 0), count(dimensions.size(), 1);
            std::size_t rest = list.size();
            for (std::size_t i = dimensions.size(); i-- > 0;) {
                nc_inq_dimlen(file, dimensions[i], &count[i]);
                if (i == 0) count[i] = rest;
                if (count[i] > 0) rest /= count[i];
            }
            check(nc_put_vara_double(file, id, start.data(), count.data(), list.data()), "values");
        }
        check(nc_close(file), "close");
    }

private:
    static void check(int status, const std::string& what)
    {
        if (status != NC_NOERR) throw std::runtime_error("NcMaker: " + what + ": " + nc_strerror(status));
    }

    int file_ = -1;
    std::vector<std::pair<int, std::vector<double>>> later_;
};

/// count values from first on, step apart.
inline std::vector<double> ramp(double first, double step, std::size_t count)
{
    std::vector<double> list;
    for (std::size_t i = 0; i < count; ++i) list.push_back(first + step * static_cast<double>(i));
    return list;
}

} // namespace gwsd::test
