#include "train/calibrate.hpp"

#include <algorithm>
#include <cmath>

#include "data/tile_cells.hpp"
#include "gwsd/core/message.hpp"
#include "gwsd/data/prefetch.hpp"
#include "train/recalibration_fit.hpp"
#include "train/rounded.hpp"
#include "train/stop_signal.hpp"

namespace gwsd::train {
namespace {

constexpr double reference_level = 0.9;

Recalibration groups_of(const TrainingData& data, const Config& config)
{
    Recalibration r;
    const io::FieldSource& cube = data.maker->cube();
    r.zones = fit_zones(cube, data.input.predictors, config.data.precipitation, data.splits.train_period, data.usable);
    r.extent = cube.info().fine.bounds();
    r.dropout_samples = config.calibration.dropout_samples;
    return r;
}

} // namespace

Calibrator::Calibrator(std::shared_ptr<const TrainingData> data, const Config& config, std::uint64_t seed)
    : data_(std::move(data)),
      config_(config),
      samples_{config.calibration.dropout_samples, seed},
      groups_(groups_of(*data_, config)),
      zone_(zone_of_cells(groups_.zones, data_->maker->cube())),
      errors_(groups_.groups())
{
}

void Calibrator::add(const Predictor& predict, const TrainingData& data, const data::TargetMaker& targets,
                     std::span<const data::Tile> tiles, Place place, double scale, GroupedErrors& errors) const
{
    const Index samples = std::ssize(tiles), batch = config_.train.batch;
    const io::CubeInfo& info = data.maker->cube().info();
    const geo::Grid& grid = info.fine;
    const Index f = info.factor, side = config_.data.tile;
    const auto part = [&](Index b) {
        return tiles.subspan(static_cast<std::size_t>(b * batch),
                             static_cast<std::size_t>(std::min(batch, samples - b * batch)));
    };
    const Index count = (samples + batch - 1) / batch;
    data::Prefetch<Sampled> batches(0, count, [&](Index b) {
        return Sampled{data.maker->inputs(part(b)), targets(part(b))};
    });
    for (Index b = 0; b < count; ++b) {
        StopSignals::throw_if_requested();
        const Sampled sampled = batches.next();
        const PredictedBatch p = predict(sampled.inputs);
        const data::TargetBatch& t = sampled.targets;
        const float* product = t.product_variance.defined() ? t.product_variance.data() : nullptr;
        for (Index n = 0; n < std::ssize(part(b)); ++n) {
            const data::Tile& tile = part(b)[static_cast<std::size_t>(n)];
            const data::TileCells cells(grid, f * tile.row, f * tile.col, f * side, f * side);
            const geo::Month month = info.time.month(tile.t);
            const Index offset = n * f * side * f * side;
            cells.each(grid, [&](Index tile_cell, Index cell) {
                const Index i = offset + tile_cell;
                const double weight =
                    static_cast<double>(t.valid.data()[i]) * static_cast<double>(sampled.inputs.area.data()[i]);
                if (!(weight > 0)) return;
                const double error = static_cast<double>(p.mean.data()[i]) - static_cast<double>(t.target.data()[i]);
                const double variance = std::exp(static_cast<double>(p.log_variance.data()[i])) +
                                        (product ? static_cast<double>(product[i]) : 0.0);
                const double lat = grid.lat(cell / grid.cols()), lon = grid.lon(cell % grid.cols());
                errors.add(groups_.group(place, zone_[static_cast<std::size_t>(cell)], season_of(month.month(), lat)),
                           scale * std::abs(error) / std::sqrt(variance), weight,
                           GroupedErrors::piece(lat, lon, month));
            });
        }
    }
}

void Calibrator::measure(const TrainedModel& model)
{
    const auto predict = make_predictor(model, samples_);
    errors_.clear(0, groups_.groups());
    add(*predict, *data_, *data_->targets, data_->validation, Place::trained, 1, errors_);
    groups_.unseen_from = "trained", folds_ = 0;
    if (!data_->first_guess) return;
    std::vector<data::Tile> told(data_->validation);
    for (data::Tile& tile : told) tile.told = true;
    add(*predict, *data_, *data_->targets, told, Place::unseen, 1, errors_);
    groups_.unseen_from = "told";
}

void Calibrator::add_fold(const TrainedModel& model, const TrainingData& data, const std::vector<char>& unseen)
{
    const Index half = groups_.groups() / 2, side = config_.data.tile;
    const auto predict = make_predictor(model, samples_);
    GroupedErrors seen(groups_.groups());
    add(*predict, data, *data.targets, data.validation, Place::trained, 1, seen);
    const double own = seen.sum(0, half).ratios.quantile(reference_level);
    const double scale = errors_.sum(0, half).ratios.quantile(reference_level) / own;

    std::vector<Index> steps;
    for (const data::Tile& tile : data.validation)
        if (steps.empty() || steps.back() != tile.t) steps.push_back(tile.t);
    const geo::Grid& coarse = data.maker->cube().info().coarse;
    const auto tiles = data::every_sample(
        steps,
        data::usable_tiles(coarse, data.input.factor, data::tile_positions(coarse, side, side), side, unseen, 0));
    const data::TargetMaker targets(data.maker, side, unseen, {}, {.product_sigma = config_.loss.product_sigma});
    if (folds_++ == 0) errors_.clear(half, 2 * half);
    groups_.unseen_from = "folds";
    add(*predict, data, targets, tiles, Place::unseen, scale, errors_);
}

Recalibration Calibrator::fit() const
{
    Recalibration r = groups_;
    const Index own = fit_recalibration(r, errors_, {config_.calibration.method, config_.calibration.least});
    if (r.method == "none") return r;
    const Index half = r.groups() / 2;
    const auto range = [&](Index first) {
        const auto [low, high] = std::minmax_element(r.factors.begin() + first, r.factors.begin() + first + half);
        return *low == *high ? rounded(*low) : rounded(*low) + " to " + rounded(*high);
    };
    say("calibration (" + r.method + "): sigma times " + range(0) + " in places that trained, " + range(half) +
        " in unseen ones (from " + (r.unseen_from == "folds" ? std::to_string(folds_) + " folds" : r.unseen_from) +
        "); " + std::to_string(own) + " groups have a factor of their own");
    return r;
}

} // namespace gwsd::train
