#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gwsd/io/cube.hpp"

namespace gwsd::data {

/// What an aquifer remembers of a predictor: its mean over the past with weights that fade by exp(-1) in so many
/// months. A linear reservoir that the predictor feeds holds just this, so that a store's level shows in it long after
/// the month of the rain.
struct PredictorMemory {
    /// Stands for the coarse field that the network reads: what the satellite saw over months, which its noise of one
    /// month hardly touches.
    static constexpr const char* coarse_field = "gwsa";

    std::string predictor; ///< of the cube, or coarse_field
    Index months = 12;
    /// Predictor that is the air temperature, by which snow waits until it melts: the memory is then of rain and melt,
    /// and `predictor` is a precipitation in mm a month. Empty: of the predictor as it is.
    std::string temperature{};

    std::string name() const
    {
        return predictor + (temperature.empty() ? "" : "_liquid") + "_memory" + std::to_string(months);
    }
    friend bool operator==(const PredictorMemory&, const PredictorMemory&) = default;
};

/// The cube with each memory as one more predictor, on the fine grid and, "<name>_coarse", on the coarse one:
///     m_t = m_(t-1) + (1 - exp(-1 / months)) (x_t - m_(t-1)),
/// from the mean of the cell's first twelve values on; a month without a value leaves it as it was. A field of step t
/// reads no step after it but for those twelve. Steps are best asked for in order: others are made again from the last
/// one kept, a year apart at most. The memory of the coarse field, `coarse_variable` of the cube, is interpolated to
/// the fine grid. With a temperature x is the month's rain and melt (src/data/snow_store.hpp). The cube itself if there
/// are no memories. Throws DataError if the cube lacks a predictor or the temperature is none, ConfigError if its steps
/// are not months.
std::shared_ptr<const io::FieldSource> with_memory(std::shared_ptr<const io::FieldSource> cube,
                                                   const std::vector<PredictorMemory>& memories,
                                                   const std::string& coarse_variable);

/// "tp+t2m:3,gwsa:12": predictor, with the temperature that holds snow back, and months; "none" for none.
std::string to_text(const std::vector<PredictorMemory>& memories);
/// Of such a text, or an empty one. Throws DataError, beginning with `where`, for another.
std::vector<PredictorMemory> parse_memories(const std::string& text, const std::string& where);

} // namespace gwsd::data
