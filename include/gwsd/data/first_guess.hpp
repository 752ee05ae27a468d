#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "gwsd/data/cell_regression.hpp"
#include "gwsd/data/statistics.hpp"
#include "gwsd/geo/grid.hpp"

namespace gwsd::data {

/// What a regression of the past knows of each place, as the field that the network starts from: it knows where water
/// collects, and the network need not learn it by heart. In training a month is guessed by a regression that has not
/// seen it (the months are cut into blocks, and each block is left out once), since the network shall learn from errors
/// of the size that it will meet; months outside training are guessed by the regression on all of them.
class FirstGuess {
public:
    static constexpr Index blocks = 4;          ///< of training months, each left out once
    static constexpr Index buffer = 6;          ///< steps beside a block, left out as well where firmness is chosen
    static constexpr Index passes = 2 * blocks; ///< of learn() over the steps
    static constexpr Index fewest_steps = 12;   ///< of training, for a guess to be worth it

    /// What a model file holds.
    struct Weights {
        geo::Grid grid;                   ///< fine
        std::vector<std::uint32_t> cells; ///< of it, ascending, that have weights
        std::vector<double> values;       ///< [cells, 1 + features]
        std::size_t features = 0;
    };

    /// What it learns from.
    struct Lessons {
        const io::FieldSource& cube;
        std::vector<std::string> predictors;
        std::vector<Index> steps;                                 ///< training steps with a truth
        std::vector<std::int8_t> learns;                          ///< as CellRegression has it
        std::function<CellRegression::Field(Index)> interpolated; ///< of the coarse field; null without one
        std::function<CellRegression::Field(Index)> truth;
        Checkpoint checkpoint{}; ///< called before each step is read
        bool by_place = false;   ///< draw each place to a pooled regression that depends on what a place is like
    };

    /// How strongly the regression is drawn, without by_place to what, and how much of its mean truth a place keeps, is
    /// chosen by the squared error on blocks that were left out with the steps beside them. Null if no cell could
    /// learn.
    static std::shared_ptr<const FirstGuess> learn(const Lessons& lessons);

    /// For the grid of a cube: cells that the weights do not know have no guess.
    FirstGuess(const Weights& weights, const geo::Grid& fine);

    const Weights& weights() const { return weights_; }
    const RidgeOptions& ridge() const { return ridge_; }

    /// Step t of the maker's cube on the fine grid, NaN where nothing is known. `told`: what a place is told that was
    /// never seen.
    std::vector<float> field(const io::FieldSource& cube, const std::vector<std::string>& predictors, Index t,
                             CellRegression::Field interpolated, bool told) const;

private:
    FirstGuess() = default;
    /// True if block b has a step within so many of step t.
    bool near_block(Index t, Index b, Index within) const;

    Weights weights_;
    RidgeOptions ridge_;
    std::shared_ptr<const CellRegression> all_;                  ///< from every training month
    std::vector<std::shared_ptr<const CellRegression>> without_; ///< from all but a block; only in training
    std::vector<Index> block_;                                   ///< by step: the block it is in, or -1
};

} // namespace gwsd::data
