#include "gwsd/data/predictor_memory.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <mutex>

#include "data/step_cache.hpp"
#include "gwsd/core/error.hpp"
#include "gwsd/core/parallel.hpp"
#include "gwsd/geo/interpolate.hpp"

namespace gwsd::data {
namespace {

using SharedField = std::shared_ptr<const std::vector<float>>;
using Source = std::shared_ptr<const io::FieldSource>;

constexpr Index kept_every = 12;   ///< steps between states that are kept
constexpr Index first_values = 12; ///< whose mean it starts from
constexpr std::size_t cache_bytes = std::size_t{64} << 20;

/// The recursion of one variable. States are held for the cells that have values, since most of a globe has none.
class Recursion {
public:
    Recursion(Source cube, std::string variable, Index months)
        : cube_(std::move(cube)),
          variable_(std::move(variable)),
          share_(static_cast<float>(-std::expm1(-1.0 / static_cast<double>(months)))),
          cache_(cache_bytes)
    {
    }

    SharedField field(Index t)
    {
        return cache_.get(t, [&] {
            const std::lock_guard<std::mutex> lock(mutex_);
            if (kept_.empty()) start();
            go_to(t);
            auto whole = std::make_shared<std::vector<float>>(size_, std::numeric_limits<float>::quiet_NaN());
            for (std::size_t k = 0; k < cells_.size(); ++k) (*whole)[cells_[k]] = state_[k];
            return SharedField(std::move(whole));
        });
    }

private:
    void start()
    {
        const Index steps = cube_->info().time.size();
        std::vector<double> sum;
        std::vector<int> count;
        Index seen = 0;
        for (Index t = 0; t < steps && seen < first_values; ++t) {
            const SharedField x = cube_->field(variable_, t);
            sum.resize(x->size()), count.resize(x->size());
            bool any = false;
            for (std::size_t i = 0; i < x->size(); ++i)
                if (std::isfinite((*x)[i])) sum[i] += static_cast<double>((*x)[i]), ++count[i], any = true;
            seen += any ? 1 : 0;
        }
        size_ = sum.size();
        for (std::size_t i = 0; i < size_; ++i)
            if (count[i] > 0) {
                cells_.push_back(static_cast<std::uint32_t>(i));
                state_.push_back(static_cast<float>(sum[i] / count[i]));
            }
        at_ = -1;
        kept_[-1] = state_;
    }

    void go_to(Index t)
    {
        const auto nearest = std::prev(kept_.upper_bound(t));
        if (at_ > t || at_ < nearest->first) at_ = nearest->first, state_ = nearest->second;
        while (at_ < t) {
            const SharedField x = cube_->field(variable_, ++at_);
            parallel_for(std::ssize(cells_), 1 << 15, [&](Index begin, Index end) {
                for (auto k = static_cast<std::size_t>(begin); k < static_cast<std::size_t>(end); ++k)
                    if (const float value = (*x)[cells_[k]]; std::isfinite(value))
                        state_[k] += share_ * (value - state_[k]);
            });
            if ((at_ + 1) % kept_every == 0) kept_.try_emplace(at_, state_);
        }
    }

    Source cube_;
    std::string variable_;
    float share_;
    StepCache cache_;
    std::mutex mutex_;
    std::size_t size_ = 0;
    std::vector<std::uint32_t> cells_;
    std::vector<float> state_; ///< after step at_
    Index at_ = -1;
    std::map<Index, std::vector<float>> kept_;
};

class WithMemory : public io::FieldSource {
public:
    WithMemory(Source cube, const std::vector<PredictorMemory>& memories, const std::string& coarse_variable)
        : cube_(std::move(cube)), info_(cube_->info()), interpolated_(cache_bytes)
    {
        if (!info_.time.monthly)
            throw ConfigError(
                "data.memory: the cube's time axis is instants, not calendar months, over which nothing fades; set "
                "data.memory=[]");
        for (const PredictorMemory& memory : memories) {
            if (memory.predictor == PredictorMemory::coarse_field) {
                add_coarse(memory, coarse_variable);
                continue;
            }
            const auto& known = cube_->info().predictors;
            const auto found = std::find(known.begin(), known.end(), memory.predictor);
            if (found == known.end())
                throw DataError("cube: has no predictor '" + memory.predictor +
                                "', whose memory the network reads; prepare a cube with it");
            const auto at = static_cast<std::size_t>(found - known.begin());
            info_.predictors.push_back(memory.name());
            info_.predictor_units.resize(info_.predictors.size(), "1");
            if (at < cube_->info().predictor_units.size())
                info_.predictor_units.back() = cube_->info().predictor_units[at];
            for (const char* grid : {"", "_coarse"})
                recursions_[memory.name() + grid] =
                    std::make_unique<Recursion>(cube_, memory.predictor + grid, memory.months);
        }
    }

    const io::CubeInfo& info() const override { return info_; }

    SharedField field(const std::string& variable, Index t) const override
    {
        if (variable == coarse_memory_) return interpolated_.get(t, [&] { return interpolated(t); });
        const auto found = recursions_.find(variable);
        return found == recursions_.end() ? cube_->field(variable, t) : found->second->field(t);
    }

private:
    void add_coarse(const PredictorMemory& memory, const std::string& variable)
    {
        coarse_memory_ = memory.name();
        info_.predictors.push_back(coarse_memory_);
        info_.predictor_units.resize(info_.predictors.size(), "1");
        info_.predictor_units.back() = info_.unit;
        recursions_[coarse_memory_ + "_coarse"] = std::make_unique<Recursion>(cube_, variable, memory.months);
        to_fine_ = geo::make_regridder(geo::Method::bilinear, info_.coarse, info_.fine);
        fill_ = std::make_unique<geo::NearestFill>(info_.fine, *cube_->field("land_fraction", 0));
    }

    SharedField interpolated(Index t) const
    {
        const SharedField coarse = recursions_.at(coarse_memory_ + "_coarse")->field(t);
        auto fine = std::make_shared<std::vector<float>>(static_cast<std::size_t>(info_.fine.cells()),
                                                         std::numeric_limits<float>::quiet_NaN());
        to_fine_->apply(*coarse, *fine);
        (*fill_)(*fine);
        return fine;
    }

    Source cube_;
    io::CubeInfo info_;
    std::string coarse_memory_; ///< name of the coarse field's memory; empty: none
    std::shared_ptr<const geo::Regridder> to_fine_;
    std::unique_ptr<const geo::NearestFill> fill_; ///< of land
    mutable StepCache interpolated_;
    std::map<std::string, std::unique_ptr<Recursion>> recursions_;
};

} // namespace

Source with_memory(Source cube, const std::vector<PredictorMemory>& memories, const std::string& coarse_variable)
{
    if (memories.empty()) return cube;
    return std::make_shared<WithMemory>(std::move(cube), memories, coarse_variable);
}

} // namespace gwsd::data
