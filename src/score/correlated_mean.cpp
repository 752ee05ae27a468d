#include "gwsd/score/correlated_mean.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <string>

#include "gwsd/core/error.hpp"
#include "gwsd/core/parallel.hpp"
#include "gwsd/geo/grid.hpp"

namespace gwsd::score {
namespace {

using geo::radian;
constexpr double earth_km = 6371.0, degree_km = earth_km * radian;

using Vector = std::array<double, 3>;

Vector on_sphere(const Place& p)
{
    const double lat = p.lat * radian, lon = p.lon * radian;
    return {std::cos(lat) * std::cos(lon), std::cos(lat) * std::sin(lon), std::sin(lat)};
}

double distance_km(const Vector& a, const Vector& b)
{
    const double x = a[0] - b[0], y = a[1] - b[1], z = a[2] - b[2];
    return 2 * earth_km * std::asin(std::min(1.0, 0.5 * std::sqrt(x * x + y * y + z * z)));
}

/// Blocks of about `side` km: bands of latitude, cut by longitude.
std::map<std::array<long, 2>, std::vector<std::size_t>> gathered(std::span<const Place> places, double side)
{
    std::map<std::array<long, 2>, std::vector<std::size_t>> blocks;
    for (std::size_t i = 0; i < places.size(); ++i) {
        const double band = std::floor(places[i].lat * degree_km / side);
        const double width = degree_km * std::max(0.01, std::cos((band + 0.5) * side / earth_km));
        const double lon = places[i].lon - 360.0 * std::floor(places[i].lon / 360.0);
        blocks[{static_cast<long>(band), static_cast<long>(std::floor(lon * width / side))}].push_back(i);
    }
    return blocks;
}

/// Mean correlation of all pairs of a block, of each place with itself too; of large blocks a regular sample is taken.
double within(const std::vector<std::size_t>& block, const std::vector<Vector>& at, double length_km)
{
    const std::size_t stride = (block.size() + 31) / 32;
    double sum = 0;
    Index pairs = 0;
    for (std::size_t i = 0; i < block.size(); i += stride)
        for (std::size_t k = i + stride; k < block.size(); k += stride, ++pairs)
            sum += std::exp(-distance_km(at[block[i]], at[block[k]]) / length_km);
    const double own = 1.0 / static_cast<double>(block.size());
    return pairs == 0 ? 1.0 : own + (1.0 - own) * sum / static_cast<double>(pairs);
}

} // namespace

CorrelatedMean::CorrelatedMean(std::span<const Place> places, double length_km, Index largest)
    : block_(places.size()), independent_(length_km == 0)
{
    if (!(length_km >= 0) || std::isinf(length_km))
        throw ConfigError("correlation length: expected 0 or more kilometres, got " + std::to_string(length_km));
    if (independent_) return;
    std::vector<Vector> at;
    for (const Place& place : places) at.push_back(on_sphere(place));
    std::vector<std::vector<std::size_t>> blocks;
    if (std::ssize(places) <= largest) {
        for (std::size_t i = 0; i < places.size(); ++i) blocks.push_back({i});
    } else {
        auto found = gathered(places, 1.0);
        for (double side = 1.2; std::ssize(found) > largest; side *= 1.2) found = gathered(places, side);
        for (auto& [key, members] : found) blocks.push_back(std::move(members));
    }
    blocks_ = std::ssize(blocks);
    std::vector<Vector> centres;
    for (std::size_t b = 0; b < blocks.size(); ++b) {
        Vector sum{};
        for (const std::size_t i : blocks[b]) {
            block_[i] = b;
            for (std::size_t k = 0; k < 3; ++k) sum[k] += at[i][k];
        }
        const double norm = std::hypot(sum[0], sum[1], sum[2]);
        for (double& part : sum) part /= norm;
        centres.push_back(sum);
    }
    const std::size_t n = blocks.size();
    correlation_.resize(n * n);
    parallel_for(blocks_, 8, [&](Index begin, Index end) {
        for (auto a = static_cast<std::size_t>(begin); a < static_cast<std::size_t>(end); ++a)
            for (std::size_t b = 0; b < n; ++b)
                correlation_[a * n + b] = a == b ? within(blocks[a], at, length_km)
                                                 : std::exp(-distance_km(centres[a], centres[b]) / length_km);
    });
}

double CorrelatedMean::standard_error(std::span<const double> weights, std::span<const double> sigma) const
{
    if (weights.size() != block_.size() || sigma.size() != block_.size())
        throw ShapeError("standard error of a mean: expects " + std::to_string(block_.size()) +
                         " weights and sigmas, got " + std::to_string(weights.size()) + " and " +
                         std::to_string(sigma.size()));
    double total = 0, known = 0, sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (!(weights[i] > 0)) continue;
        total += weights[i];
        if (std::isnan(sigma[i])) continue;
        known += weights[i];
        sum += weights[i] * sigma[i];
    }
    if (known == 0) return std::numeric_limits<double>::quiet_NaN();
    const auto error = [&](std::size_t i) { return std::isnan(sigma[i]) ? sum / known : sigma[i]; };
    double variance = 0;
    if (independent_) {
        for (std::size_t i = 0; i < weights.size(); ++i)
            if (weights[i] > 0) variance += weights[i] * weights[i] * error(i) * error(i);
        return std::sqrt(variance) / total;
    }
    std::vector<double> parts(static_cast<std::size_t>(blocks_));
    for (std::size_t i = 0; i < weights.size(); ++i)
        if (weights[i] > 0) parts[block_[i]] += weights[i] * error(i);
    for (std::size_t a = 0; a < parts.size(); ++a) {
        double row = 0;
        for (std::size_t b = 0; b < parts.size(); ++b) row += correlation_[a * parts.size() + b] * parts[b];
        variance += parts[a] * row;
    }
    return std::sqrt(variance) / total;
}

} // namespace gwsd::score
