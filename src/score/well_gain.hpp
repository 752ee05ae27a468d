#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "gwsd/score/blocks.hpp"
#include "score/well_scores.hpp"

namespace gwsd::score {

/// A score of the field, the same of the coarse product, and by how much the field's is better (above zero: closer to
/// the wells), with the 95 % interval of that difference.
struct ScoreGain {
    double field = not_defined, coarse = not_defined, gain = not_defined;
    Interval interval;
};

/// Scores that a gain is given for; KGE and RMSE compare amounts, so only where both are water.
enum class GainScore { r, kge, rmse };
inline constexpr std::array<const char*, 3> gain_names{"r", "kge", "rmse"};
using GainScores = std::array<ScoreGain, 3>;

/// Gain of one variant over the coarse product.
struct VariantGain {
    GainScores region;             ///< of the region's series
    GainScores median;             ///< medians over cells of both scores and of the gain
    std::vector<GainScores> cells; ///< of each cell of the field
    Index scored = 0, better = 0;  ///< cells that have a gain of r, and those where it is above zero
    Index years = 0, places = 0;   ///< blocks that the bootstrap draws
};

/// Gains by variant. field and coarse hold the same variants of the same wells, cells and months.
///
/// Intervals come from a bootstrap that draws calendar years and, independently of them, places of 2 x 2 degrees, about
/// the 250 km that the product is smoothed over, each with replacement and as many as there are (Owen 2007); the field,
/// the coarse product and the wells keep together, so the difference is paired. Fewer than 5 places: only years are
/// drawn, as always for a single cell. Fewer than 5 years give no interval. Same seed, same bits.
std::vector<VariantGain> well_gains(const WellField& cells, const std::vector<WellVariant>& field,
                                    const std::vector<WellVariant>& coarse, std::uint64_t seed, int replicates = 1000);

/// What the gains say, in plain English.
std::string gain_verdict(const std::vector<WellVariant>& variants, const std::vector<VariantGain>& gains);

} // namespace gwsd::score
