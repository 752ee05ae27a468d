#include "gwsd/score/cycle.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "gwsd/score/moments.hpp"

namespace gwsd::score {

namespace {

std::array<double, 4> design(geo::Month month)
{
    const double years = middle_of(month), angle = 2 * std::numbers::pi * years;
    return {1.0, years - 15.0, std::cos(angle), std::sin(angle)}; // 15: near the middle of the satellites' record
}

constexpr Cycle undefined{not_defined, not_defined, not_defined, not_defined};

Cycle cycle_of(const Eigen::Vector4d& x)
{
    double phase = std::atan2(x[3], x[2]) / (2 * std::numbers::pi) * 12.0;
    if (phase < 0) phase += 12.0;
    return {x[0], x[1], std::hypot(x[2], x[3]), phase};
}

} // namespace

void CycleFit::add(geo::Month month, std::span<const float> values)
{
    const auto row = design(month);
    for (std::size_t i = 0; i < 4; ++i)
        for (std::size_t j = 0; j < 4; ++j) normal_[4 * i + j] += row[i] * row[j];
    for (std::size_t cell = 0; cell < values.size(); ++cell) {
        if (!std::isfinite(values[cell])) continue;
        ++seen_[cell];
        for (std::size_t i = 0; i < 4; ++i) right_[4 * cell + i] += row[i] * static_cast<double>(values[cell]);
    }
    ++steps_;
}

Cycle CycleFit::fit(Index cell) const
{
    const auto c = static_cast<std::size_t>(cell);
    if (steps_ < 12 || seen_[c] != steps_) return undefined;
    const Eigen::Map<const Eigen::Matrix4d> normal(normal_.data());
    const Eigen::Map<const Eigen::Vector4d> right(right_.data() + 4 * c);
    return cycle_of(normal.ldlt().solve(right));
}

double phase_difference(double a, double b)
{
    const double d = std::fmod(a - b + 18.0, 12.0) - 6.0;
    return d;
}

Trend fit_trend(std::span<const geo::Month> months, std::span<const double> values)
{
    Eigen::Matrix4d normal = Eigen::Matrix4d::Zero();
    Eigen::Vector4d right = Eigen::Vector4d::Zero();
    int n = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!std::isfinite(values[i])) continue;
        const auto row = design(months[i]);
        const Eigen::Map<const Eigen::Vector4d> x(row.data());
        normal += x * x.transpose();
        right += values[i] * x;
        ++n;
    }
    if (n < 12) return {not_defined, not_defined, undefined};
    const Eigen::Vector4d x = normal.ldlt().solve(right);
    double squares = 0, lagged = 0, before = 0;
    int before_month = -1;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!std::isfinite(values[i])) continue;
        const auto row = design(months[i]);
        const double residual = values[i] - x.dot(Eigen::Map<const Eigen::Vector4d>(row.data()));
        squares += residual * residual;
        if (before_month == months[i].index - 1) lagged += residual * before;
        before = residual, before_month = months[i].index;
    }
    const double r = squares > 0 ? std::clamp(lagged / squares, 0.0, 0.99) : 0.0;
    const Eigen::Matrix4d inverse = normal.inverse();
    const double variance = squares / (n - 4) * inverse(1, 1) * (1 + r) / (1 - r);
    return {x[1], std::sqrt(variance), cycle_of(x)};
}

} // namespace gwsd::score
