#include "gwsd/data/views.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "data/step_cache.hpp"
#include "gwsd/geo/interpolate.hpp"

namespace gwsd::data {
namespace {

using SharedField = std::shared_ptr<const std::vector<float>>;
using Source = std::shared_ptr<const io::FieldSource>;

bool in(const std::vector<std::string>& names, const std::string& name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

class OnlySteps : public io::FieldSource {
public:
    OnlySteps(Source cube, std::vector<char> readable) : cube_(std::move(cube)), readable_(std::move(readable))
    {
        const auto nothing = [](Index cells) {
            return std::make_shared<const std::vector<float>>(static_cast<std::size_t>(cells),
                                                              std::numeric_limits<float>::quiet_NaN());
        };
        coarse_nothing_ = nothing(info().coarse.cells());
        fine_nothing_ = nothing(info().fine.cells());
    }

    const io::CubeInfo& info() const override { return cube_->info(); }

    SharedField field(const std::string& variable, Index t) const override
    {
        const bool fixed =
            variable == "land_fraction" || variable == "land_fraction_coarse" || in(info().statics, variable);
        if (fixed || (t >= 0 && t < std::ssize(readable_) && readable_[static_cast<std::size_t>(t)]))
            return cube_->field(variable, t);
        return variable == "reference" || in(info().predictors, variable) ? fine_nothing_ : coarse_nothing_;
    }

private:
    Source cube_;
    std::vector<char> readable_;
    SharedField coarse_nothing_, fine_nothing_;
};

/// The rows or columns of an axis that make up whole blocks of `factor` cells, counted from `origin` degrees.
struct Blocks {
    Index first = 0, count = 0;
};

Blocks whole_blocks(const std::vector<double>& edges, Index factor, double origin, bool periodic)
{
    const Index cells = std::ssize(edges) - 1;
    if (periodic && cells % factor == 0) return {0, cells};
    const double size = (edges.back() - edges.front()) / static_cast<double>(cells);
    const auto offset = static_cast<Index>(std::llround((edges.front() - origin) / size));
    const Index first = ((-offset % factor) + factor) % factor;
    return {first, std::max<Index>(0, (cells - first) / factor * factor)};
}

class ScaleShift : public io::FieldSource {
public:
    ScaleShift(Source cube, const std::string& coarse_variable)
        : cube_(std::move(cube)), info_(cube_->info()), coarse_variable_(coarse_variable)
    {
        const io::CubeInfo& own = cube_->info();
        if (!(coarse_variable == "gwsa" ? own.has_given : own.has_reference))
            throw DataError("scale_shift: the cube has no coarse field '" + coarse_variable + "' to learn from");
        rows_ = whole_blocks(own.coarse.lat_edges, own.factor, -90, false);
        cols_ = whole_blocks(own.coarse.lon_edges, own.factor, -180, own.coarse.periodic());
        if (rows_.count == 0 || cols_.count == 0)
            throw DataError("scale_shift: the cube's " + std::to_string(own.coarse.rows()) + " x " +
                            std::to_string(own.coarse.cols()) + " coarse cells hold no whole block of " +
                            std::to_string(own.factor) + " x " + std::to_string(own.factor) +
                            " aligned to the globe; prepare a larger region");
        info_.fine = {cut(own.coarse.lat_edges, rows_), cut(own.coarse.lon_edges, cols_)};
        info_.coarse = geo::coarsen(info_.fine, info_.factor);
        info_.has_given = coarse_variable == "gwsa", info_.has_reference = true;
        land_ = *fine("land_fraction", 0);
        for (float& share : land_) share = std::isfinite(share) ? std::max(0.0F, share) : 0.0F;
    }

    const io::CubeInfo& info() const override { return info_; }

    SharedField field(const std::string& variable, Index t) const override
    {
        StepCache* cache = nullptr;
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            cache = &caches_.try_emplace(variable, cache_bytes).first->second;
        }
        return cache->get(t, [&] { return std::make_shared<const std::vector<float>>(made(variable, t)); });
    }

private:
    static constexpr std::size_t cache_bytes = std::size_t{64} << 20; ///< for each variable

    static std::vector<double> cut(const std::vector<double>& edges, const Blocks& blocks)
    {
        return {edges.begin() + blocks.first, edges.begin() + blocks.first + blocks.count + 1};
    }

    std::vector<float> made(const std::string& variable, Index t) const
    {
        const std::string suffix = "_coarse";
        if (variable == coarse_variable_ || variable == "gwsa_sigma") return mean(*fine(variable, t), land_);
        if (variable == "land_fraction_coarse") return mean(land_, {});
        if (variable.size() > suffix.size() && variable.ends_with(suffix))
            return mean(*fine(variable.substr(0, variable.size() - suffix.size()), t), {});
        return *fine(variable, t);
    }

    std::vector<float> mean(const std::vector<float>& fine_field, std::span<const float> weight) const
    {
        std::vector<float> out(static_cast<std::size_t>(info_.coarse.cells()));
        geo::block_mean(info_.fine, info_.factor, fine_field, weight, out);
        return out;
    }

    /// What plays the fine field `variable` here: a field on the cube's coarse grid, cut to whole blocks.
    SharedField fine(const std::string& variable, Index t) const
    {
        const io::CubeInfo& own = cube_->info();
        std::vector<float> coarse;
        SharedField whole;
        if (in(own.statics, variable)) {
            coarse.resize(static_cast<std::size_t>(own.coarse.cells()));
            geo::block_mean(own.fine, own.factor, *cube_->field(variable, 0), {}, coarse);
            whole = std::make_shared<const std::vector<float>>(std::move(coarse));
        } else if (variable == "reference") {
            whole = cube_->field(coarse_variable_, t);
        } else if (variable == "land_fraction" || in(own.predictors, variable)) {
            whole = cube_->field(variable + "_coarse", t);
        } else {
            whole = cube_->field(variable, t);
        }
        auto part = std::make_shared<std::vector<float>>();
        for (Index r = 0; r < rows_.count; ++r) {
            const auto from = whole->begin() + (rows_.first + r) * own.coarse.cols() + cols_.first;
            part->insert(part->end(), from, from + cols_.count);
        }
        return part;
    }

    Source cube_;
    io::CubeInfo info_;
    std::string coarse_variable_;
    Blocks rows_, cols_;
    std::vector<float> land_;
    mutable std::mutex mutex_;
    mutable std::map<std::string, StepCache> caches_;
};

} // namespace

std::shared_ptr<const io::FieldSource> only_steps(Source cube, std::vector<char> readable)
{
    return std::make_shared<OnlySteps>(std::move(cube), std::move(readable));
}

std::shared_ptr<const io::FieldSource> scale_shift_view(Source cube, const std::string& coarse_variable)
{
    return std::make_shared<ScaleShift>(std::move(cube), coarse_variable);
}

} // namespace gwsd::data
