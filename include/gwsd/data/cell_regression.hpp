#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gwsd/core/shape.hpp"
#include "gwsd/io/cube.hpp"

namespace gwsd::data {

/// What a ridge regression is drawn to: `prior` times the first feature (0: each cell's mean truth, 1: the first
/// feature itself), as strongly as `penalty` steps would.
/// With traits of places the prior is what the pooled regression tells of the place, and `prior` has no part.
/// `kept` is the share of a cell's mean truth that its constant keeps: of an anomaly, whose mean over all time is zero,
/// the mean over some years is in part a passing state.
struct RidgeOptions {
    double penalty = 10, prior = 0, kept = 1;
    bool operator==(const RidgeOptions&) const = default;
};

/// What the land at each cell is like, beside what its features say of it, for the pooled regression to depend on.
struct PlaceTraits {
    std::size_t count = 0;
    std::vector<float> values; ///< [cells, count], NaN where not known
    std::vector<int> part;     ///< [cells] 0 and above: parts of the land, on which the pooled regression is tried
};

class PooledRegression;

/// Ridge regression of a truth on features of the same step, for every cell by itself: what a place's own past tells of
/// it. Cells that may not be learnt from, and those whose truth is never known, are given the answer of all others: the
/// pooled regression on features standardised at each cell, about the mean of the first feature there.
///
/// With traits of places the pooled regression is another one: its weights depend on what a place is like
/// (src/data/pooled_regression.hpp), and cells that learn are drawn to it.
///
/// With features z standardised over the steps that a cell learns from, y the truth less its mean and w0 the prior's
/// weights, the weights of a cell are w0 + (Z'Z + penalty I)^-1 Z'(y - Z w0); its constant is `kept` of the mean.
class CellRegression {
public:
    using Field = std::shared_ptr<const std::vector<float>>; ///< [cells], NaN where missing

    /// `learns`, [cells]: 1 for cells that learn, 0 for cells that are told, -1 for cells without land. About
    /// 4 (features + 3)^2 bytes a cell of land are held until forget(). Throws ShapeError without a feature,
    /// and for traits of another grid.
    CellRegression(std::vector<std::int8_t> learns, std::size_t features,
                   std::shared_ptr<const PlaceTraits> traits = nullptr);

    /// One step. A cell takes part where all features are finite and, if it learns, the truth is.
    void add(std::span<const Field> features, std::span<const float> truth);

    /// Makes the weights from what was added so far. With `keep_pooled` the cells that have weights of their own also
    /// keep what the others are told, for predict_pooled().
    void solve(const RidgeOptions& options, bool keep_pooled = false);
    /// Frees all but the weights: nothing can be added or solved afterwards.
    void forget() { std::vector<double>().swap(sums_); } // `= {}` would keep what is allocated

    /// From weights that another one has made: of `cells`, ascending, constant and features of each.
    CellRegression(std::vector<std::uint32_t> cells, std::vector<double> weights, std::size_t features);

    /// Cells that have weights of their own, after solve().
    Index learnt() const { return learnt_; }

    /// NaN where a feature is missing, where there is no land, and everywhere if no cell has learnt.
    void predict(std::span<const Field> features, std::span<float> out) const;
    /// The same by the pooled regression alone: what a place that was never seen is told. With traits of places a cell
    /// that learns is told what is learnt without its part of the land.
    void predict_pooled(std::span<const Field> features, std::span<float> out) const;

    const std::vector<std::uint32_t>& cells() const { return land_; } ///< those with land
    const std::vector<double>& weights() const { return weights_; }   ///< of each: constant, then one a feature
    std::size_t features() const { return features_; }
    /// [cells()] mean truth of each over the steps added; NaN for cells that have no weights of their own. Before
    /// forget().
    std::vector<double> mean_truth() const;

private:
    /// Sums of a cell: steps, features, products of features, truth, features times truth.
    double* sums(std::size_t cell) { return sums_.data() + cell * stride_; }
    const double* sums(std::size_t cell) const { return sums_.data() + cell * stride_; }
    bool has_own(std::size_t cell) const; ///< steps enough for weights of its own
    std::shared_ptr<const PooledRegression> pool(const std::vector<std::size_t>& own);
    std::span<const float> traits_of(std::size_t cell) const;
    int part_of(std::size_t cell) const; ///< of the land
    void predict(const std::vector<double>& weights, std::span<const Field> features, std::span<float> out) const;

    std::size_t features_, stride_;
    std::vector<std::uint32_t> land_; ///< the cells that hold land
    std::vector<char> learns_;        ///< of each of them
    std::vector<double> sums_;
    std::vector<double> weights_, pooled_; ///< of each: constant, then one a feature; NaN where there are none
    Index learnt_ = 0;
    std::shared_ptr<const PlaceTraits> traits_;
    std::shared_ptr<const PooledRegression> by_traits_; ///< of what was added so far
};

/// What a regression of the fine truth reads of a step: the interpolated coarse field, the predictors, and, on a
/// monthly axis, the annual cycle.
std::vector<CellRegression::Field> regression_features(const io::FieldSource& cube,
                                                       const std::vector<std::string>& predictors, Index t,
                                                       CellRegression::Field interpolated);
inline std::size_t regression_feature_count(const io::CubeInfo& info, const std::vector<std::string>& predictors)
{
    return 1 + predictors.size() + (info.time.monthly ? 2 : 0);
}

} // namespace gwsd::data
