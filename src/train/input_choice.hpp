#pragma once

#include <string>
#include <utility>

#include "gwsd/data/batch.hpp"
#include "gwsd/train/config.hpp"

/// What a run reads of a cube. All throw ConfigError or DataError for what the cube has not, with a way out.
namespace gwsd::train {

/// "reference" or "scale_shift".
std::string resolved_mode(const Config& config, const io::CubeInfo& info);

/// Whether the coarse field is the operator's view of the reference, and not the given one.
bool reads_operator(const Config& config, const io::CubeInfo& info, const std::string& mode);

/// The network's inputs. Memories that so many training steps cannot teach are left out, with a note.
data::InputSpec input_spec(const Config& config, const io::CubeInfo& info, bool coarse_is_operator,
                           Index training_steps);

/// Precipitation and soil moisture for the terms that need them, empty names if none has a weight.
std::pair<std::string, std::string> recharge_predictors(const Config& config, const io::CubeInfo& info);

} // namespace gwsd::train
