#include "infer/footprint.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "gwsd/core/error.hpp"
#include "gwsd/core/parallel.hpp"
#include "infer/array_index.hpp"

namespace gwsd::infer {
namespace {

constexpr double cut = 0.002;

} // namespace

FootprintSum::FootprintSum(const geo::Grid& grid, double width_km)
    : rows_(grid.rows()), cols_(grid.cols()), periodic_(grid.periodic())
{
    if (!(width_km > 0)) throw ConfigError("footprint: expects a width above 0 km, got " + std::to_string(width_km));
    const double half = 0.5 * width_km * 1000 / geo::earth_radius;
    const double reach = half * std::sqrt(-std::log(cut) / std::numbers::ln2); // angle at which the kernel is cut
    const double step = (grid.lon_edges.back() - grid.lon_edges.front()) / static_cast<double>(cols_) * geo::radian;
    const Index furthest = periodic_ ? cols_ / 2 : cols_ - 1;
    bands_.resize(at(rows_));
    for (Index row = 0; row < rows_; ++row)
        for (Index source = 0; source < rows_; ++source) {
            const double a = grid.lat(row) * geo::radian, b = grid.lat(source) * geo::radian;
            if (std::abs(a - b) > reach) continue;
            Band band{source, {}};
            for (Index d = 0; d <= furthest; ++d) {
                // Haversine: exact for small distances too.
                const double lat = std::sin(0.5 * (a - b)), lon = std::sin(0.5 * step * static_cast<double>(d));
                const double angle =
                    2 * std::asin(std::min(1.0, std::sqrt(lat * lat + std::cos(a) * std::cos(b) * lon * lon)));
                if (angle > reach) break;
                band.kernel.push_back(std::exp2(-(angle / half) * (angle / half)));
            }
            if (!band.kernel.empty()) bands_[at(row)].push_back(std::move(band));
        }
}

std::vector<double> FootprintSum::operator()(std::span<const double> in, std::span<const std::uint8_t> wanted) const
{
    std::vector<double> out(in.size(), 0.0);
    parallel_for(rows_, 1, [&](Index begin, Index end) {
        for (Index row = begin; row < end; ++row)
            for (Index col = 0; col < cols_; ++col) {
                if (!wanted[at(row * cols_ + col)]) continue;
                double sum = 0;
                for (const Band& band : bands_[at(row)]) {
                    const double* line = in.data() + band.row * cols_;
                    const Index reach = std::ssize(band.kernel);
                    sum += band.kernel[0] * line[col];
                    for (Index d = 1; d < reach; ++d) {
                        Index west = col - d, east = col + d;
                        if (periodic_) {
                            west += west < 0 ? cols_ : 0;
                            east -= east >= cols_ ? cols_ : 0;
                        }
                        double pair = west >= 0 ? line[west] : 0;
                        if (east < cols_ && east != west) pair += line[east];
                        sum += band.kernel[at(d)] * pair;
                    }
                }
                out[at(row * cols_ + col)] = sum;
            }
    });
    return out;
}

std::vector<double> fit_footprints(const FootprintSum& footprint, std::span<const double> weight,
                                   std::span<const double> target, std::span<const double> precision, Index iterations)
{
    std::vector<std::uint8_t> land;
    std::vector<double> weighted, present;
    for (std::size_t c = 0; c < weight.size(); ++c) {
        const bool counts = weight[c] > 0 && !std::isnan(target[c]);
        land.push_back(weight[c] > 0);
        present.push_back(counts ? weight[c] : 0.0);
        weighted.push_back(counts ? weight[c] * precision[c] : 0.0);
    }
    const std::vector<double> all = footprint(weight, land), known = footprint(present, land),
                              norm = footprint(weighted, land);
    std::vector<double> values(weight.size()), left = values;
    for (Index k = 0; k < iterations; ++k) {
        for (std::size_t c = 0; c < left.size(); ++c)
            left[c] = weighted[c] > 0 ? weighted[c] * (target[c] - values[c]) : 0.0;
        left = footprint(left, land);
        for (std::size_t c = 0; c < left.size(); ++c)
            if (norm[c] > 0) values[c] += left[c] / norm[c] * (known[c] / all[c]);
    }
    return values;
}

} // namespace gwsd::infer
