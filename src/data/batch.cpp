#include "gwsd/data/batch.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

#include "data/step_cache.hpp"
#include "data/tile_cells.hpp"
#include "gwsd/data/first_guess.hpp"

namespace gwsd::data {
namespace {

/// Interpolated fields kept at once: all of a regional cube, some ten months of a global one. With the fields of the
/// cube itself (0.5 GB) and the views a global job stays below 2 GB.
constexpr std::size_t base_cache_bytes = std::size_t{160} << 20;

bool any_finite(const std::vector<float>& field)
{
    return std::any_of(field.begin(), field.end(), [](float v) { return std::isfinite(v); });
}

std::string listed(const std::vector<std::string>& names)
{
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return text.empty() ? "none" : text;
}

void check_field(const std::string& kind, const std::string& name, const std::vector<std::string>& present,
                 const Normalisation& normalisation)
{
    if (std::find(present.begin(), present.end(), name) == present.end())
        throw DataError("cube: has no " + kind + " '" + name + "', which the network reads; it has " + listed(present) +
                        ". Prepare a cube with it");
    if (!normalisation.fields.contains(name))
        throw DataError("normalisation: has no constants for the " + kind + " '" + name +
                        "'; was the model trained on other fields?");
}

void check(const io::CubeInfo& info, const InputSpec& spec, const Normalisation& normalisation)
{
    if (spec.window < 1) throw ConfigError("window: expected 1 step or more, got " + std::to_string(spec.window));
    if (!info.time.monthly && spec.window > 1)
        throw ConfigError("window: the cube's time axis is instants, not calendar months, and a window of " +
                          std::to_string(spec.window) + " steps has no meaning there; set data.window=1");
    if (spec.factor != info.factor)
        throw DataError("cube: its fine grid has " + std::to_string(info.factor) +
                        " cells along a coarse cell, the network refines by " + std::to_string(spec.factor));
    if (!(spec.coarse_is_operator ? info.has_reference : info.has_given))
        throw DataError(std::string("cube: has no coarse field '") + spec.coarse_variable() + "', which the network " +
                        (spec.coarse_is_operator ? "reads; prepare the cube with --reference"
                                                 : "reads; prepare the cube with --gwsa"));
    if (!normalisation.unit.empty() && normalisation.unit != info.unit)
        throw DataError("cube: its coarse field is in '" + info.unit + "', the network learnt in '" +
                        normalisation.unit + "'");
    for (const std::string& name : spec.predictors) {
        check_field("predictor", name, info.predictors, normalisation);
        const auto at = static_cast<std::size_t>(std::find(info.predictors.begin(), info.predictors.end(), name) -
                                                 info.predictors.begin());
        const auto unit = normalisation.units.find(name);
        if (unit != normalisation.units.end() && at < info.predictor_units.size() &&
            unit->second != info.predictor_units[at])
            throw DataError("cube: predictor '" + name + "' is in '" + info.predictor_units[at] +
                            "', the network learnt it in '" + unit->second + "'");
    }
    for (const std::string& name : spec.statics) check_field("static field", name, info.statics, normalisation);
}

} // namespace

struct BatchMaker::State {
    std::shared_ptr<const io::FieldSource> cube;
    InputSpec spec;
    Normalisation normalisation;
    Index rows, cols;
    std::vector<float> land;                             ///< 0..1, 0 where the cube says nothing
    std::shared_ptr<const geo::Regridder> to_fine;       ///< of the coarse field
    std::unique_ptr<const geo::NearestFill> fill;        ///< of land that it does not reach
    std::unique_ptr<std::atomic<signed char>[]> present; ///< by step: 1 or 0, -1 not looked at yet
    StepCache bases{base_cache_bytes}, guesses{base_cache_bytes}, told_guesses{base_cache_bytes};
    std::shared_ptr<const FirstGuess> first_guess;

    const io::CubeInfo& info() const { return cube->info(); }
    std::shared_ptr<const std::vector<float>> coarse(Index t) const { return cube->field(spec.coarse_variable(), t); }

    bool has_coarse(Index t)
    {
        if (t < 0 || t >= info().time.size()) return false;
        auto& known = present[static_cast<std::size_t>(t)];
        if (known < 0) known = any_finite(*coarse(t)) ? 1 : 0;
        return known == 1;
    }

    std::shared_ptr<const std::vector<float>> base(Index t)
    {
        if (t < 0 || t >= info().time.size())
            throw ShapeError("batch: step " + std::to_string(t) + " is outside the cube's " +
                             std::to_string(info().time.size()) + " steps");
        return bases.get(t, [&] {
            auto fine = std::make_shared<std::vector<float>>(land.size(), std::numeric_limits<float>::quiet_NaN());
            if (has_coarse(t)) {
                to_fine->apply(*coarse(t), *fine);
                (*fill)(*fine);
            }
            return fine;
        });
    }

    std::shared_ptr<const std::vector<float>> guess(Index t, bool told)
    {
        const auto interpolated = base(t);
        if (!first_guess || !has_coarse(t)) return interpolated;
        return (told ? told_guesses : guesses).get(t, [&] {
            auto field =
                std::make_shared<std::vector<float>>(first_guess->field(*cube, spec.predictors, t, interpolated, told));
            for (std::size_t i = 0; i < field->size(); ++i)
                if (!std::isfinite((*field)[i])) (*field)[i] = (*interpolated)[i];
            return field;
        });
    }

    /// One channel of one sample: out[cell of the tile * channels] = normalised value, left alone (0) where missing.
    static void put(const geo::Grid& grid, const TileCells& cells, const std::vector<float>& field,
                    const Scaling& scaling, float* out, Index channels)
    {
        cells.each(grid, [&](Index tile_cell, Index cell) {
            const float value = field[static_cast<std::size_t>(cell)];
            if (std::isfinite(value))
                out[tile_cell * channels] =
                    static_cast<float>((static_cast<double>(value) - scaling.mean) / scaling.scale);
        });
    }

    void put_coarse(const Tile& tile, const TileCells& cells, Index n, const Batch& batch)
    {
        const Index channels = spec.coarse_channels(), samples = batch.coarse.extent(1);
        const geo::Grid& grid = info().coarse;
        for (Index k = 0; k < spec.window; ++k) {
            const Index t = tile.t - spec.window + 1 + k;
            if (t < 0 || t >= info().time.size()) continue;
            float* out = batch.coarse.data() + (k * samples + n) * rows * cols * channels;
            if (has_coarse(t)) {
                const auto field = coarse(t);
                put(grid, cells, *field, normalisation.target, out, channels);
                cells.each(grid, [&](Index tile_cell, Index cell) {
                    out[tile_cell * channels + channels - 1] =
                        std::isfinite((*field)[static_cast<std::size_t>(cell)]) ? 1.0F : 0.0F;
                });
            }
            for (std::size_t p = 0; p < spec.predictors.size(); ++p)
                put(grid, cells, *cube->field(spec.predictors[p] + "_coarse", t),
                    normalisation.fields.at(spec.predictors[p]), out + 1 + p, channels);
        }
    }

    void put_fine(const Tile& tile, const TileCells& cells, Index n, const Batch& batch)
    {
        const Index channels = spec.fine_channels(), size = batch.base.extent(1) * batch.base.extent(2);
        const geo::Grid& grid = info().fine;
        float* out = batch.fine.data() + n * size * channels;
        for (const std::string& name : spec.predictors)
            put(grid, cells, *cube->field(name, tile.t), normalisation.fields.at(name), out++, channels);
        const auto interpolated = base(tile.t);
        const auto start = guess(tile.t, tile.told);
        put(grid, cells, *start, normalisation.target, batch.base.data() + n * size, 1);
        put(grid, cells, *interpolated, normalisation.target, out++, channels);
        put(grid, cells, land, {}, out++, channels);
        for (const std::string& name : spec.statics)
            put(grid, cells, *cube->field(name, 0), normalisation.fields.at(name), out++, channels);
        if (spec.first_guess) put(grid, cells, *start, normalisation.target, out++, channels);

        cells.each(grid, [&](Index tile_cell, Index cell) {
            const float share = land[static_cast<std::size_t>(cell)];
            batch.land.data()[n * size + tile_cell] = share > 0 ? 1.0F : 0.0F;
            batch.area.data()[n * size + tile_cell] = share * static_cast<float>(grid.row_weight(cell / grid.cols()));
        });
    }
};

BatchMaker::BatchMaker(std::shared_ptr<const io::FieldSource> cube, InputSpec spec, Normalisation normalisation,
                       Index tile_rows, Index tile_cols, std::shared_ptr<const FirstGuess> first_guess)
    : state_(std::make_unique<State>())
{
    if (tile_rows < 1 || tile_cols < 1)
        throw ShapeError("batch: expects tiles of at least one cell, got " + std::to_string(tile_rows) + " x " +
                         std::to_string(tile_cols));
    State& s = *state_;
    s.cube = std::move(cube), s.spec = std::move(spec), s.normalisation = std::move(normalisation);
    s.rows = tile_rows, s.cols = tile_cols;
    s.first_guess = std::move(first_guess);
    if (s.spec.first_guess != (s.first_guess != nullptr))
        throw DataError("model: its inputs and its regression of each place do not belong together");
    check(s.info(), s.spec, s.normalisation);
    s.land = *s.cube->field("land_fraction", 0);
    for (float& share : s.land) share = std::isfinite(share) ? std::clamp(share, 0.0F, 1.0F) : 0.0F;
    s.to_fine = geo::make_regridder(s.spec.base, s.info().coarse, s.info().fine);
    s.fill = std::make_unique<geo::NearestFill>(s.info().fine, s.land);
    const auto steps = static_cast<std::size_t>(s.info().time.size());
    s.present = std::make_unique<std::atomic<signed char>[]>(steps);
    for (std::size_t t = 0; t < steps; ++t) s.present[t] = -1;
}

BatchMaker::~BatchMaker() = default;

Batch BatchMaker::inputs(std::span<const Tile> tiles) const
{
    State& s = *state_;
    const Index n = std::ssize(tiles), f = s.spec.factor;
    Batch batch{Tensor<float>::zeros({s.spec.window, n, s.rows, s.cols, s.spec.coarse_channels()}),
                Tensor<float>::zeros({n, f * s.rows, f * s.cols, s.spec.fine_channels()}),
                Tensor<float>::zeros({n, f * s.rows, f * s.cols}), Tensor<float>::zeros({n, f * s.rows, f * s.cols}),
                Tensor<float>::zeros({n, f * s.rows, f * s.cols})};
    for (Index i = 0; i < n; ++i) {
        const Tile& tile = tiles[static_cast<std::size_t>(i)];
        if (tile.t < 0 || tile.t >= s.info().time.size())
            throw ShapeError("batch: step " + std::to_string(tile.t) + " is outside the cube's " +
                             std::to_string(s.info().time.size()) + " steps");
        s.put_coarse(tile, TileCells(s.info().coarse, tile.row, tile.col, s.rows, s.cols), i, batch);
        s.put_fine(tile, TileCells(s.info().fine, f * tile.row, f * tile.col, f * s.rows, f * s.cols), i, batch);
    }
    return batch;
}

const std::vector<float>& BatchMaker::land_fraction() const { return state_->land; }
std::shared_ptr<const std::vector<float>> BatchMaker::base(Index t) const { return state_->base(t); }
std::shared_ptr<const std::vector<float>> BatchMaker::first_guess(Index t, bool told) const
{
    return state_->guess(t, told);
}
bool BatchMaker::has_coarse(Index t) const { return state_->has_coarse(t); }
const InputSpec& BatchMaker::spec() const { return state_->spec; }
const Normalisation& BatchMaker::normalisation() const { return state_->normalisation; }
const io::FieldSource& BatchMaker::cube() const { return *state_->cube; }

} // namespace gwsd::data
