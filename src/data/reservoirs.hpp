#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "data/step_cache.hpp"
#include "gwsd/io/cube.hpp"
#include "gwsd/io/units.hpp"

namespace gwsd::data {

/// What feeds a reservoir: a variable of the cube, and where it is a precipitation whose snow shall wait until it
/// melts, the air temperature.
struct Feed {
    std::string variable;
    std::string temperature{};           ///< variable of the same grid; empty: none
    io::UnitConversion to_celsius{1, 0}; ///< of the temperature
};

/// Memories of one variable that fade over given numbers of months (gwsd/data/predictor_memory.hpp), made together: the
/// variable is read once for all. Steps are best asked for in order; others are made again from the last state kept.
/// Safe to use from several threads.
class Reservoirs {
public:
    using Field = StepCache::Field;

    Reservoirs(std::shared_ptr<const io::FieldSource> cube, Feed feed) : cube_(std::move(cube)), feed_(std::move(feed))
    {
    }

    /// One more, before the first field is asked for; returns its number.
    std::size_t add(Index months);

    /// Level of one of them after step t, at every cell; NaN where the variable has no value in its first steps.
    Field field(std::size_t which, Index t);

private:
    using State = std::vector<float>; ///< [snow, one a reservoir][cells_]

    void start();
    void go_to(Index t);
    Field temperature(Index t) const; ///< null where none is asked for
    /// What a step brings to a cell; moves its snow on.
    float inflow(const Field& values, const Field& temperatures, std::size_t cell, float& snow) const;

    std::shared_ptr<const io::FieldSource> cube_;
    Feed feed_;
    std::vector<float> share_; ///< that a month replaces, of each
    std::vector<std::unique_ptr<StepCache>> cache_;
    std::mutex mutex_;
    std::size_t size_ = 0;
    std::vector<std::uint32_t> cells_; ///< those that have values, since most of a globe has none
    State state_;                      ///< after step at_
    Index at_ = -1;
    std::map<Index, State> kept_;
};

} // namespace gwsd::data
