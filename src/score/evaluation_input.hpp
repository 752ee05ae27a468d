#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gwsd/geo/calendar.hpp"
#include "gwsd/score/evaluate.hpp"
#include "score/prediction_file.hpp"

namespace gwsd::score {

/// Where a truth comes from; fields are on the cube's fine grid, in its unit.
class TruthSource {
public:
    virtual ~TruthSource() = default;
    virtual std::string description() const = 0;
    /// All missing where step t of the cube has no truth.
    virtual std::shared_ptr<const std::vector<float>> field(Index t) const = 0;
};

/// What the model learnt from, as the prediction's attributes name it.
struct Split {
    std::optional<geo::Period> train, validation, test;
    std::vector<geo::Region> holdouts;
    double buffer = 0; ///< degrees around a holdout region that trained nothing either
};

/// Everything that an evaluation reads, opened and checked.
struct EvaluationInput {
    std::shared_ptr<const io::FieldSource> cube;
    std::vector<PredictionFile> predictions; ///< the first is "gwsd"
    std::unique_ptr<TruthSource> truth;      ///< none: only consistency can be scored
    std::string truth_mode;                  ///< "reference", "scale_shift" or "none"
    std::string coarse_variable;             ///< the coarse field that was refined
    std::vector<Index> steps;                ///< of the cube, that all predictions hold
    Split split;
    std::vector<std::string> baselines; ///< asked for by name; empty: all
    std::uint64_t seed = 1;
    std::vector<float> land_fraction; ///< on the fine grid, 0 where missing

    const io::CubeInfo& info() const { return cube->info(); }
};

/// Throws InputMissing, DataError, UsageError for an `also` that is not NAME=FILE or names a method twice.
EvaluationInput open_evaluation(const EvaluateOptions& options);

} // namespace gwsd::score
