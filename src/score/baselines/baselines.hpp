#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gwsd/geo/regridder.hpp"
#include "score/baselines/baseline.hpp"
#include "score/evaluation_input.hpp"

namespace gwsd::score {

/// What every model is compared with: those of list.cpp that were asked for and that this evaluation can have.
class Baselines {
public:
    /// Learns what is to be learnt, from the training months and outside of the holdout regions and their buffers. A
    /// method that cannot be had is left out, with a note if it was asked for by name or its library is absent.
    explicit Baselines(const EvaluationInput& input);
    Baselines(const Baselines&) = delete; // the methods look into the input below
    Baselines& operator=(const Baselines&) = delete;

    /// Those that there are, in the order of list.cpp; "nearest", which gains are measured from, is the first.
    const std::vector<std::string>& names() const { return names_; }
    /// Position in names(); that of "nearest" for a name that is not among them.
    std::size_t index_of(const std::string& name) const;

    /// One field a name on the fine grid, defined on all land, for step t of the cube. False, and all missing, if the
    /// step has no coarse field. Where a method has no value of its own the nearest coarse value stands in, so that
    /// every method can be scored on the same cells.
    bool fields(Index t, std::vector<std::vector<float>>& fields) const;

private:
    std::optional<BaselineStep> read(Index t) const;

    BaselineInput input_;
    std::shared_ptr<const geo::Regridder> smooth_;
    std::vector<std::string> names_;
    std::vector<std::unique_ptr<Baseline>> methods_;
};

} // namespace gwsd::score
