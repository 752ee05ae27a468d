#pragma once

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "gwsd/core/parallel.hpp"
#include "gwsd/core/random.hpp"
#include "gwsd/geo/conservative.hpp"
#include "gwsd/geo/interpolate.hpp"

namespace gwsd::test {

inline constexpr float missing = std::numeric_limits<float>::quiet_NaN();
using Field = std::vector<float>;

inline std::size_t at(const geo::Grid& grid, Index row, Index col)
{
    return static_cast<std::size_t>(row * grid.cols() + col);
}

/// The values of a function of latitude and longitude at the cell centres.
inline Field sampled(const geo::Grid& grid, const std::function<double(double, double)>& function)
{
    Field field;
    for (Index row = 0; row < grid.rows(); ++row)
        for (Index col = 0; col < grid.cols(); ++col)
            field.push_back(static_cast<float>(function(grid.lat(row), grid.lon(col))));
    return field;
}

/// White noise with a share of missing cells.
inline Field random_field(const geo::Grid& grid, std::uint64_t seed, double missing_share)
{
    Random random(seed);
    Field field(static_cast<std::size_t>(grid.cells()));
    for (float& value : field) {
        value = static_cast<float>(random.normal());
        if (random.uniform() < missing_share) value = missing;
    }
    return field;
}

/// Sum of value x area over the valid cells, in degrees of longitude on the unit sphere.
inline double integral(const geo::Grid& grid, const Field& field)
{
    double sum = 0;
    for (Index row = 0; row < grid.rows(); ++row)
        for (Index col = 0; col < grid.cols(); ++col) {
            const auto r = static_cast<std::size_t>(row), c = static_cast<std::size_t>(col);
            const double area = geo::band_measure(grid.lat_edges[r], grid.lat_edges[r + 1]) *
                                (grid.lon_edges[c + 1] - grid.lon_edges[c]);
            if (!std::isnan(field[at(grid, row, col)])) sum += area * static_cast<double>(field[at(grid, row, col)]);
        }
    return sum;
}

inline Field regridded(geo::Method method, const geo::Grid& from, const geo::Grid& to, const Field& field,
                       double min_valid_fraction = 0)
{
    Field out(static_cast<std::size_t>(to.cells()));
    geo::make_regridder(method, from, to)->apply(field, out, min_valid_fraction);
    return out;
}

inline bool same(float a, float b) { return (std::isnan(a) && std::isnan(b)) || a == b; }

inline bool same_bits(const Field& a, const Field& b)
{
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!same(a[i], b[i])) return false;
    return true;
}

/// Largest difference; infinite if a cell is missing in one of them alone.
inline double difference(const Field& a, const Field& b)
{
    double largest = a.size() == b.size() ? 0 : std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        if (std::isnan(a[i]) != std::isnan(b[i])) return std::numeric_limits<double>::infinity();
        if (!std::isnan(a[i]))
            largest = std::max(largest, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
    }
    return largest;
}

/// The same grid and field with the columns turned so that they start elsewhere, `turns` full circles away.
inline geo::Grid turned(geo::Grid grid, double degrees)
{
    for (double& edge : grid.lon_edges) edge += degrees;
    return grid;
}

/// Runs `body` with a number of threads and puts the old number back.
template <class Body>
auto with_threads(int threads, const Body& body)
{
    const int before = thread_pool().threads();
    set_threads(threads);
    const auto result = body();
    set_threads(before);
    return result;
}

} // namespace gwsd::test
