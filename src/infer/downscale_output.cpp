#include "infer/downscale_output.hpp"

#include <cmath>
#include <filesystem>

#include "gwsd/core/error.hpp"
#include "infer/number_text.hpp"

namespace gwsd::infer {
namespace {

std::string or_none(const std::string& text) { return text.empty() ? "none" : text; }

std::string leakage_text(const train::TrainedModel& model)
{
    std::string text = model.leakage_allowed ? "allowed" : "none";
    if (std::isfinite(model.bilinear_subgrid_r2) && std::isfinite(model.bicubic_subgrid_r2))
        text += ": interpolations of the training input reach a sub-grid R2 of " +
                number_text(model.bilinear_subgrid_r2, 4) + " (bilinear) and " +
                number_text(model.bicubic_subgrid_r2, 4) + " (bicubic) of the training target";
    return text;
}

/// How the standard error was corrected, in words.
std::string calibration_text(const train::TrainedModel& model)
{
    if (!model.recalibration) return "one variance factor, " + number_text(model.variance_scale);
    const train::Recalibration& r = *model.recalibration;
    if (r.method == "none") return "none";
    return r.method + ", " + (r.zones.by_climate() ? "climate zones" : "bands of latitude") + ", unseen places from " +
           r.unseen_from;
}

/// "0.06 0.12 ..": what score/interval_levels.hpp reads.
std::string levels_text(const std::vector<double>& observed)
{
    std::string text;
    for (const double level : observed) {
        if (!text.empty()) text += ' ';
        text += number_text(level, 6);
    }
    return text;
}

std::vector<std::pair<std::string, std::string>> attributes_of(const DownscalePlan& plan,
                                                               const train::TrainedModel& model,
                                                               const io::CubeInfo& info)
{
    std::string comment =
        "Satellite gravimetry resolves about 300 km. Detail below that is inferred from the predictors by a model "
        "trained elsewhere or at another scale, and the uncertainties of neighbouring cells are correlated.";
    if (info.synthetic || model.synthetic) comment += " Made from the built-in synthetic world, not from observations.";
    std::vector<std::pair<std::string, std::string>> list{
        {"comment", comment},
        {"gwsd_truth_mode", plan.truth_mode},
        {"gwsd_trained_by", or_none(model.truth_mode)},
        {"gwsd_coarse", plan.input.coarse_is_operator ? "operator" : "given"},
        {"gwsd_projection", to_string(plan.projection.kind)},
        {"gwsd_factor", std::to_string(plan.input.factor)},
        {"gwsd_train_period", or_none(model.train_period)},
        {"gwsd_validation_period", or_none(model.validation_period)},
        {"gwsd_test_period", or_none(model.test_period)},
        {"gwsd_holdout_regions", or_none(model.holdout_regions)},
        {"gwsd_holdout_buffer", number_text(model.holdout_buffer)},
        {"gwsd_calibration", calibration_text(model)},
        {"gwsd_members", std::to_string(model.others.size() + 1)},
        {"gwsd_product_sigma", plan.adds_product_sigma     ? "added to the predicted variance"
                               : plan.trained_beside_sigma ? "a part of the predicted variance"
                                                           : "not added"},
        {"gwsd_model_xxh3", or_none(model.hash)},
        {"gwsd_synthetic", info.synthetic || model.synthetic ? "true" : "false"},
        {"gwsd_leakage", leakage_text(model)},
        {"gwsd_input_hashes", info.sources}};
    if (model.recalibration && !model.recalibration->observed.empty() && !plan.adds_product_sigma &&
        plan.calibrated_alike)
        list.emplace_back("gwsd_observed_levels", levels_text(model.recalibration->observed));
    if (plan.dropout.count > 0)
        list.emplace_back("gwsd_dropout_samples",
                          std::to_string(plan.dropout.count) + ", seed " + std::to_string(plan.dropout.seed));
    list.emplace_back("gwsd_predictor_memory", data::to_text(plan.input.memory));
    if (!model.sources.empty()) list.emplace_back("gwsd_training_inputs", model.sources);
    return list;
}

io::OutputInfo output_info(const DownscaleOptions& options, const DownscalePlan& plan, const train::TrainedModel& model,
                           const io::CubeInfo& info)
{
    io::OutputInfo out;
    out.grid = info.fine;
    out.time.monthly = info.time.monthly;
    for (const Index t : plan.steps) out.time.steps.push_back(info.time.steps[static_cast<std::size_t>(t)]);
    out.quantity = info.quantity;
    out.unit = plan.unit;
    out.baseline = plan.baseline;
    out.cf = options.config.cf;
    out.absent_months = plan.absent;
    out.attributes = attributes_of(plan, model, info);
    out.history = options.command.empty() ? "gwsd downscale" : options.command;
    return out;
}

} // namespace

std::string flags_path(const std::string& output)
{
    const std::filesystem::path path(output);
    return (path.parent_path() / (path.stem().string() + "_flags" + path.extension().string())).string();
}

void check_outputs(const DownscaleOptions& options)
{
    std::vector<std::string> inputs{options.model, options.cube};
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(options.cube, ignored))
        inputs.push_back(entry.path().string());
    io::check_output(options.output, options.overwrite, inputs);
    if (options.config.flags) io::check_output(flags_path(options.output), options.overwrite, inputs);
}

DownscaleOutput::DownscaleOutput(const DownscaleOptions& options, const DownscalePlan& plan,
                                 const train::TrainedModel& model, const io::CubeInfo& info)
{
    const io::OutputInfo out = output_info(options, plan, model, info);
    values_ = io::create_output(options.output, out, options.overwrite);
    if (options.config.flags) flags_ = io::create_flags(flags_path(options.output), out, options.overwrite);
    thread_ = std::thread([this] { write_all(); });
}

DownscaleOutput::~DownscaleOutput()
{
    queue_.end();
    if (thread_.joinable()) thread_.join();
}

void DownscaleOutput::write_all()
{
    try {
        while (const auto month = queue_.pop()) {
            values_->write(month->position, month->value, month->error);
            if (flags_) flags_->write(month->position, month->flags);
        }
    } catch (...) {
        error_ = std::current_exception();
        queue_.end(error_);
    }
}

void DownscaleOutput::add(FinishedMonth month) { queue_.push(std::move(month)); }

void DownscaleOutput::finish(double mass_residual_max, double seam_index)
{
    queue_.end();
    thread_.join();
    if (error_) std::rethrow_exception(error_);
    values_->set_attribute("gwsd_mass_residual_max", number_text(mass_residual_max, 6));
    values_->set_attribute("gwsd_seam_index", number_text(seam_index, 6));
    if (flags_) flags_->finish();
    values_->finish();
}

} // namespace gwsd::infer
