#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gwsd/io/cube.hpp"

namespace gwsd::data {

/// The cube with every step that is not `readable` (one value a step) missing in all its variables. Training reads its
/// cube through this, so that no other month can reach weights, constants or climatologies.
std::shared_ptr<const io::FieldSource> only_steps(std::shared_ptr<const io::FieldSource> cube,
                                                  std::vector<char> readable);

/// The cube with the operator's view of the reference ("gwsa_operator") missing in the steps in which the given coarse
/// field ("gwsa") is, between that one's first step and its last: the satellites did not measure then. The cube itself
/// if it lacks one of the two fields.
std::shared_ptr<const io::FieldSource> with_satellite_gaps(std::shared_ptr<const io::FieldSource> cube);

/// Truth mode scale_shift: the cube one scale up. Its coarse field `coarse_variable` ("gwsa" or "gwsa_operator") plays
/// the fine truth ("reference"), and its land-weighted mean over factor x factor cells, aligned to the globe, the
/// coarse field of the same name; likewise "<p>_coarse" plays "<p>", and statics are coarsened. The grid is cut to
/// whole blocks. A static field or the land fraction of a coarse cell is the area mean of its valid fine cells. Throws
/// DataError if the cube lacks the field or has not one whole block.
std::shared_ptr<const io::FieldSource> scale_shift_view(std::shared_ptr<const io::FieldSource> cube,
                                                        const std::string& coarse_variable);

} // namespace gwsd::data
