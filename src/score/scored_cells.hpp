#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "score/evaluation_input.hpp"

namespace gwsd::score {

/// Cells and steps that a score is made of, and what they stand for.
struct ScoreSet {
    std::string name, description;
    std::vector<char> active; ///< one a step of EvaluationInput::steps
    Index steps = 0;          ///< how many of them are active
};

/// The land cells, grouped by coarse cell, with the set and the bootstrap block that each coarse cell belongs to.
///
/// A coarse cell belongs to one set or none: to `unseen_regions` if it lies wholly in a holdout region, to the other
/// set if it lies wholly outside every holdout region and its buffer.
struct ScoredCells {
    static constexpr double block_degrees = 4; ///< side of the bootstrap's blocks, about the footprint of GRACE

    std::vector<ScoreSet> sets;

    std::vector<std::uint32_t> cell; ///< fine cell of each land cell, coarse cell by coarse cell
    std::vector<float> weight;       ///< area times land fraction
    std::vector<std::size_t> first;  ///< land cells of group k are first[k] to first[k + 1]
    std::vector<std::uint32_t> coarse;
    std::vector<std::int8_t> set;    ///< of each group, -1: not scored
    std::vector<std::int32_t> block; ///< of each group: block of 4 degrees, for the bootstrap and the regional mass
    Index blocks = 0;
    std::vector<std::int32_t> year; ///< of each step of EvaluationInput::steps, from 0: bootstrap block in time
    Index years = 0;

    Index groups() const { return static_cast<Index>(coarse.size()); }
    Index land_cells() const { return static_cast<Index>(cell.size()); }
};

/// Throws DataError if there is no land. Without a truth there are no sets.
ScoredCells choose_cells(const EvaluationInput& input);

} // namespace gwsd::score
