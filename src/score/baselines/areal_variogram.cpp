#include "score/baselines/areal_variogram.hpp"

#include <algorithm>
#include <cmath>

#include "gwsd/core/parallel.hpp"

namespace gwsd::score {

ArealVariogram::ArealVariogram(const geo::Grid& coarse, Index factor, Index most_rows, Index most_lag)
    : grid_(coarse),
      factor_(factor),
      reach_(std::clamp<Index>(std::max(coarse.rows(), coarse.cols()) / 2, 1, most_lag)),
      class_km_(1e-3 * geo::earth_radius * std::numbers::pi / 180 *
                (coarse.lat_edges.back() - coarse.lat_edges.front()) / static_cast<double>(coarse.rows()))
{
    const Index count = std::min(most_rows, coarse.rows());
    for (Index r = 0; r < count; ++r) rows_.push_back((2 * r + 1) * coarse.rows() / (2 * count));
    pairs_.resize(rows_.size() * static_cast<std::size_t>((reach_ + 1) * (reach_ + 1)));
    const BlockCovariance cells(coarse, 1, {}); // for the distances of the cells' centres
    for (std::size_t r = 0; r < rows_.size(); ++r)
        for (Index south = 0; south <= reach_ && rows_[r] + south < coarse.rows(); ++south)
            for (Index west = 0; west <= reach_; ++west) {
                Pairs& p = pairs_[at(r, south, west)];
                p.km = cells.distance_km(rows_[r], rows_[r] + south, static_cast<double>(west));
                p.lag = static_cast<std::size_t>(std::lround(p.km / class_km_));
            }
}

void ArealVariogram::add(std::span<const float> coarse)
{
    const Index cols = grid_.cols();
    const auto value = [&](Index row, Index col) {
        if (grid_.periodic())
            col = (col + cols) % cols;
        else if (col < 0 || col >= cols)
            return std::nan("");
        return static_cast<double>(coarse[static_cast<std::size_t>(row * cols + col)]);
    };
    parallel_for(std::ssize(rows_), 1, [&](Index begin, Index end) {
        for (auto r = static_cast<std::size_t>(begin); r < static_cast<std::size_t>(end); ++r)
            for (Index col = 0; col < cols; ++col) {
                const double here = value(rows_[r], col);
                if (!std::isfinite(here)) continue;
                for (Index south = 0; south <= reach_ && rows_[r] + south < grid_.rows(); ++south)
                    for (Index west = -reach_; west <= reach_; ++west) {
                        if (south == 0 && west <= 0) continue; // each pair once
                        const double difference = value(rows_[r] + south, col + west) - here;
                        Pairs& p = pairs_[at(r, south, std::abs(west))];
                        if (std::isfinite(difference)) p.n += 1, p.squares += difference * difference;
                    }
            }
    });
}

std::vector<ArealVariogram::Lag> ArealVariogram::lags() const
{
    std::vector<Lag> all(static_cast<std::size_t>(reach_ + 1));
    for (const Pairs& p : pairs_) {
        if (!(p.n > 0) || p.lag >= all.size()) continue;
        all[p.lag].pairs += p.n, all[p.lag].km += p.n * p.km, all[p.lag].value += 0.5 * p.squares;
    }
    std::erase_if(all, [](const Lag& lag) { return !(lag.pairs > 0); });
    for (Lag& lag : all) lag.km /= lag.pairs, lag.value /= lag.pairs;
    return all;
}

std::vector<double> ArealVariogram::regularised(const SphericalCovariance& model) const
{
    const BlockCovariance covariance(grid_, factor_, model);
    std::vector<double> means(static_cast<std::size_t>(reach_ + 1)), pairs(means.size());
    std::vector<double> values(pairs_.size());
    parallel_for(std::ssize(rows_), 1, [&](Index begin, Index end) {
        for (auto r = static_cast<std::size_t>(begin); r < static_cast<std::size_t>(end); ++r)
            for (Index south = 0; south <= reach_ && rows_[r] + south < grid_.rows(); ++south) {
                const double own = 0.5 * (covariance.of_blocks(rows_[r], rows_[r], 0) +
                                          covariance.of_blocks(rows_[r] + south, rows_[r] + south, 0));
                for (Index west = 0; west <= reach_; ++west) {
                    const Pairs& p = pairs_[at(r, south, west)];
                    if (p.n > 0 && p.lag < means.size())
                        values[at(r, south, west)] = own - covariance.of_blocks(rows_[r], rows_[r] + south, west);
                }
            }
    });
    for (std::size_t i = 0; i < pairs_.size(); ++i)
        if (pairs_[i].n > 0 && pairs_[i].lag < means.size())
            means[pairs_[i].lag] += pairs_[i].n * values[i], pairs[pairs_[i].lag] += pairs_[i].n;
    std::vector<double> result;
    for (std::size_t k = 0; k < means.size(); ++k)
        if (pairs[k] > 0) result.push_back(means[k] / pairs[k]);
    return result;
}

std::pair<double, double> ArealVariogram::sill(double range_km) const
{
    const auto seen = lags();
    const auto shape = regularised({1, range_km});
    double with_seen = 0, with_shape = 0, total = 0;
    for (std::size_t k = 0; k < seen.size(); ++k) {
        if (!(seen[k].value > 0)) continue;
        const double weight = seen[k].pairs / (seen[k].value * seen[k].value);
        with_seen += weight * shape[k] * seen[k].value, with_shape += weight * shape[k] * shape[k];
        total += weight * seen[k].value * seen[k].value;
    }
    const double best = with_shape > 0 ? with_seen / with_shape : 0;
    return {best, total - best * with_seen};
}

std::optional<SphericalCovariance> ArealVariogram::point_model() const
{
    const auto seen = lags();
    if (std::count_if(seen.begin(), seen.end(), [](const Lag& lag) { return lag.value > 0; }) < 2) return std::nullopt;
    // Over the logarithm of the range: the best of a row of values, then golden section between its neighbours.
    constexpr int tries = 12;
    const double from = std::log(0.5 * class_km_), step = (std::log(4 * largest_km()) - from) / (tries - 1);
    const auto left = [&](double range) { return sill(std::exp(range)).second; };
    int best = 0;
    double least = left(from);
    for (int i = 1; i < tries; ++i)
        if (const double squares = left(from + i * step); squares < least) least = squares, best = i;
    double low = from + std::max(0, best - 1) * step, high = from + std::min(tries - 1, best + 1) * step;
    constexpr double golden = 0.6180339887498949;
    double a = high - golden * (high - low), b = low + golden * (high - low), at_a = left(a), at_b = left(b);
    while (high - low > 0.01) // a hundredth of the range
        if (at_a < at_b)
            high = b, b = a, at_b = at_a, a = high - golden * (high - low), at_a = left(a);
        else
            low = a, a = b, at_a = at_b, b = low + golden * (high - low), at_b = left(b);
    const double range = std::exp(0.5 * (low + high));
    return SphericalCovariance{sill(range).first, range};
}

} // namespace gwsd::score
