#include "gwsd/infer/map_predictor.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <thread>

#include "gwsd/core/error.hpp"
#include "gwsd/infer/tiles.hpp"
#include "gwsd/kernels/packed_weights.hpp"
#include "infer/bounded_queue.hpp"
#include "infer/sigma_correction.hpp"

namespace gwsd::infer {
namespace {

/// Tiles whose inputs are ready.
struct Prepared {
    Index t = 0;
    std::span<const data::Tile> tiles; ///< of the layout; their own t is 0
    data::Batch batch;
};

/// The fine side of a tile is halved once a level.
Index rounded_tile(Index tile, Index factor, std::size_t levels)
{
    if (tile < 1) throw ConfigError("tile: expects at least 1 coarse cell, got " + std::to_string(tile));
    const Index multiple = Index{1} << levels, step = multiple / std::gcd(multiple, factor);
    return (tile + step - 1) / step * step;
}

Index overlap_of(Index tile, double share)
{
    if (!(share >= 0) || share > 0.75)
        throw ConfigError("overlap: expects a share of a tile from 0 to 0.75, got " + std::to_string(share));
    return std::min(tile - 1, static_cast<Index>(std::llround(share * static_cast<double>(tile))));
}

} // namespace

struct MapPredictor::State {
    models::DownscalerConfig network;
    std::unique_ptr<train::Predictor> predict;
    Index tile, overlap, batch;
    data::BatchMaker maker;
    std::vector<data::Tile> tiles;
    Blend blend;
    SigmaCorrection correction;
    std::size_t place_weights, memories; ///< of the first guess; of predictors and the coarse field

    State(const train::TrainedModel& model, std::shared_ptr<const io::FieldSource> cube, const data::InputSpec& input,
          const PredictorOptions& options)
        : network(model.network),
          predict(train::make_predictor(model, options.dropout)),
          tile(rounded_tile(options.tile, model.network.factor, model.network.channels.size())),
          overlap(overlap_of(tile, options.overlap)),
          batch(std::max<Index>(1, options.batch)),
          maker(cube, input, model.normalisation, tile, tile,
                input.first_guess ? std::make_shared<const data::FirstGuess>(model.place, cube->info().fine) : nullptr),
          tiles(tiles_with_land(tile_layout(cube->info().coarse, tile, tile - overlap), cube->info().coarse,
                                input.factor, tile, maker.land_fraction())),
          blend(cube->info().fine, input.factor, tile, overlap, tiles),
          correction(model, cube, options.product_sigma),
          place_weights(model.place.values.size()),
          memories(input.memory.size())
    {
        if (tiles.empty())
            throw DataError(
                "cube: its land fraction is 0 everywhere; there is nothing to refine. Was the cube "
                "prepared for a region of sea?");
    }

    void prepare(std::span<const Index> steps, BoundedQueue<Prepared>& queue) const
    {
        for (const Index t : steps)
            for (std::size_t first = 0; first < tiles.size(); first += static_cast<std::size_t>(batch)) {
                const auto part =
                    std::span(tiles).subspan(first, std::min(static_cast<std::size_t>(batch), tiles.size() - first));
                std::vector<data::Tile> wanted(part.begin(), part.end());
                for (data::Tile& place : wanted) place.t = t;
                if (!queue.push({t, part, maker.inputs(wanted)})) return;
            }
    }

    /// Adds the predictions of some tiles, normalised, to the map.
    void add(const Prepared& ready, PredictedMap& map) const
    {
        const auto [mean, log_variance] = (*predict)(ready.batch);
        const auto cells = static_cast<std::size_t>(mean.elements()) / ready.tiles.size();
        std::vector<float> variance(cells);
        for (std::size_t i = 0; i < ready.tiles.size(); ++i) {
            blend.add(ready.tiles[i], std::span(mean.data() + i * cells, cells), map.mean);
            const float* from = log_variance.data() + i * cells;
            std::transform(from, from + cells, variance.begin(), [](float v) { return std::exp(v); });
            blend.add(ready.tiles[i], variance, map.variance);
        }
    }

    PredictedMap empty_map() const
    {
        const std::vector<float> zeros(maker.land_fraction().size(), 0.0F);
        return {zeros, zeros};
    }

    /// From normalised to the target's unit; NaN where there is no land.
    void finish(Index t, PredictedMap& map) const
    {
        const data::Scaling& target = maker.normalisation().target;
        const std::vector<float>& land = maker.land_fraction();
        const double spread = target.scale * target.scale;
        for (float& variance : map.variance) variance = static_cast<float>(spread * static_cast<double>(variance));
        correction.apply(t, map.variance);
        for (std::size_t i = 0; i < land.size(); ++i) {
            if (!(land[i] > 0)) {
                map.mean[i] = map.variance[i] = std::numeric_limits<float>::quiet_NaN();
                continue;
            }
            map.mean[i] = static_cast<float>(target.mean + target.scale * static_cast<double>(map.mean[i]));
            if (!std::isfinite(map.mean[i]) || !std::isfinite(map.variance[i]))
                throw NumericalError("downscale: the prediction for " + maker.cube().info().time.label(t) +
                                     " is not a finite number; does a predictor hold absurd values (gwsd inspect)?");
        }
    }
};

MapPredictor::MapPredictor(const train::TrainedModel& model, std::shared_ptr<const io::FieldSource> cube,
                           const data::InputSpec& input, const PredictorOptions& options)
    : state_(std::make_unique<State>(model, data::with_memory(std::move(cube), input.memory, input.coarse_variable()),
                                     input, options))
{
}
MapPredictor::~MapPredictor() = default;

Index MapPredictor::tiles_per_step() const { return std::ssize(state_->tiles); }
Index MapPredictor::tile() const { return state_->tile; }
const data::BatchMaker& MapPredictor::maker() const { return state_->maker; }

void MapPredictor::run(std::span<const Index> steps, const Receive& receive, const Advance& advance) const
{
    const State& state = *state_;
    if (steps.empty()) return;
    BoundedQueue<Prepared> queue(2);
    std::thread reader([&] {
        try {
            state.prepare(steps, queue);
            queue.end();
        } catch (...) {
            queue.end(std::current_exception());
        }
    });
    // The reader stops at its next batch, however this function is left.
    struct Join {
        BoundedQueue<Prepared>& queue;
        std::thread& thread;
        ~Join()
        {
            queue.end();
            thread.join();
        }
    } const join{queue, reader};

    const kernels::PackedWeights packed;
    PredictedMap map = state.empty_map();
    Index done = 0, in_step = 0;
    while (const auto ready = queue.pop()) {
        state.add(*ready, map);
        done += std::ssize(ready->tiles);
        in_step += std::ssize(ready->tiles);
        if (in_step == tiles_per_step()) {
            state.finish(ready->t, map);
            receive(ready->t, std::move(map));
            map = state.empty_map();
            in_step = 0;
        }
        if (advance) advance(done);
    }
}

std::size_t MapPredictor::memory_estimate() const
{
    const State& state = *state_;
    const auto& config = state.network;
    const auto side = static_cast<std::size_t>(state.tile * config.factor);
    const auto map = state.maker.land_fraction().size() * sizeof(float);
    // A batch holds the window, the fine fields, and some ten arrays of the finest level's width.
    const auto channels =
        static_cast<std::size_t>(10 * config.channels.front() + 3 * config.fine_channels + config.hidden);
    const auto tiles = static_cast<std::size_t>(state.batch) * side * side * channels * sizeof(float);
    // Weights at each place as the model file has them, found by cell, and on this grid.
    const auto places = 3 * state.place_weights * sizeof(double);
    // Each memory keeps fields of a few steps and its state at a few.
    const auto memories = state.memories * 8 * map;
    // Land, blending weights, the map being filled and the one being written, and the projection's fields in double.
    return tiles + places + memories + 14 * map + (std::size_t{64} << 20);
}

} // namespace gwsd::infer
