#pragma once

#include <array>
#include <functional>
#include <span>
#include <vector>

#include "data/cell_moments.hpp"
#include "gwsd/data/cell_regression.hpp"

namespace gwsd::data {

/// One regression for all places, whose weights depend on what a place is like: w_i(place) = sum_a W_ia s_a(place), on
/// features centred at each place and scaled by their spread over all of them, so that a unit of rain is a unit of
/// rain everywhere. The traits s_a are 1, mean (but of the first) and standard deviation of each feature at the place,
/// and each given trait with its square; standardised over places and bounded by two of their standard deviations.
///
/// The sums over steps that a place keeps are all that it takes: with C its features' products, places add
/// (s s') x C (Kronecker) to the normal equations. How strongly the weights are drawn, and whether to zero or to the
/// first feature itself, is chosen by the squared error on parts of the land that were left out.
class PooledRegression {
public:
    struct Place {
        CellMoments moments;
        std::span<const float> traits; ///< of the land itself; NaN where not known
        int part = 0;                  ///< of the land, 0 .. parts - 1
    };
    static constexpr int parts = 5;
    static constexpr Index most_places = 1 << 16; ///< evenly taken from more

    /// `at(k)` gives teacher k of `count`. Deterministic, whatever the number of threads.
    PooledRegression(Index count, Index features, Index traits, const std::function<Place(Index)>& at);

    /// Weights on the standardised features of a place.
    Eigen::VectorXd weights(const CellMoments& moments, std::span<const float> traits) const;
    /// The same as learnt without the places of its part of the land: what it would be told had it never been seen.
    Eigen::VectorXd weights_unseen(const Place& place) const;

    const RidgeOptions& options() const { return options_; } ///< chosen; the penalty as a share of all steps

private:
    Eigen::VectorXd traits_of(const CellMoments& moments, std::span<const float> traits) const;
    Eigen::VectorXd raw_traits(const CellMoments& moments, std::span<const float> traits) const;
    Eigen::VectorXd scaling(const CellMoments& moments) const;

    Index features_, given_;
    Eigen::VectorXd spread_; ///< of each centred feature, root mean square over places
    Eigen::VectorXd trait_mean_, trait_deviation_;
    Eigen::MatrixXd weights_;                    ///< [features, 1 + traits]
    std::array<Eigen::MatrixXd, parts> without_; ///< the same, learnt without each part of the land
    RidgeOptions options_;
};

} // namespace gwsd::data
