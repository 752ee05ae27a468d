#pragma once

#include <optional>
#include <string>
#include <vector>

#include "score/score_loop.hpp"

namespace gwsd::score {

/// The time series of one fine cell.
struct PlaceSeries {
    std::size_t land_cell = 0;
    double lat = 0, lon = 0;
    std::string set;          ///< that the cell belongs to, or empty
    std::vector<double> time; ///< years
    std::vector<double> truth, value, error;
    std::vector<std::vector<double>> baselines;
};

/// What pictures need beside the scores, gathered in the same pass over the steps.
class PictureData {
public:
    PictureData(const EvaluationInput& input, const ScoredCells& cells);
    void watch(const StepFields& fields);

    /// The step of the cube that maps show: the one nearest to the middle of the first set that has
    /// cells. -1: no step was seen.
    Index map_step() const { return map_step_; }
    /// Seasons and trends of prediction and truth over all steps, land cell by land cell; none for instants.
    const std::optional<CycleFit>& prediction_cycle() const { return prediction_cycle_; }
    const std::optional<CycleFit>& truth_cycle() const { return truth_cycle_; }
    /// Up to `wanted` cells where most lies below the coarse cell, far from each other, from every set if there are
    /// two.
    std::vector<PlaceSeries> places(std::size_t wanted) const;

private:
    double interest(const PlaceSeries& place) const;

    const EvaluationInput& input_;
    const ScoredCells& cells_;
    std::optional<CycleFit> prediction_cycle_, truth_cycle_;
    std::vector<PlaceSeries> candidates_;
    int map_set_ = -1; ///< -1: no cell belongs to a set
    Index map_step_ = -1, distance_ = 0;
};

} // namespace gwsd::score
