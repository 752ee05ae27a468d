#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gwsd/train/trained_model.hpp"

namespace gwsd::infer {

struct DownscaleOptions {
    std::string model, cube, output;
    train::DownscaleConfig config; ///< projection, overlap, batch, flags, units, baseline, cf, period
    Index tile = 0;                ///< coarse cells along a tile's side; 0: that of the training
    Index shard = 0, shards = 1;   ///< this part of the months
    std::uint64_t seed = 1;        ///< of the networks that config.dropout_samples draws
    bool overwrite = false;
    std::string command; ///< for the history attribute, without --output and --shard, which differ between shards
};

struct DownscaleSummary {
    Index months = 0;
    double mass_residual_max = 0; ///< largest |block mean of output - coarse field| over land, target's unit; blocks
                                  ///< are those of the projection (coarse cells for none)
    double mass_residual_cell_max = 0; ///< the same over coarse cells, whatever the projection
    double seam_index = 0;             ///< largest of the months, across coarse cell edges (score/seam.hpp)
    std::string projection, truth_mode, unit;
    std::string output, flags; ///< files written; flags may be empty
};

/// Refines every step of the period that has a satellite field and writes the CF file of SPEC 7 month by month, and
/// with config.flags the status of each cell beside it (flags_path). With config.fill_missing the other steps are
/// written too: their base is the training mean, since no field is there to interpolate, the network adds what it makes
/// of the predictors and of earlier months in the window, no projection is applied, and the flags say "no satellite
/// month".
///
/// Global attributes that scoring reads: gwsd_truth_mode (the model's; "none" where the cube has no reference),
/// gwsd_coarse (operator or given), gwsd_projection, gwsd_factor, gwsd_train_period, gwsd_validation_period,
/// gwsd_test_period, gwsd_holdout_regions ("W,S,E,N;..."), gwsd_holdout_buffer, gwsd_predictor_memory
/// ("tp+t2m:3,gwsa:12"), gwsd_model_xxh3, gwsd_synthetic, gwsd_leakage, gwsd_input_hashes, and, set at the end,
/// gwsd_mass_residual_max and gwsd_seam_index: the largest of the months, so that io::merge_outputs gives a merged file
/// the figures of one run by taking the largest of the shards'.
///
/// With config.dropout_samples the attribute gwsd_dropout_samples ("8, seed 1").
///
/// Throws CannotCreate (output exists, or is one of the inputs), UsageError (samples of a model without dropout, a
/// shard that there is not), DataError (the cube does not fit the model, or nothing is to be written), ConfigError,
/// NumericalError, IoError.
DownscaleSummary downscale(const DownscaleOptions& options);

/// "fine.nc" gives "fine_flags.nc".
std::string flags_path(const std::string& output);

} // namespace gwsd::infer
