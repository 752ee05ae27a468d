#include "train/trainer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "gwsd/core/message.hpp"
#include "gwsd/core/progress.hpp"
#include "gwsd/data/prefetch.hpp"
#include "train/rounded.hpp"
#include "train/stop_signal.hpp"

namespace gwsd::train {
namespace {

using Clock = std::chrono::steady_clock;

std::string exact(double value)
{
    std::array<char, 32> text{};
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

std::string regions_text(const std::vector<geo::Region>& regions)
{
    std::string text;
    for (const geo::Region& r : regions) {
        if (!text.empty()) text += ';';
        text += exact(r.west) + "," + exact(r.south) + "," + exact(r.east) + "," + exact(r.north);
    }
    return text;
}

/// What a model file says about where it comes from; its parameters come later.
TrainedModel about(const TrainingData& data, Config config, const io::CubeInfo& info)
{
    TrainedModel model;
    model.network = network_config(config, data.input);
    model.input = data.input, model.normalisation = data.normalisation;
    if (data.first_guess) model.place = data.first_guess->weights();
    model.quantity = info.quantity, model.truth_mode = data.truth_mode;
    model.config = schema_of(config).effective();
    model.train_period = data.splits.train_period;
    model.validation_period = data.splits.validation_period;
    model.test_period = data.splits.test_period;
    model.holdout_regions = regions_text(config.data.holdout_regions);
    model.holdout_buffer = config.data.holdout_buffer;
    const geo::Grid& coarse = data.maker->cube().info().coarse; // one scale up in mode scale_shift
    model.resolution = (coarse.lat_edges.back() - coarse.lat_edges.front()) / static_cast<double>(coarse.rows());
    model.leakage_allowed = config.data.allow_leakage;
    model.synthetic = info.synthetic, model.sources = info.sources;
    return model;
}

} // namespace

Trainer::Trainer(const TrainOptions& options, std::shared_ptr<const TrainingData> data, const io::CubeInfo& info,
                 const RunFolder& folder)
    : options_(options),
      config_(options_.config),
      folder_(folder),
      held_(std::move(data)),
      data_(*held_),
      loss_(config_.loss.data, config_.loss.weight),
      learner_(make_learner({.data = data_,
                             .loss = loss_,
                             .sizes = network_config(config_, data_.input),
                             .optim = config_.train,
                             .region_size = config_.loss.region_size,
                             .seed = options_.seed})),
      about_(about(data_, config_, info)),
      samples_(config_.train.samples_per_epoch > 0 ? config_.train.samples_per_epoch
                                                   : static_cast<Index>(data_.train.size())),
      steps_an_epoch_((samples_ + config_.train.batch - 1) / config_.train.batch),
      rate_{.peak = config_.train.learning_rate,
            .warmup_steps = config_.train.warmup_epochs * static_cast<double>(steps_an_epoch_),
            .total_steps = static_cast<double>(config_.train.epochs * steps_an_epoch_)},
      started_(Clock::now()),
      saved_(started_)
{
    leakage_ = guard_against_leakage(data_, config_.data.allow_leakage);
    if (leakage_.has_subgrid)
        about_.bilinear_subgrid_r2 = leakage_.bilinear, about_.bicubic_subgrid_r2 = leakage_.bicubic;
    // The guard's word is in the model only where it was needed.
    about_.leakage_allowed = config_.data.allow_leakage && leakage_.leaks();
}

void Trainer::resume(const io::Checkpoint& checkpoint)
{
    position_ = restore(checkpoint, about_, *learner_, options_.seed);
    seconds_before_ = position_.seconds, steps_before_ = position_.steps;
    if (position_.step == 0) position_.finished = is_over(); // more epochs or more patience may be asked for now
    say("resuming after step " + std::to_string(position_.steps) + ", in epoch " +
        std::to_string(std::min(position_.epoch + 1, std::max<Index>(config_.train.epochs, 1))) + " of " +
        std::to_string(config_.train.epochs));
    if (const auto& grown = position_.extensions; !grown.empty() && grown.back().after_step == position_.steps)
        note("train.epochs grew from " + std::to_string(grown.back().epochs) + " to " +
             std::to_string(config_.train.epochs) + ": the learning rate is " +
             rounded(rate_(static_cast<double>(position_.steps))) + " from here, on the cosine of " +
             std::to_string(config_.train.epochs) +
             " epochs; what comes is not what so many epochs from the start would give");
}

TrainSummary Trainer::run()
{
    announce();
    MetricsFile(folder_.file("metrics.csv")).keep(static_cast<std::size_t>(position_.epoch));
    folder_.write("config.toml", about_.config);
    if (config_.train.tensorboard) events_.emplace(folder_.file("."));
    write_record("running");
    if (config_.train.epochs == 0 && !position_.finished) end_epoch(); // the untrained network, for tests of a set-up
    while (!position_.finished) {
        train_epoch();
        end_epoch();
    }
    return {folder_.file("best.gwsd"), position_.epoch, position_.steps, position_.best, seconds()};
}

void Trainer::end(const std::string& model_hash)
{
    best_hash_ = model_hash;
    write_record("done");
}

void Trainer::train_epoch()
{
    const auto drawn = data::draw_epoch(data_.train, data_.maker->cube().info().coarse,
                                        {.seed = options_.seed,
                                         .samples = samples_,
                                         .tile = config_.data.tile,
                                         .jitter = config_.data.split == "paper_random" ? 0 : config_.data.stride,
                                         .group_steps = data_.group_steps,
                                         .mirror = config_.train.mirror,
                                         .told = data_.first_guess ? config_.model.told : 0},
                                        position_.epoch);
    const auto tiles_of = [&](Index step) {
        const Index first = step * config_.train.batch;
        return std::span(drawn).subspan(static_cast<std::size_t>(first),
                                        static_cast<std::size_t>(std::min(config_.train.batch, samples_ - first)));
    };
    data::Prefetch<Sampled> batches(position_.step, steps_an_epoch_,
                                    [&](Index step) { return data_.sample(tiles_of(step)); });
    Progress progress("epoch " + std::to_string(position_.epoch + 1) + "/" + std::to_string(config_.train.epochs),
                      steps_an_epoch_);
    if (position_.step < steps_an_epoch_) learner_->stage(batches.next());
    while (position_.step < steps_an_epoch_) {
        if (StopSignals::requested()) stop();
        learner_->begin_step({.learning_rate = rate_(static_cast<double>(position_.steps)),
                              .clip = config_.train.clip,
                              .ramp = ramp(),
                              .step = static_cast<std::uint64_t>(position_.steps)});
        if (position_.step + 1 < steps_an_epoch_) learner_->stage(batches.next()); // while a GPU computes
        log_step(learner_->end_step(), tiles_of(position_.step));
        ++position_.step, ++position_.steps;
        progress.update(position_.step, time_left());
        save_if_due();
    }
}

/// Sums for the epoch's log: samples, loss, gradient norm, then raw and physical figure of each term.
void Trainer::log_step(const StepOutcome& outcome, std::span<const data::Tile> tiles)
{
    if (!outcome.taken) return skip_step(tiles);
    position_.skipped_in_a_row = 0;
    auto& sums = position_.sums;
    sums.resize(3 + 2 * outcome.terms.size(), 0.0);
    const auto count = static_cast<double>(tiles.size());
    sums[0] += count, sums[1] += count * outcome.loss, sums[2] += count * outcome.norm;
    for (std::size_t i = 0; i < outcome.terms.size(); ++i)
        sums[3 + 2 * i] += count * outcome.terms[i].raw, sums[4 + 2 * i] += count * outcome.terms[i].physical;
}

void Trainer::end_epoch()
{
    learner_->swap_averages();
    const Validation validation = validate(*learner_, data_, loss_, config_);
    learner_->swap_averages();
    if (!validation.complete) stop();

    if (!std::isfinite(validation.criterion))
        throw NumericalError("training: the validation score of epoch " + std::to_string(position_.epoch + 1) +
                             " is not finite; lower train.learning_rate");
    const bool trained = config_.train.epochs > 0, better = validation.criterion < position_.best;
    position_.variance_scale = validation.variance_scale;
    position_.epoch += trained ? 1 : 0;
    if (better) {
        position_.best = validation.criterion, position_.best_epoch = position_.epoch, position_.stale = 0;
        keep_best(validation);
    } else {
        ++position_.stale;
    }
    const auto figures = epoch_figures(validation);
    if (trained) MetricsFile(folder_.file("metrics.csv")).append(figures);
    if (events_) events_->append(figures, position_.steps);
    const double loss = position_.sums.empty() ? std::nan("") : position_.sums[1] / position_.sums[0];
    const std::string unit = " " + data_.normalisation.unit;
    say("epoch " + std::to_string(position_.epoch) + "/" + std::to_string(config_.train.epochs) + ": loss " +
        rounded(loss) + "; validation " + (config_.loss.data == "mse" ? "MAE " : "CRPS ") +
        rounded(validation.criterion) + unit + (better ? " (best)" : "") + ", MAE " + rounded(validation.mae) + unit +
        " (interpolation " + rounded(validation.base_mae) + "); " + time_left());

    position_.step = 0, position_.sums.clear();
    position_.finished = is_over();
    if (position_.finished && position_.epoch < config_.train.epochs)
        say("no better validation in " + std::to_string(position_.stale) + " epochs: training ends");
    save_checkpoint();
    folder_.prune(config_.train.keep);
    write_record("running");
}

void Trainer::keep_best(const Validation& validation)
{
    TrainedModel model = about_;
    model.parameters = learner_->state().model();
    model.variance_scale = validation.variance_scale;
    save_model(folder_.file("best.gwsd"), model, true);
    best_hash_ = model.hash;
}

void Trainer::save_checkpoint()
{
    position_.seconds = seconds();
    folder_.save(to_checkpoint(about_, *learner_, position_, options_.seed), position_.steps);
    saved_ = Clock::now();
}

void Trainer::save_if_due()
{
    if (Clock::now() - saved_ < std::chrono::minutes(config_.train.checkpoint_minutes)) return;
    save_checkpoint();
    folder_.prune(config_.train.keep);
}

void Trainer::stop()
{
    say(std::string(StopSignals::name()) + ": saving; a second signal ends at once");
    save_checkpoint();
    folder_.prune(config_.train.keep);
    write_record("stopped");
    throw StoppedEarly(std::string("stopped by ") + StopSignals::name() + " after step " +
                       std::to_string(position_.steps) + "; go on with the same command and --resume");
}

bool Trainer::is_over() const
{
    const bool out_of_patience = config_.train.patience > 0 && position_.stale >= config_.train.patience;
    return position_.epoch >= config_.train.epochs || out_of_patience;
}

double Trainer::ramp() const
{
    const double over = config_.loss.ramp_epochs * static_cast<double>(steps_an_epoch_);
    return over > 0 ? std::min(1.0, static_cast<double>(position_.steps + 1) / over) : 1.0;
}

double Trainer::seconds() const
{
    return seconds_before_ + std::chrono::duration<double>(Clock::now() - started_).count();
}

} // namespace gwsd::train
