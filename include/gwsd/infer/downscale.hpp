#pragma once

#include <string>
#include <vector>

#include "gwsd/train/trained_model.hpp"

namespace gwsd::infer {

struct DownscaleOptions {
    std::string model, cube, output;
    train::DownscaleConfig config; ///< projection, overlap, batch, flags, units, cf, period
    Index tile = 32;               ///< coarse cells along a tile's side
    Index shard = 0, shards = 1;   ///< this part of the months
    bool overwrite = false;
    std::string command; ///< for the history attribute
};

struct DownscaleSummary {
    Index months = 0;
    double mass_residual_max = 0; ///< largest |block mean of output - coarse field| over land, target's unit
    double seam_index = 0;
    std::string projection;
};

/// Refines every step of the period and writes the CF file of SPEC 7 month by month. Global attributes that scoring
/// reads: gwsd_truth_mode (the model's; "none" where the cube has neither reference nor a scale-shift target),
/// gwsd_coarse (operator or given), gwsd_projection, gwsd_factor, gwsd_train_period, gwsd_validation_period,
/// gwsd_test_period, gwsd_holdout_regions ("W,S,E,N;..."), gwsd_holdout_buffer, gwsd_model_xxh3, gwsd_synthetic,
/// gwsd_leakage, gwsd_input_hashes, gwsd_mass_residual_max, gwsd_seam_index.
DownscaleSummary downscale(const DownscaleOptions& options);

} // namespace gwsd::infer
