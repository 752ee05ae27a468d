#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gwsd/io/cube.hpp"

namespace gwsd::score {

/// A field of a grid, south to north, NaN where missing; null where there is none.
using SharedField = std::shared_ptr<const std::vector<float>>;

/// What a baseline may learn from a truth.
struct Lessons {
    std::vector<Index> steps;                ///< of the training period
    std::vector<std::int8_t> learns;         ///< of each fine cell: 1 learns, 0 is held out, -1 has no land
    std::function<SharedField(Index)> truth; ///< on the fine grid
};

/// What every baseline is given before the first step; it outlives them.
struct BaselineInput {
    const io::FieldSource& cube;
    std::string coarse_variable;          ///< the coarse field that was refined
    std::span<const float> land_fraction; ///< of fine cells, 0 where there is no land
    std::vector<float> coarse_land;       ///< of coarse cells: the largest land fraction in each
    std::vector<Index> steps;             ///< whose coarse field may be read: of the training period, else all
    std::optional<Lessons> lessons;       ///< none without a truth and known training months
    std::uint64_t seed = 1;

    const io::CubeInfo& info() const { return cube.info(); }
};

/// One step that has a coarse field.
struct BaselineStep {
    Index t = 0;              ///< of the cube
    SharedField coarse;       ///< on the coarse grid
    SharedField interpolated; ///< smooth_conservative, on the fine grid; NaN where no cell of its stencil is valid
};

/// One method that every model is compared with. It lives in a file of its own and is named in list.cpp.
class Baseline {
public:
    virtual ~Baseline() = default;
    /// The field of a step on the fine grid, NaN where the method has no value. The same bits whatever the number of
    /// threads. One thread calls it at a time.
    virtual std::vector<float> field(const BaselineStep& step) const = 0;
};

/// A baseline, or why this evaluation cannot have it.
struct MadeBaseline {
    std::unique_ptr<Baseline> baseline;
    std::string why_not{};
};

/// Steps that tell a baseline's maker what it may read, one by one; null without a coarse field.
using StepReader = std::function<std::optional<BaselineStep>(Index)>;

/// A baseline as list.cpp names it.
struct BaselineKind {
    std::string name;
    MadeBaseline (*make)(const BaselineInput& input, const StepReader& read);
    bool built = true; ///< false: a library that it needs is not in this build
};

/// All, in the order of tables; "nearest" comes first.
const std::vector<BaselineKind>& baseline_kinds();

} // namespace gwsd::score
