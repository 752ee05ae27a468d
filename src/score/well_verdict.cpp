#include <cmath>

#include "score/text.hpp"
#include "score/well_gain.hpp"

namespace gwsd::score {

namespace {

std::string interval_of(const ScoreGain& gain, int decimals)
{
    if (std::isnan(gain.interval.low)) return "no interval, since there are fewer than 5 years";
    return "95 %: " + fixed_text(gain.interval.low, decimals) + " to " + fixed_text(gain.interval.high, decimals);
}

/// "closer to", "further from", or that nobody knows.
std::string side_of(const ScoreGain& gain)
{
    if (gain.interval.low > 0) return "is closer to the wells than the coarse product";
    if (gain.interval.high < 0) return "is further from the wells than the coarse product";
    return "cannot be told from the coarse product by these wells";
}

std::string region_sentence(const std::string& name, const ScoreGain& gain, const std::string& score, int decimals,
                            const std::string& unit)
{
    return name + ": the field " + side_of(gain) + " (" + score + " " + fixed_text(gain.field, decimals) + unit +
           " against " + fixed_text(gain.coarse, decimals) + unit + ", gain " + fixed_text(gain.gain, decimals) + unit +
           ", " + interval_of(gain, decimals) + ").";
}

} // namespace

std::string gain_verdict(const std::vector<WellVariant>& variants, const std::vector<VariantGain>& gains)
{
    if (gains.empty()) return "";
    const VariantGain& first = gains.front();
    const ScoreGain& cell = first.median[static_cast<std::size_t>(GainScore::r)];
    std::string text = region_sentence("Course of the region", first.region[0], "r", 3, "");
    text += " Course of single cells: r is larger in " + std::to_string(first.better) + " of " +
            std::to_string(first.scored) + ", and the median gain is " + fixed_text(cell.gain, 3) + " (" +
            interval_of(cell, 3) + ").";
    for (std::size_t v = 1; v < gains.size(); ++v) {
        const ScoreGain& rmse = gains[v].region[static_cast<std::size_t>(GainScore::rmse)];
        text += " " + region_sentence("Amount of water with " + variants[v].name, rmse, "RMSE",
                                      decimals_for(variants[v].score.sd_wells), " mm");
    }
    return text;
}

} // namespace gwsd::score
