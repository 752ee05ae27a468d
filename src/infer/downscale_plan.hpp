#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gwsd/geo/calendar.hpp"
#include "gwsd/infer/downscale.hpp"
#include "gwsd/infer/projection.hpp"
#include "gwsd/io/cube.hpp"
#include "gwsd/io/units.hpp"
#include "gwsd/train/predictor.hpp"

namespace gwsd::infer {

/// All that is decided before the first month is computed.
struct DownscalePlan {
    data::InputSpec input; ///< the model's, with the coarse field that is read here
    Index tile = 32;
    ProjectionOptions projection;
    bool weighted_by_sigma = false;
    bool trained_beside_sigma = false; ///< loss.product_sigma: the product's variance is a part of the predicted one
    bool adds_product_sigma = false;   ///< to the recalibrated variance
    train::DropoutSamples dropout;
    bool calibrated_alike = true; ///< the recalibration is of as many samples of dropout
    std::string truth_mode;
    std::vector<Index> steps;        ///< of this shard
    std::vector<std::string> absent; ///< months of the whole period without a satellite field
    std::vector<Index> baseline_steps;
    std::string baseline; ///< as the output states it
    std::string unit;
    io::UnitConversion to_unit; ///< from the cube's
};

/// Throws DataError naming what of the cube does not fit the model, ConfigError for options without meaning here.
DownscalePlan make_plan(const DownscaleOptions& options, const train::TrainedModel& model, const io::FieldSource& cube);

} // namespace gwsd::infer
