#include "train/data_needs.hpp"

#include <algorithm>

#include "gwsd/core/message.hpp"
#include "train/rounded.hpp"

namespace gwsd::train {

double step_bytes(const TrainingData& data, const io::FieldSource& cube)
{
    return 4.0 * static_cast<double>(cube.info().fine.cells()) * static_cast<double>(3 + data.input.predictors.size());
}

void announce_needs(const TrainingData& data, const io::FieldSource& cube, const io::ScratchOptions& fields)
{
    const auto steps = static_cast<double>(std::count(data.splits.readable.begin(), data.splits.readable.end(), 1));
    const double whole = steps * step_bytes(data, cube);
    if (whole <= static_cast<double>(fields.memory_bytes)) return;
    std::string text = "the fields of " + rounded(steps) + " months are up to " + rounded(1e-9 * whole) +
                       " GB in memory, of which " + rounded(1e-9 * static_cast<double>(fields.memory_bytes)) +
                       " GB are kept; the others are ";
    if (fields.folder.empty()) {
        note(text + "read again each time, which is slower (data.scratch = none)");
        return;
    }
    const auto land = cube.field("land_fraction", 0);
    const auto cells = static_cast<double>(std::count_if(land->begin(), land->end(), [](float l) { return l > 0; }));
    const double share = cells / static_cast<double>(land->size()) + 1.0 / 32;
    note(text + "kept in a scratch file in " + fields.folder + ", about " + rounded(1e-9 * whole * share) +
         " GB that are free again when training ends (data.scratch)");
}

double place_learning_bytes(std::size_t cells, std::size_t features)
{
    const std::size_t sums = 2 + 2 * features + features * (features + 1) / 2;
    // Of all months, of all but each block, and what the places are told.
    const std::size_t weights = (features + 1) * (data::FirstGuess::blocks + 2);
    return 8.0 * static_cast<double>(cells) * static_cast<double>(sums + weights);
}

} // namespace gwsd::train
