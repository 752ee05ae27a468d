#pragma once

#include <string>
#include <vector>

namespace gwsd::io {

/// Joins outputs of gwsd that hold different steps of one run into the file that the run without shards would have
/// written, bit for bit if SOURCE_DATE_EPOCH was the same; without it the dates are those of the first shard. Shards
/// may come in any order. Figures over the steps (mass residual, seam index) are the largest of the shards'. Throws
/// DataError naming the two files and what differs (grid, unit, quantity, an attribute, a step that two of them hold),
/// CannotCreate.
void merge_outputs(const std::vector<std::string>& shards, const std::string& path, bool overwrite);

} // namespace gwsd::io
