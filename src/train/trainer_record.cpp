// What a training run tells of itself: on the terminal, in metrics.csv, run.json and bad_batches.json.

#include <cmath>
#include <nlohmann/json.hpp>

#include "gwsd/core/message.hpp"
#include "gwsd/core/progress.hpp"
#include "gwsd/kernels/precision.hpp"
#include "train/memory.hpp"
#include "train/rounded.hpp"
#include "train/trainer.hpp"

namespace gwsd::train {
namespace {

/// Steps in a row, and steps in all, without a finite loss and gradient after which a run ends.
constexpr Index skips_in_a_row = 10, skips_in_all = 100;

} // namespace

void Trainer::announce() const
{
    Index parameters = 0;
    for (const auto& [name, tensor] : learner_->state().weights) parameters += tensor.elements();
    say("training on " + std::to_string(data_.train.size()) + " samples (" + std::to_string(data_.train_steps.size()) +
        " steps of " + data_.splits.train_period + "), validation on " + std::to_string(data_.validation.size()) +
        " (" + data_.splits.validation_period + "); truth mode " + data_.truth_mode + ", coarse field " +
        (data_.input.coarse_is_operator ? "operator" : "given"));
    say("network " + config_.model.preset + ": " + rounded(1e-6 * static_cast<double>(parameters)) + " M parameters; " +
        std::to_string(config_.train.epochs) + " epochs at most, " + std::to_string(steps_an_epoch_) + " steps of " +
        std::to_string(config_.train.batch) + " samples each");
    if (data_.truth_mode == "reference" && config_.loss.weight.at("mass") > 0 && config_.loss.balance == "satellite")
        note(
            "loss.balance = satellite with loss.weight.mass = " + rounded(config_.loss.weight.at("mass")) +
            " draws regional means to the coarse field, which is a smoothed and noisy view of the reference; where the "
            "product's sigma is large, loss.balance=truth gives much smaller errors (docs/explanations/loss_mass.md)");
    const double checkpoint = 16.0 * static_cast<double>(parameters);
    say("memory: about " + rounded(1e-9 * training_bytes(about_.network, config_)) +
        " GB and the fields of the cube; " + "disk: " +
        rounded(1e-6 * checkpoint * (static_cast<double>(config_.train.keep) + 1.25)) + " MB for checkpoints");
}

void Trainer::skip_step(std::span<const data::Tile> tiles)
{
    ++position_.skipped, ++position_.skipped_in_a_row;
    nlohmann::json batch = nlohmann::json::array();
    for (const data::Tile& tile : tiles)
        batch.push_back({{"month", data_.maker->cube().info().time.label(tile.t)},
                         {"step", tile.t},
                         {"row", tile.row},
                         {"col", tile.col}});
    folder_.write("bad_batches.json", nlohmann::json{{"epoch", position_.epoch + 1},
                                                     {"step_in_epoch", position_.step},
                                                     {"step", position_.steps},
                                                     {"seed", options_.seed},
                                                     {"tile", config_.data.tile},
                                                     {"samples", batch}}
                                              .dump(2) +
                                          "\n");
    warn("step " + std::to_string(position_.steps) + ": loss or gradient is not finite; the step is left out (" +
         std::to_string(position_.skipped) + " so far; its samples are in bad_batches.json)");
    if (position_.skipped_in_a_row < skips_in_a_row && position_.skipped < skips_in_all) return;
    throw NumericalError("training: loss or gradient was not finite in " + std::to_string(position_.skipped_in_a_row) +
                         " steps in a row, " + std::to_string(position_.skipped) + " in all, the last in epoch " +
                         std::to_string(position_.epoch + 1) +
                         "; lower train.learning_rate, keep train.clip above 0, "
                         "and look at the samples listed in " +
                         folder_.file("bad_batches.json"));
}

Figures Trainer::epoch_figures(const Validation& validation) const
{
    const auto& sums = position_.sums;
    const auto mean = [&](std::size_t i) { return i < sums.size() ? sums[i] / sums[0] : std::nan(""); };
    Figures figures{{"epoch", static_cast<double>(position_.epoch)},
                    {"steps", static_cast<double>(position_.steps)},
                    {"learning_rate", rate_(static_cast<double>(std::max<Index>(position_.steps, 1) - 1))},
                    {"gradient_norm", mean(2)},
                    {"skipped_steps", static_cast<double>(position_.skipped)},
                    {"train_loss", mean(1)}};
    for (std::size_t i = 0; i < validation.terms.size(); ++i) {
        figures.emplace_back("train_" + validation.terms[i].name, mean(3 + 2 * i));
        figures.emplace_back("train_" + validation.terms[i].name + " (" + validation.terms[i].physical_unit + ")",
                             mean(4 + 2 * i));
    }
    figures.insert(figures.end(), validation.figures.begin(), validation.figures.end());
    figures.emplace_back("best_epoch", static_cast<double>(position_.best_epoch));
    figures.emplace_back("seconds", seconds());
    return figures;
}

void Trainer::write_record(const std::string& status) const
{
    const auto number = [](double v) { return std::isfinite(v) ? nlohmann::json(v) : nlohmann::json(); };
    nlohmann::ordered_json extended = nlohmann::ordered_json::array();
    for (const Extension& e : position_.extensions)
        extended.push_back({{"epochs_at_most", e.epochs}, {"after_step", e.after_step}});
    const nlohmann::ordered_json record{
        {"status", status},
        {"cube", options_.cube},
        {"seed", options_.seed},
        {"truth_mode", data_.truth_mode},
        {"coarse", data_.input.coarse_is_operator ? "operator" : "given"},
        {"quantity", about_.quantity},
        {"unit", data_.normalisation.unit},
        {"preset", config_.model.preset},
        {"train_period", about_.train_period},
        {"validation_period", about_.validation_period},
        {"test_period", about_.test_period},
        {"holdout_regions", about_.holdout_regions},
        {"train_samples", data_.train.size()},
        {"validation_samples", data_.validation.size()},
        {"epochs", position_.epoch},
        {"epochs_at_most", config_.train.epochs},
        {"extended", extended},
        {"steps", position_.steps},
        {"skipped_steps", position_.skipped},
        {"best_epoch", position_.best_epoch},
        {config_.loss.data == "mse" ? "best_validation_mae" : "best_validation_crps", number(position_.best)},
        {"model_hash", best_hash_},
        {"leakage",
         {{"bilinear_subgrid_r2", number(about_.bilinear_subgrid_r2)},
          {"bicubic_subgrid_r2", number(about_.bicubic_subgrid_r2)},
          {"limit", data::LeakageVerdict::limit},
          {"leaks", leakage_.leaks()},
          {"allowed", about_.leakage_allowed}}},
        {"synthetic", about_.synthetic},
        {"threads", thread_pool().threads()},
        {"precision", kernels::to_string(kernels::default_precision())},
        {"seconds", seconds()}};
    folder_.write("run.json", record.dump(2) + "\n");
}

std::string Trainer::time_left() const
{
    const Index done = position_.steps - steps_before_, left = config_.train.epochs * steps_an_epoch_ - position_.steps;
    if (done <= 0 || left < 0) return "time left not known yet";
    return "at most " +
           duration_text((seconds() - seconds_before_) / static_cast<double>(done) * static_cast<double>(left)) +
           " left of the run";
}

} // namespace gwsd::train
