#include "infer/satellite_reach.hpp"

#include <algorithm>
#include <cmath>

#include "gwsd/core/parallel.hpp"

namespace gwsd::infer {

std::vector<char> within_reach(const geo::Grid& coarse, std::span<const float> field, double kilometres)
{
    const Index rows = coarse.rows(), cols = coarse.cols();
    const double turn = coarse.lon_edges.back() - coarse.lon_edges.front();
    const double width = turn / static_cast<double>(cols) * geo::radian;
    const bool round = coarse.periodic();
    const double limit = std::cos(1000 * kilometres / geo::earth_radius);
    const double latitudes = 1000 * kilometres / geo::earth_radius / geo::radian;
    std::vector<char> reached(field.size());
    parallel_for(rows, 1, [&](Index begin, Index end) {
        for (Index row = begin; row < end; ++row) {
            const double a = coarse.lat(row) * geo::radian;
            // Columns apart up to which each row's cells lie within reach; -1 for none.
            std::vector<std::pair<Index, Index>> spans;
            for (Index other = 0; other < rows; ++other) {
                if (std::abs(coarse.lat(other) - coarse.lat(row)) > latitudes) continue;
                const double b = coarse.lat(other) * geo::radian;
                // cos(distance) = sin a sin b + cos a cos b cos(apart)
                const double apart = (limit - std::sin(a) * std::sin(b)) / (std::cos(a) * std::cos(b));
                if (apart > 1) continue;
                const double most = apart < -1 ? 180 * geo::radian : std::acos(apart);
                spans.emplace_back(other, std::min(static_cast<Index>(most / width), round ? cols / 2 : cols - 1));
            }
            for (Index col = 0; col < cols; ++col)
                reached[static_cast<std::size_t>(row * cols + col)] =
                    std::any_of(spans.begin(), spans.end(), [&](const auto& span) {
                        for (Index step = -span.second; step <= span.second; ++step) {
                            Index at = col + step;
                            if (round) at = (at + cols) % cols;
                            if (at < 0 || at >= cols) continue;
                            if (std::isfinite(field[static_cast<std::size_t>(span.first * cols + at)])) return true;
                        }
                        return false;
                    });
        }
    });
    return reached;
}

std::vector<char> satellite_reach(const data::BatchMaker& maker, Index t)
{
    const geo::Grid& coarse = maker.cube().info().coarse;
    const Index steps = maker.cube().info().time.size();
    for (Index away = 0; away < steps; ++away)
        for (const Index s : {t - away, t + away})
            if (maker.has_coarse(s))
                return within_reach(coarse, *maker.cube().field(maker.spec().coarse_variable(), s), satellite_reach_km);
    return std::vector<char>(static_cast<std::size_t>(coarse.cells()), 1);
}

} // namespace gwsd::infer
