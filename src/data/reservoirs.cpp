#include "data/reservoirs.hpp"

#include <cmath>
#include <limits>

#include "data/snow_store.hpp"
#include "gwsd/core/parallel.hpp"

namespace gwsd::data {
namespace {

constexpr Index kept_every = 12;   ///< steps between states that are kept
constexpr Index first_values = 12; ///< whose mean a memory starts from, and whose snow it finds
constexpr std::size_t cache_bytes = std::size_t{64} << 20;

} // namespace

std::size_t Reservoirs::add(Index months)
{
    share_.push_back(static_cast<float>(-std::expm1(-1.0 / static_cast<double>(months))));
    cache_.push_back(std::make_unique<StepCache>(cache_bytes));
    return share_.size() - 1;
}

Reservoirs::Field Reservoirs::field(std::size_t which, Index t)
{
    return cache_[which]->get(t, [&] {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (kept_.empty()) start();
        go_to(t);
        auto level = std::make_shared<std::vector<float>>(size_, std::numeric_limits<float>::quiet_NaN());
        const float* own = state_.data() + (1 + which) * cells_.size();
        for (std::size_t k = 0; k < cells_.size(); ++k) (*level)[cells_[k]] = own[k];
        return Field(std::move(level));
    });
}

Reservoirs::Field Reservoirs::temperature(Index t) const
{
    return feed_.temperature.empty() ? nullptr : cube_->field(feed_.temperature, t);
}

float Reservoirs::inflow(const Field& values, const Field& temperatures, std::size_t cell, float& snow) const
{
    const float value = (*values)[cell];
    if (!temperatures || !std::isfinite(value)) return value;
    const double celsius = feed_.to_celsius(static_cast<double>((*temperatures)[cell]));
    return std::isfinite(celsius) ? SnowStore::water(value, celsius, snow) : value;
}

void Reservoirs::start()
{
    const Index steps = cube_->info().time.size();
    std::vector<double> sum;
    std::vector<int> count;
    std::vector<float> snow;
    Index seen = 0;
    for (Index t = 0; t < steps && seen < first_values; ++t) {
        const Field values = cube_->field(feed_.variable, t), temperatures = temperature(t);
        sum.resize(values->size()), count.resize(values->size()), snow.resize(values->size());
        bool any = false;
        for (std::size_t i = 0; i < values->size(); ++i)
            if (const float x = inflow(values, temperatures, i, snow[i]); std::isfinite(x))
                sum[i] += static_cast<double>(x), ++count[i], any = true;
        seen += any ? 1 : 0;
    }
    size_ = sum.size();
    std::vector<float> mean;
    for (std::size_t i = 0; i < size_; ++i)
        if (count[i] > 0) {
            cells_.push_back(static_cast<std::uint32_t>(i));
            state_.push_back(snow[i]); // a year on it is the same season
            mean.push_back(static_cast<float>(sum[i] / count[i]));
        }
    for (std::size_t which = 0; which < share_.size(); ++which) state_.insert(state_.end(), mean.begin(), mean.end());
    at_ = -1;
    kept_[-1] = state_;
}

void Reservoirs::go_to(Index t)
{
    const auto nearest = std::prev(kept_.upper_bound(t));
    if (at_ > t || at_ < nearest->first) at_ = nearest->first, state_ = nearest->second;
    while (at_ < t) {
        ++at_;
        const Field values = cube_->field(feed_.variable, at_), temperatures = temperature(at_);
        parallel_for(std::ssize(cells_), 1 << 15, [&](Index begin, Index end) {
            for (auto k = static_cast<std::size_t>(begin); k < static_cast<std::size_t>(end); ++k) {
                const float x = inflow(values, temperatures, cells_[k], state_[k]);
                if (!std::isfinite(x)) continue;
                for (std::size_t which = 0; which < share_.size(); ++which) {
                    float& level = state_[(1 + which) * cells_.size() + k];
                    level += share_[which] * (x - level);
                }
            }
        });
        if ((at_ + 1) % kept_every == 0) kept_.try_emplace(at_, state_);
    }
}

} // namespace gwsd::data
