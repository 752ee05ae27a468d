#include "train/place_learning.hpp"

#include <algorithm>

#include "gwsd/core/message.hpp"
#include "train/data_needs.hpp"
#include "train/reading_progress.hpp"
#include "train/rounded.hpp"

namespace gwsd::train {

bool wants_first_guess(const Config& config, const TrainingData& data, const std::vector<Index>& steps)
{
    const std::string& wanted = config.model.first_guess;
    if (wanted == "none") return false;
    const bool possible = data.truth_mode == "reference" && !data.input.predictors.empty() &&
                          std::ssize(steps) >= data::FirstGuess::fewest_steps && config.data.split != "paper_random";
    if (wanted == "auto") return possible && config.model.preset != "paper" && config.model.mean != "direct";
    if (!possible)
        throw ConfigError(
            "model.first_guess = regression: needs truth mode reference, predictors, blocked splits and at "
            "least " +
            std::to_string(data::FirstGuess::fewest_steps) + " training months with a truth, got mode " +
            data.truth_mode + " and " + std::to_string(steps.size()) + " months; set model.first_guess=none");
    return true;
}

std::shared_ptr<const data::FirstGuess> learn_places(const TrainingData& data, const io::FieldSource& cube,
                                                     const std::vector<Index>& steps)
{
    std::vector<std::int8_t> learns(data.usable.size(), -1);
    const auto& land = data.maker->land_fraction();
    for (std::size_t i = 0; i < learns.size(); ++i)
        if (land[i] > 0) learns[i] = data.usable[i] ? 1 : 0;
    const auto cells =
        static_cast<std::size_t>(std::count_if(learns.begin(), learns.end(), [](auto l) { return l >= 0; }));
    const double bytes =
        place_learning_bytes(cells, data::regression_feature_count(cube.info(), data.input.predictors));
    if (bytes > 0.5e9)
        note("learning what each place's past tells takes up to " + rounded(1e-9 * bytes) +
             " GB of memory (model.first_guess = none does without)");
    ReadingProgress reading("learning what each place's past tells", std::ssize(steps) * data::FirstGuess::passes);
    const auto guess = data::FirstGuess::learn(
        {.cube = cube,
         .predictors = data.input.predictors,
         .steps = steps,
         .learns = std::move(learns),
         .interpolated = [&](Index t) { return data.maker->has_coarse(t) ? data.maker->base(t) : nullptr; },
         .truth = [&](Index t) { return cube.field("reference", t); },
         .checkpoint = reading.checkpoint(),
         .by_place = true});
    if (guess)
        note("first guess: at each place a ridge regression on " + std::to_string(guess->weights().features) +
             " features, drawn to what such places have in common as firmly as by " + rounded(guess->ridge().penalty) +
             " months, and its constant " + rounded(100 * guess->ridge().kept) +
             " % of the mean there, which did best on left-out months");
    return guess;
}

} // namespace gwsd::train
