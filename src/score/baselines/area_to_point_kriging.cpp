#include "score/baselines/area_to_point_kriging.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "gwsd/core/error.hpp"
#include "gwsd/core/parallel.hpp"

namespace gwsd::score {

AreaToPointKriging::AreaToPointKriging(const geo::Grid& coarse, Index factor, const SphericalCovariance& model,
                                       std::span<const float> wanted, const KrigingOptions& options)
    : coarse_(coarse),
      factor_(factor),
      radius_(options.radius),
      side_(2 * options.radius + 1),
      wanted_(static_cast<std::size_t>(coarse.cells()), 1),
      rows_(static_cast<std::size_t>(coarse.rows())),
      weights_(static_cast<std::size_t>(coarse.rows()))
{
    if (radius_ < 1 || radius_ > 3)
        throw ShapeError("area-to-point kriging: expects a radius of 1 to 3 cells, got " + std::to_string(radius_));
    for (std::size_t i = 0; i < wanted.size(); ++i) wanted_[i] = wanted[i] > 0;
    const BlockCovariance covariance(coarse, factor, model);
    parallel_for(coarse.rows(), 1, [&](Index begin, Index end) {
        for (Index row = begin; row < end; ++row) {
            const auto first = wanted_.begin() + row * coarse_.cols();
            if (std::any_of(first, first + coarse_.cols(), [](char w) { return w != 0; }))
                rows_[static_cast<std::size_t>(row)] = row_of(covariance, row);
        }
    });
}

AreaToPointKriging::Row AreaToPointKriging::row_of(const BlockCovariance& covariance, Index row) const
{
    const auto side = static_cast<std::size_t>(side_), points = static_cast<std::size_t>(factor_ * factor_);
    Row result{std::vector<double>(side * side * side), std::vector<double>(side * side * points)};
    const auto inside = [&](Index r) { return r >= 0 && r < coarse_.rows(); };
    for (Index i = 0; i < side_; ++i) {
        const Index from = row + i - radius_;
        if (!inside(from)) continue;
        double* blocks = result.blocks.data() + i * side_ * side_;
        for (Index j = 0; j < side_; ++j)
            for (Index apart = 0; inside(row + j - radius_) && apart < side_; ++apart)
                blocks[j * side_ + apart] = covariance.of_blocks(from, row + j - radius_, apart);
        double* to = result.points.data() + i * side_ * factor_ * factor_;
        for (Index c = 0; c < side_; ++c)
            for (Index p = 0; p < factor_ * factor_; ++p)
                *to++ = covariance.of_block_and_point(from, row * factor_ + p / factor_,
                                                      p % factor_ - (c - radius_) * factor_);
    }
    return result;
}

std::vector<float> AreaToPointKriging::solve(const Row& row, std::uint64_t pattern) const
{
    std::vector<Index> cells; // row of neighbours * side + column
    for (Index k = 0; k < side_ * side_; ++k)
        if (pattern >> k & 1U) cells.push_back(k);
    const Index n = std::ssize(cells), points = factor_ * factor_;
    Eigen::MatrixXd matrix = Eigen::MatrixXd::Ones(n + 1, n + 1), right = Eigen::MatrixXd::Ones(n + 1, points);
    matrix(n, n) = 0;
    for (Index i = 0; i < n; ++i) {
        const Index a = cells[static_cast<std::size_t>(i)];
        for (Index j = 0; j < n; ++j) {
            const Index b = cells[static_cast<std::size_t>(j)], apart = std::abs(a % side_ - b % side_);
            matrix(i, j) = row.blocks[static_cast<std::size_t>((a / side_ * side_ + b / side_) * side_ + apart)];
        }
        for (Index p = 0; p < points; ++p) right(i, p) = row.points[static_cast<std::size_t>(a * points + p)];
    }
    const Eigen::MatrixXd solution = matrix.partialPivLu().solve(right);
    std::vector<float> weights;
    for (Index p = 0; p < points; ++p)
        for (Index i = 0; i < n; ++i) weights.push_back(static_cast<float>(solution(i, p)));
    return weights;
}

std::uint64_t AreaToPointKriging::neighbours(std::span<const float> coarse, Index row, Index col,
                                             std::vector<double>& values) const
{
    const Index cols = coarse_.cols();
    const bool wraps = coarse_.periodic() && cols >= side_;
    std::uint64_t pattern = 0;
    values.clear();
    for (Index k = 0; k < side_ * side_; ++k) {
        const Index r = row + k / side_ - radius_;
        Index c = col + k % side_ - radius_;
        if (wraps) c = (c + cols) % cols;
        if (r < 0 || r >= coarse_.rows() || c < 0 || c >= cols) continue;
        const float value = coarse[static_cast<std::size_t>(r * cols + c)];
        if (!std::isfinite(value)) continue;
        pattern |= std::uint64_t{1} << k;
        values.push_back(static_cast<double>(value));
    }
    return pattern;
}

void AreaToPointKriging::apply(std::span<const float> coarse, std::span<float> fine) const
{
    const Index cols = coarse_.cols(), points = factor_ * factor_;
    if (std::ssize(coarse) != coarse_.cells() || std::ssize(fine) != coarse_.cells() * points)
        throw ShapeError("area-to-point kriging: expects " + std::to_string(coarse_.cells()) + " coarse and " +
                         std::to_string(coarse_.cells() * points) + " fine cells, got " +
                         std::to_string(coarse.size()) + " and " + std::to_string(fine.size()));
    std::fill(fine.begin(), fine.end(), std::numeric_limits<float>::quiet_NaN());
    // A row's weights are made and read by the thread that has the row.
    parallel_for(coarse_.rows(), 1, [&](Index begin, Index end) {
        std::vector<double> values;
        for (Index row = begin; row < end; ++row)
            for (Index col = 0; col < cols; ++col) {
                if (!wanted_[static_cast<std::size_t>(row * cols + col)]) continue;
                const std::uint64_t pattern = neighbours(coarse, row, col, values);
                if (pattern == 0) continue;
                auto& known = weights_[static_cast<std::size_t>(row)];
                auto found = known.find(pattern);
                if (found == known.end())
                    found = known.emplace(pattern, solve(rows_[static_cast<std::size_t>(row)], pattern)).first;
                const float* weight = found->second.data();
                for (Index p = 0; p < points; ++p) {
                    double sum = 0;
                    for (const double value : values) sum += static_cast<double>(*weight++) * value;
                    const Index at = (row * factor_ + p / factor_) * cols * factor_ + col * factor_ + p % factor_;
                    fine[static_cast<std::size_t>(at)] = static_cast<float>(sum);
                }
            }
    });
}

} // namespace gwsd::score
