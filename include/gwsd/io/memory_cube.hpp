#pragma once

#include <limits>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gwsd/core/error.hpp"
#include "gwsd/io/cube.hpp"

namespace gwsd::io {

/// A cube held in memory: for tests, and for programs that have their fields already. Fields are set before it is
/// shared between threads; a step of a known variable that was never set is all missing.
class MemoryCube : public FieldSource {
public:
    explicit MemoryCube(CubeInfo info) : info_(std::move(info)) {}

    CubeInfo& info() { return info_; }
    const CubeInfo& info() const override { return info_; }

    /// t is ignored when read if a variable was set by set_static. Throws ShapeError if the field fits neither grid.
    void set(const std::string& variable, Index t, std::vector<float> field)
    {
        check(variable, field.size());
        if (t < 0 || t >= info_.time.size())
            throw ShapeError("cube: step " + std::to_string(t) + " of '" + variable + "' is outside the " +
                             std::to_string(info_.time.size()) + " steps");
        auto& steps = steps_[variable];
        steps.resize(static_cast<std::size_t>(info_.time.size()));
        steps[static_cast<std::size_t>(t)] = std::make_shared<const std::vector<float>>(std::move(field));
        missing_.try_emplace(steps[static_cast<std::size_t>(t)]->size(),
                             std::make_shared<const std::vector<float>>(steps[static_cast<std::size_t>(t)]->size(),
                                                                        std::numeric_limits<float>::quiet_NaN()));
        cells_[variable] = steps[static_cast<std::size_t>(t)]->size();
    }
    void set_static(const std::string& variable, std::vector<float> field)
    {
        check(variable, field.size());
        statics_[variable] = std::make_shared<const std::vector<float>>(std::move(field));
    }

    std::shared_ptr<const std::vector<float>> field(const std::string& variable, Index t) const override
    {
        if (const auto found = statics_.find(variable); found != statics_.end()) return found->second;
        const auto found = steps_.find(variable);
        if (found == steps_.end()) throw DataError("cube in memory: has no variable '" + variable + "'");
        if (t < 0 || t >= info_.time.size()) throw ShapeError("cube in memory: has no step " + std::to_string(t));
        const auto& step = found->second[static_cast<std::size_t>(t)];
        return step ? step : missing_.at(cells_.at(variable));
    }

private:
    void check(const std::string& variable, std::size_t cells) const
    {
        if (static_cast<Index>(cells) != info_.coarse.cells() && static_cast<Index>(cells) != info_.fine.cells())
            throw ShapeError("cube: '" + variable + "' has " + std::to_string(cells) + " cells, expected " +
                             std::to_string(info_.coarse.cells()) + " or " + std::to_string(info_.fine.cells()));
    }

    CubeInfo info_;
    std::map<std::string, std::vector<std::shared_ptr<const std::vector<float>>>> steps_;
    std::map<std::string, std::shared_ptr<const std::vector<float>>> statics_;
    std::map<std::size_t, std::shared_ptr<const std::vector<float>>> missing_;
    std::map<std::string, std::size_t> cells_;
};

} // namespace gwsd::io
