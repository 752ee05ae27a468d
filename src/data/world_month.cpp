// The months of the built-in world: weather, soil water and aquifers of each cell.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "gwsd/core/parallel.hpp"
#include "gwsd/data/world/climate.hpp"
#include "gwsd/data/world/land_model.hpp"
#include "world_fields.hpp"

namespace gwsd::data::world {
namespace {

// A linear reservoir over one month of steady inflow: gives the outflow.
float drain(float& storage, float inflow, float memory)
{
    const float keep = std::exp(-1.0F / memory);
    const float after = storage * keep + inflow * memory * (1.0F - keep);
    const float outflow = storage + inflow - after;
    storage = after;
    return outflow;
}

// Dry and wet spells of years: independent fields every ten months, joined so that the variance stays the same.
constexpr int drought_knot = 10;

// Exchange with neighbours and abstraction that nobody recorded: as long, but local, and seen in no predictor.
constexpr Octaves unseen_octaves{400, 5, 0.9F}, drought_octaves{3000, 4, 0.6F};

NoiseKey unseen_key(NoiseKey key, int knot) { return key.with(field::unseen).with(static_cast<std::uint32_t>(knot)); }
NoiseKey drought_key(NoiseKey key, int knot) { return key.with(field::drought).with(static_cast<std::uint32_t>(knot)); }

constexpr Index block = 64; // cells whose random fields are drawn together

} // namespace

LandModel::State LandModel::settled(const Cell& cell) const
{
    constexpr int years = 4;
    State state;
    state.soil = 0.5F * cell.capacity;
    float recharge = 0, fast = 0;
    for (int month = 0; month < 12 * years; ++month) {
        const auto m = static_cast<std::size_t>(month % 12);
        balance(cell, state, cell.temperature[m], cell.precipitation[m]);
        if (month >= 12 * (years - 1)) {
            recharge += state.recharge / 12.0F;
            fast += state.fast / 12.0F;
        }
    }
    state.fast_usual = fast;
    state.slow = cell.slow_share * recharge * cell.slow_memory;
    const int knot = epoch.index / drought_knot;
    state.drought_before = drought_octaves(drought_key(key_, knot), cell.place);
    state.drought_after = drought_octaves(drought_key(key_, knot + 1), cell.place);
    state.unseen_before = unseen_octaves(unseen_key(key_, knot), cell.place);
    state.unseen_after = unseen_octaves(unseen_key(key_, knot + 1), cell.place);
    return state;
}

float LandModel::balance(const Cell& cell, State& state, float temperature, float precipitation)
{
    const float frozen = std::clamp((275.0F - temperature) / 4.0F, 0.0F, 1.0F);
    state.snow += frozen * precipitation;
    const float melt = std::min(state.snow, std::max(0.0F, 60.0F * (temperature - 271.5F)));
    state.snow -= melt;
    const float water = (1.0F - frozen) * precipitation + melt;

    const float range = cell.porosity - cell.wilting;
    const float theta = cell.wilting + range * state.soil / cell.capacity;
    state.recharge = (0.1F + 0.4F * theta) * water;
    // Evaporation falls with the water that is left; implicit, so that a month is a stable step. What is too much runs
    // off.
    const float demand = potential_evaporation(temperature);
    state.soil = std::min(cell.capacity, (state.soil + water - state.recharge) / (1.0F + demand / cell.capacity));

    const float arriving = drain(state.percolating, state.recharge, cell.delay);
    drain(state.fast, (1.0F - cell.slow_share) * arriving, cell.fast_memory);
    drain(state.slow, cell.slow_share * arriving, cell.slow_memory);
    return cell.wilting + range * state.soil / cell.capacity;
}

void LandModel::restart()
{
    next_ = epoch;
    parallel_for(std::ssize(cells_), 64, [&](Index from, Index to) {
        for (Index i = from; i < to; ++i)
            state_[static_cast<std::size_t>(i)] = settled(cells_[static_cast<std::size_t>(i)]);
    });
}

void LandModel::step(MonthFields* out, Wanted wanted)
{
    const auto total = static_cast<std::size_t>(rows() * cols());
    if (!out) wanted = Wanted::state;
    if (wanted == Wanted::all)
        for (auto* values : {&out->tp, &out->swvl1, &out->t2m, &out->sp})
            values->assign(total, std::numeric_limits<float>::quiet_NaN());
    if (wanted != Wanted::state) out->storage.assign(total, std::numeric_limits<float>::quiet_NaN());
    parallel_for(std::ssize(cells_), block, [&](Index from, Index to) {
        for (Index begin = from; begin < to; begin += block)
            step_block(begin, std::min(begin + block, to), out, wanted);
    });
    ++next_.index;
}

void LandModel::step_block(Index from, Index to, MonthFields* out, Wanted wanted)
{
    const geo::Month month = next_;
    const auto first = static_cast<std::size_t>(from), count = static_cast<std::size_t>(to - from);
    const auto now = [&](std::uint32_t name) { return key_.with(name).with(static_cast<std::uint32_t>(month.index)); };
    const auto part = [&](const std::vector<float>& all) { return std::span<const float>(all).subspan(first, count); };
    const Places places{part(place_[0]), part(place_[1]), part(place_[2])};
    using Values = std::array<float, block>;
    const auto draw = [&](const Octaves& octaves, NoiseKey key, Values& values) {
        octaves.at(key, places, std::span<float>(values).first(count));
    };

    Values weather{}, warmth{}, soil{}, pressure{}, drought{}, unseen{};
    draw({2400, 7, 0.4F}, now(field::weather), weather);
    draw({4000, 4, 0.5F}, now(field::warmth), warmth);
    if (wanted == Wanted::all) {
        draw({110, 3, 0.85F}, now(field::soil), soil);
        draw({5000, 3, 0.5F}, now(field::pressure), pressure);
    }
    if (month.index % drought_knot == 0 && month != epoch) {
        const int knot = month.index / drought_knot + 1;
        draw(drought_octaves, drought_key(key_, knot), drought);
        draw(unseen_octaves, unseen_key(key_, knot), unseen);
    }
    for (std::size_t k = 0; k < count; ++k)
        step_cell(first + k, month,
                  {.weather = weather[k],
                   .warmth = warmth[k],
                   .soil = soil[k],
                   .pressure = pressure[k],
                   .drought_after = drought[k],
                   .unseen_after = unseen[k]},
                  out, wanted);
}

void LandModel::step_cell(std::size_t index, geo::Month month, const Chance& chance, MonthFields* out, Wanted wanted)
{
    const Cell& cell = cells_[index];
    State& state = state_[index];
    const auto m = static_cast<std::size_t>(month.month() - 1);

    const int within = month.index % drought_knot;
    if (within == 0 && month != epoch) {
        state.drought_before = state.drought_after;
        state.drought_after = chance.drought_after;
        state.unseen_before = state.unseen_after;
        state.unseen_after = chance.unseen_after;
    }
    const float turn = std::numbers::pi_v<float> / 2 * static_cast<float>(within) / drought_knot;
    const float drought = std::cos(turn) * state.drought_before + std::sin(turn) * state.drought_after;
    const float unseen = std::cos(turn) * state.unseen_before + std::sin(turn) * state.unseen_after;
    const float weather = 0.93F * chance.weather + 0.36F * drought;

    const float length = static_cast<float>(geo::days_in(month)) / 30.4375F;
    const float precipitation =
        length * cell.precipitation[m] * std::exp(cell.spread * weather - 0.5F * cell.spread * cell.spread);
    // Months differ more in winter, inland and near the poles; wet months are cool.
    const float swing = 0.5F + 1.6F * cell.continentality * cell.abs_sine;
    const float temperature = cell.temperature[m] + swing * chance.warmth - 0.35F * weather;

    float theta = balance(cell, state, temperature, precipitation);
    state.fast_usual += (state.fast - state.fast_usual) / 36.0F;
    if (wanted == Wanted::state) return;

    const float years = static_cast<float>(month.index - epoch.index) / 12.0F;
    const float irrigation =
        -0.5F * cell.pumping_season * std::cos(2 * std::numbers::pi_v<float> * (static_cast<float>(m) - 2.0F) / 12.0F);
    const auto at = static_cast<std::size_t>(cell.at);
    out->storage[at] = cell.valley * cell.fast_response * state.fast + cell.slow_response * state.slow +
                       unseen_ * unseen * state.fast_usual - cell.pumping * (years + irrigation);
    if (wanted == Wanted::storage) return;

    // Where the water table is shallow it wets the soil from below, beyond what is usual there.
    theta += 0.0022F * (cell.valley - 1.0F) * (state.fast - state.fast_usual);
    theta += 0.006F * chance.soil;
    const float sea_level = 101325.0F + 320.0F * chance.pressure - 60.0F * weather;
    out->tp[at] = precipitation;
    out->swvl1[at] = std::clamp(theta, 0.03F, 0.5F);
    out->t2m[at] = temperature;
    out->sp[at] = surface_pressure(sea_level, cell.elevation, temperature);
}

} // namespace gwsd::data::world
