#include "score/baselines/block_covariance.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace gwsd::score {

using geo::radian;

BlockCovariance::BlockCovariance(const geo::Grid& coarse, Index factor, const SphericalCovariance& model)
    : factor_(factor),
      model_(model),
      half_width_(0.5 * radian * (coarse.lon_edges.back() - coarse.lon_edges.front()) /
                  static_cast<double>(coarse.cols() * factor))
{
    const geo::Grid fine = geo::refine(coarse, factor);
    for (Index row = 0; row < fine.rows(); ++row) {
        lat_.push_back(fine.lat(row) * radian);
        cos_.push_back(std::cos(lat_.back()));
        weight_.push_back(fine.row_weight(row) / coarse.row_weight(row / factor));
    }
}

double BlockCovariance::distance_km(Index fine_row, Index other, double fine_cols) const
{
    // The haversine formula, exact for near points too.
    const auto a = static_cast<std::size_t>(fine_row), b = static_cast<std::size_t>(other);
    const double south = std::sin(0.5 * (lat_[a] - lat_[b])), west = std::sin(half_width_ * fine_cols);
    const double chord = std::sqrt(south * south + cos_[a] * cos_[b] * west * west);
    return 2e-3 * geo::earth_radius * std::asin(std::min(1.0, chord));
}

double BlockCovariance::of_blocks(Index row, Index other, Index cols) const
{
    double sum = 0;
    for (Index i = row * factor_; i < (row + 1) * factor_; ++i)
        for (Index j = other * factor_; j < (other + 1) * factor_; ++j) {
            double mean = 0; // over pairs of columns: factor - |k| of them are cols * factor + k apart
            for (Index k = 1 - factor_; k < factor_; ++k)
                mean += static_cast<double>(factor_ - std::abs(k)) *
                        model_(distance_km(i, j, static_cast<double>(cols * factor_ + k)));
            sum += weight(i) * weight(j) * mean;
        }
    return sum / static_cast<double>(factor_ * factor_);
}

double BlockCovariance::of_block_and_point(Index row, Index fine_row, Index fine_cols) const
{
    double sum = 0;
    for (Index i = row * factor_; i < (row + 1) * factor_; ++i) {
        double mean = 0;
        for (Index k = 0; k < factor_; ++k)
            mean += model_(distance_km(i, fine_row, static_cast<double>(fine_cols - k)));
        sum += weight(i) * mean;
    }
    return sum / static_cast<double>(factor_);
}

} // namespace gwsd::score
