#include "train/training_data.hpp"

#include <algorithm>
#include <cmath>

#include "gwsd/core/message.hpp"
#include "gwsd/data/mirror.hpp"
#include "gwsd/data/views.hpp"
#include "gwsd/losses/registry.hpp"
#include "train/data_needs.hpp"
#include "train/input_choice.hpp"
#include "train/place_learning.hpp"
#include "train/reading_progress.hpp"
#include "train/stop_signal.hpp"

namespace gwsd::train {
namespace {

using Source = std::shared_ptr<const io::FieldSource>;

/// With a fine truth, its own regional means are what mass is; the satellite's view of it is smoothed and noisy, and
/// would draw the network to its errors.
bool balances_with_reference(const Config& config, const std::string& truth_mode)
{
    const std::string& wanted = config.loss.balance;
    return wanted == "auto" ? truth_mode == "reference" : wanted == "truth";
}

void check_tile(const Config& config, Index factor)
{
    const Index levels = std::ssize(network_config(config, {}).channels), multiple = Index{1} << levels;
    if (config.data.tile * factor % multiple != 0)
        throw ConfigError("data.tile = " + std::to_string(config.data.tile) + ": " +
                          std::to_string(config.data.tile * factor) + " fine cells along a side are no multiple of " +
                          std::to_string(multiple) + ", which " + std::to_string(levels) +
                          " levels of the network need");
    if (config.data.stride > config.data.tile)
        throw ConfigError("data.stride = " + std::to_string(config.data.stride) +
                          ": tiles would leave gaps; expected at most data.tile = " + std::to_string(config.data.tile));
}

std::vector<char> usable_cells(const io::FieldSource& cube, const DataConfig& config)
{
    auto usable = data::outside_regions(cube.info().fine, config.holdout_regions, config.holdout_buffer);
    const auto land = cube.field("land_fraction", 0);
    for (std::size_t i = 0; i < usable.size(); ++i) usable[i] = usable[i] && (*land)[i] > 0 ? 1 : 0;
    if (std::find(usable.begin(), usable.end(), char{1}) == usable.end())
        throw DataError("cube: its land_fraction has no land outside of the holdout regions; nothing can train");
    return usable;
}

void require_samples(const TrainingData& data, const Config& config)
{
    const auto refuse = [&](const std::string& key, const std::string& what, const std::vector<Index>& steps) {
        throw ConfigError(key + ": no sample is left to " + what + ": of " + std::to_string(steps.size()) +
                          " months none has a satellite field, a truth and a window that misses at most " +
                          std::to_string(config.data.max_missing) + " of " + std::to_string(config.data.window) +
                          ", on tiles with " + std::to_string(100 * config.data.minimum_land) + " % of land");
    };
    if (data.train.empty()) refuse("data.train_period", "train", data.splits.train);
    if (data.validation.empty()) refuse("data.validation_period", "validate", data.splits.validation);
}

} // namespace

Sampled TrainingData::sample(std::span<const data::Tile> tiles) const
{
    Sampled sampled{maker->inputs(tiles), (*targets)(tiles)};
    data::mirror(sampled.inputs, sampled.targets, tiles);
    return sampled;
}

models::DownscalerConfig network_config(const Config& config, const data::InputSpec& input)
{
    const ModelConfig& m = config.model;
    models::DownscalerConfig c = models::preset(m.preset);
    c.coarse_channels = input.coarse_channels(), c.fine_channels = input.fine_channels(), c.factor = input.factor;
    if (m.hidden > 0) c.hidden = m.hidden;
    if (m.encoder_layers > 0) c.encoder_layers = m.encoder_layers;
    if (!m.channels.empty()) c.channels = m.channels;
    if (m.bottleneck > 0) c.bottleneck = m.bottleneck;
    if (m.residual_blocks > 0) c.residual_blocks = m.residual_blocks;
    if (m.groups > 0) c.groups = m.groups;
    const auto choose = [](const char* key, const std::string& value, const char* yes, const char* no, bool& target) {
        if (value.empty()) return;
        if (value != yes && value != no)
            throw ConfigError(std::string(key) + " = '" + value + "': expected " + yes + " or " + no);
        target = value == yes;
    };
    choose("model.upsampling", m.upsampling, "transposed", "bilinear", c.transposed_upsampling);
    choose("model.mean", m.mean, "residual", "direct", c.residual_mean);
    c.peepholes = m.peepholes, c.recompute = m.recompute, c.dropout = m.dropout;
    c.detach_variance = config.loss.data == "faithful";
    models::check(c);
    return c;
}

TrainingData prepare_training(Source cube, const Config& config, std::uint64_t seed, io::ScratchOptions fields)
{
    TrainingData data;
    data.truth_mode = resolved_mode(config, cube->info());
    const bool coarse_is_operator = reads_operator(config, cube->info(), data.truth_mode);
    const auto recharge = recharge_predictors(config, cube->info());
    if (data.truth_mode == "scale_shift")
        cube = data::scale_shift_view(cube, coarse_is_operator ? "gwsa_operator" : "gwsa");
    check_tile(config, cube->info().factor);

    const geo::TimeAxis& axis = cube->info().time;
    const bool random = config.data.split == "paper_random";
    data.splits = data::split_steps(axis, {.train_period = config.data.train_period,
                                           .validation_period = config.data.validation_period,
                                           .test_period = config.data.test_period,
                                           .buffer_months = config.data.buffer_months,
                                           .window = config.data.window,
                                           .random = random});
    if (random)
        warn(
            "data.split = paper_random: validation tiles overlap training tiles in space and time, so validation "
            "scores say nothing about unseen months or regions");
    data.input = input_spec(config, cube->info(), coarse_is_operator, std::ssize(data.splits.train));
    cube = data::only_steps(cube, data.splits.readable);
    if (coarse_is_operator && config.data.imitate_gaps) cube = data::with_satellite_gaps(cube);
    cube = data::with_memory(cube, data.input.memory, data.input.coarse_variable());
    announce_needs(data, *cube, fields);
    cube = io::with_scratch(cube, fields);
    data.usable = usable_cells(*cube, config.data);

    const Index count = std::ssize(data.splits.train);
    const Index field_count = count * (2 + std::ssize(data.input.predictors) + (recharge.first.empty() ? 0 : 2)) +
                              std::ssize(data.splits.validation);
    ReadingProgress reading("reading the training months", field_count);
    const auto train_truth = data::steps_with_truth(*cube, data.splits.train, data.usable, reading.checkpoint());
    const auto validation_truth =
        data::steps_with_truth(*cube, data.splits.validation, data.usable, reading.checkpoint());
    if (train_truth.empty())
        throw DataError("cube: the fine truth has no value on land in the training months " + data.splits.train_period);
    data.normalisation = data::training_constants(*cube, data.input, train_truth, data.usable, reading.checkpoint());
    data.maker = std::make_shared<const data::BatchMaker>(cube, data.input, data.normalisation, config.data.tile,
                                                          config.data.tile);
    if (wants_first_guess(config, data, train_truth)) {
        data.first_guess = learn_places(data, *cube, train_truth);
        if (data.first_guess) {
            data.input.first_guess = true;
            data.maker = std::make_shared<const data::BatchMaker>(cube, data.input, data.normalisation,
                                                                  config.data.tile, config.data.tile, data.first_guess);
        }
    }
    data::ChangeSignal signal;
    if (!recharge.first.empty()) {
        if (!axis.monthly)
            note(
                "the time axis has instants, not months: departures of precipitation and storage are taken from the "
                "mean over all training steps, not from a calendar month's");
        signal =
            change_signal(*data.maker, train_truth, data.usable, recharge.first, recharge.second, reading.checkpoint());
        data.normalisation.recharge_scale = signal.recharge_scale;
        data.normalisation.change_scale = signal.change_scale;
    }
    const data::TargetOptions target_options{
        .product_sigma = config.loss.product_sigma,
        .balance_with_reference = balances_with_reference(config, data.truth_mode)};
    data.targets = std::make_shared<const data::TargetMaker>(data.maker, config.data.tile, data.usable,
                                                             std::move(signal), target_options);

    const geo::Grid& grid = cube->info().coarse;
    const auto tiles = [&](Index stride) {
        return data::usable_tiles(grid, data.input.factor, data::tile_positions(grid, config.data.tile, stride),
                                  config.data.tile, data.usable, config.data.minimum_land);
    };
    data.train_steps = data::steps_with_window(*data.maker, train_truth, config.data.max_missing);
    data.train = data::every_sample(data.train_steps, tiles(config.data.stride));
    // Validation tiles lie side by side, so that every cell counts about once.
    data.validation = data::every_sample(
        data::steps_with_window(*data.maker, validation_truth, config.data.max_missing), tiles(config.data.tile));
    if (random) std::tie(data.train, data.validation) = data::random_split(data.train, 0.15, seed);
    require_samples(data, config);

    // An epoch's samples come in groups of steps whose fields stay in memory.
    const double each = step_bytes(data, *cube), budget = static_cast<double>(fields.memory_bytes);
    if (each * static_cast<double>(data.train_steps.size()) > budget)
        data.group_steps = std::max<Index>(1, static_cast<Index>(budget / each));
    return data;
}

data::LeakageVerdict guard_against_leakage(const TrainingData& data, bool allowed)
{
    const auto verdict =
        data::check_leakage(*data.maker, data.train_steps, data.usable, 36, [] { StopSignals::throw_if_requested(); });
    const auto percent = [](double value) {
        return std::to_string(static_cast<int>(std::floor(1e4 * value)) / 100.0).substr(0, 5) + " %";
    };
    const std::string found = !verdict.has_subgrid
                                  ? "the target is constant within every coarse cell"
                                  : "interpolation of the input explains the target within coarse cells by " +
                                        percent(verdict.bilinear) + " (bilinear) and " + percent(verdict.bicubic) +
                                        " (bicubic)";
    if (!verdict.leaks()) {
        say("leakage guard: " + found);
        return verdict;
    }
    if (!allowed)
        throw DataError("leakage guard: " + found + ", over " + std::to_string(verdict.steps) +
                        " training months; above 99.5 % there is nothing to learn, and a score would praise the "
                        "interpolation that made the target. Give a fine field of its own, or go on with "
                        "--allow-leakage");
    warn("leakage guard: " + found + "; scores against this target say nothing about downscaling");
    return verdict;
}

losses::LossInput<float, Cpu> loss_input(const TrainingData& data, const Sampled& sampled,
                                         const models::Prediction<float>& prediction, Index region_size)
{
    const data::TargetBatch& t = sampled.targets;
    losses::LossInput<float, Cpu> in;
    in.mean = prediction.mean, in.log_variance = prediction.log_variance;
    in.target = t.target, in.valid = t.valid, in.land = t.land, in.area = sampled.inputs.area;
    in.product_variance = t.product_variance;
    in.change_reference = t.change_reference, in.recharge = t.recharge, in.change_weight = t.change_weight;
    in.change_scale = data.normalisation.change_scale / data.normalisation.target.scale;
    in.coarse = t.coarse, in.coarse_valid = t.coarse_valid;
    in.row_origin = t.row_origin, in.col_origin = t.col_origin;
    in.factor = data.input.factor, in.region_size = region_size;
    in.scale = data.normalisation.target.scale, in.unit = data.normalisation.unit;
    return in;
}

} // namespace gwsd::train
