#include "infer/downscale_plan.hpp"

#include <algorithm>
#include <cmath>

#include "gwsd/core/error.hpp"
#include "gwsd/core/message.hpp"
#include "infer/globe_index.hpp"
#include "infer/number_text.hpp"

namespace gwsd::infer {
namespace {

/// Quantity, unit, factor and cell size; predictors and statics are checked by the BatchMaker.
void check_fit(const DownscaleOptions& options, const train::TrainedModel& model, const io::CubeInfo& info)
{
    const auto differ = [&](const std::string& what, const std::string& expected, const std::string& found,
                            const std::string& remedy) {
        throw DataError(options.cube + ": " + what + ": the model " + options.model + " expects " + expected +
                        ", the cube has " + found + "; " + remedy);
    };
    if (model.quantity != info.quantity)
        differ("quantity", "'" + model.quantity + "'", "'" + info.quantity + "'",
               "prepare the cube from the product that the model was trained on (--quantity)");
    if (model.input.factor != info.factor)
        differ("refinement", "a factor of " + std::to_string(model.input.factor),
               "a factor of " + std::to_string(info.factor), "prepare the cube with the model's factor");
    // A scale shift learns at one scale to be applied one factor finer; elsewhere the cells are those of the training.
    const double here = mean_step(info.coarse.lat_edges), shift = static_cast<double>(model.input.factor);
    const auto is_near = [here](double other) { return std::abs(here / other - 1) < 0.01; };
    const bool shifted = model.truth_mode == "scale_shift";
    if (model.resolution > 0 && !is_near(model.resolution) && !(shifted && is_near(model.resolution / shift)))
        differ("resolution",
               "coarse cells of " + number_text(model.resolution, 4) +
                   (shifted ? " or " + number_text(model.resolution / shift, 4) : "") + " degrees",
               "cells of " + number_text(here, 4) + " degrees",
               "regrid the product (gwsd regrid), or train a model at this resolution");
    if (!info.has_given && !info.has_reference)
        throw DataError(options.cube + ": has no coarse field to refine; prepare it with --gwsa or --reference");
}

/// The model's training configuration; defaults, with a warning, if it is of another version of gwsd.
train::Config training_of(const DownscaleOptions& options, const train::TrainedModel& model)
{
    train::Config config;
    if (model.config.empty()) return config;
    try {
        train::schema_of(config).read_text(model.config, options.model + " (configuration)");
        return config;
    } catch (const Error& error) {
        warn(std::string(error.what()) + "; tile and region sizes are the defaults");
        return {};
    }
}

bool has_value(const std::vector<float>& field)
{
    return std::any_of(field.begin(), field.end(), [](float value) { return std::isfinite(value); });
}

/// Steps of the cube in a period; all if it is empty.
std::vector<Index> steps_of(const geo::TimeAxis& time, const std::string& period, const std::string& option)
{
    std::vector<Index> steps;
    const geo::Period wanted = period.empty() ? geo::Period{} : geo::Period::parse(period, option);
    for (Index t = 0; t < time.size(); ++t)
        if (period.empty() || wanted.contains(time.day(t))) steps.push_back(t);
    return steps;
}

std::string span_of(const geo::TimeAxis& time)
{
    return time.size() == 0 ? "no step" : time.label(0) + " to " + time.label(time.size() - 1);
}

void choose_steps(const DownscaleOptions& options, const io::FieldSource& cube, DownscalePlan& plan)
{
    const geo::TimeAxis& time = cube.info().time;
    std::vector<Index> all;
    for (const Index t : steps_of(time, options.config.period, "--period")) {
        const bool present = has_value(*cube.field(plan.input.coarse_variable(), t));
        if (!present && time.monthly) plan.absent.push_back(time.label(t));
        if (present || options.config.fill_missing) all.push_back(t);
    }
    if (all.empty())
        throw DataError(options.cube + ": no step to refine: it holds " + span_of(time) + ", and in '" +
                        (options.config.period.empty() ? "the whole cube" : options.config.period) +
                        "' no step has a satellite field; choose another --period, or --fill-missing");
    if (options.shards < 1 || options.shard < 0 || options.shard >= options.shards)
        throw UsageError("--shard: expects i/n with 1 <= i <= n");
    const Index count = std::ssize(all), first = count * options.shard / options.shards,
                last = count * (options.shard + 1) / options.shards;
    if (first == last)
        throw UsageError("--shard " + std::to_string(options.shard + 1) + "/" + std::to_string(options.shards) +
                         ": holds no step, as there are only " + std::to_string(count) + "; use fewer shards");
    plan.steps.assign(all.begin() + first, all.begin() + last);
}

void choose_projection(const DownscaleOptions& options, const train::Config& training, const io::CubeInfo& info,
                       DownscalePlan& plan)
{
    const std::string& name = options.config.projection;
    if (name.empty() || name == "auto")
        plan.projection.kind = plan.truth_mode == "reference" ? ProjectionKind::none : ProjectionKind::footprint;
    else
        plan.projection.kind = parse_projection(name);
    plan.projection.region_size = training.loss.region_size;
    plan.weighted_by_sigma =
        plan.projection.kind == ProjectionKind::footprint && !plan.input.coarse_is_operator && info.has_sigma;
}

/// The satellite's own error reaches the output through the field that is refined. A network trained against a
/// reference has met it, as far as its coarse field had it; one trained by a scale shift has learnt the product, error
/// and all, so that its sigma says nothing of it.
void choose_product_sigma(const DownscaleOptions& options, const train::Config& training,
                          const train::TrainedModel& model, const io::CubeInfo& info, DownscalePlan& plan)
{
    const std::string& wanted = options.config.product_sigma;
    const bool possible = !plan.input.coarse_is_operator && info.has_sigma;
    plan.trained_beside_sigma = training.loss.product_sigma;
    if (wanted == "yes" && plan.trained_beside_sigma)
        throw ConfigError(
            "downscale.product_sigma = yes: the model was trained beside the product's sigma "
            "(loss.product_sigma), which is a part of its variance already; use auto or no");
    if (wanted == "yes" && !possible)
        throw ConfigError("downscale.product_sigma = yes: " + options.cube +
                          (info.has_sigma ? " has no given coarse field; the operator's view of a reference has no "
                                            "uncertainty of its own"
                                          : " has no 'gwsa_sigma', the product's own uncertainty") +
                          "; use auto or no");
    plan.adds_product_sigma = wanted == "yes" || (wanted == "auto" && possible && !plan.trained_beside_sigma &&
                                                  model.truth_mode == "scale_shift");
}

/// The spread between samples is a part of the predicted variance. A factor that was fitted without it would count it
/// twice, one that was fitted with it would miss it.
void choose_dropout(const DownscaleOptions& options, const train::TrainedModel& model, DownscalePlan& plan)
{
    plan.dropout = {options.config.dropout_samples, options.seed};
    const auto wanted = std::to_string(plan.dropout.count);
    if (plan.dropout.count > 0 && !(model.network.dropout > 0))
        throw UsageError("--dropout-samples " + wanted + ": the model " + options.model +
                         " was trained without dropout, so that all samples would be the same; leave the option out, "
                         "or train a model with --set model.dropout=0.1");
    if (!model.recalibration || model.recalibration->method == "none") return;
    const Index fitted = model.recalibration->dropout_samples;
    plan.calibrated_alike = fitted == plan.dropout.count;
    if (plan.calibrated_alike) return;
    const auto samples = [](Index n) {
        return n > 0 ? "with " + counted(n, "sample") : std::string("without samples");
    };
    warn("the model's standard error is calibrated " + samples(fitted) + " of dropout, and is taken " +
         samples(plan.dropout.count) + " here: its intervals may be too " +
         (plan.dropout.count > fitted ? "wide" : "narrow") +
         "; gwsd train --resume with the options of the run and --set calibration.dropout_samples=" + wanted +
         " calibrates it anew without training");
}

void choose_unit(const DownscaleOptions& options, const io::CubeInfo& info, DownscalePlan& plan)
{
    plan.unit = options.config.units.empty() ? info.unit : options.config.units;
    if (plan.unit == info.unit) return;
    try {
        plan.to_unit = io::unit_conversion(info.unit, plan.unit);
    } catch (const Error& error) {
        throw ConfigError("--units " + plan.unit + ": " + error.what());
    }
    if (plan.to_unit.offset != 0 || !(plan.to_unit.scale > 0))
        throw ConfigError("--units " + plan.unit + ": an anomaly in '" + info.unit +
                          "' cannot be given in a unit with another zero");
}

void choose_baseline(const DownscaleOptions& options, const io::FieldSource& cube, DownscalePlan& plan)
{
    const io::CubeInfo& info = cube.info();
    plan.baseline = info.baseline;
    if (options.config.baseline.empty()) return;
    const geo::Period period = geo::Period::parse(options.config.baseline, "--baseline");
    plan.baseline = geo::date_text(period.first) + "/" + geo::date_text(period.last);
    const std::vector<Index> steps = steps_of(info.time, options.config.baseline, "--baseline");
    for (const Index t : steps)
        if (has_value(*cube.field(plan.input.coarse_variable(), t))) plan.baseline_steps.push_back(t);
    if (plan.baseline_steps.empty())
        throw DataError(options.cube + ": no step with a satellite field in the baseline " + plan.baseline +
                        "; it holds " + span_of(info.time));
    const Index covered = info.time.monthly ? period.last_month().index - period.first_month().index + 1 : -1;
    note("baseline " + plan.baseline + ": the mean of " + std::to_string(plan.baseline_steps.size()) +
         (covered > 0 ? " of its " + std::to_string(covered) + " months" : " steps") +
         " is computed first and subtracted");
}

} // namespace

DownscalePlan make_plan(const DownscaleOptions& options, const train::TrainedModel& model, const io::FieldSource& cube)
{
    const io::CubeInfo& info = cube.info();
    check_fit(options, model, info);
    const train::Config training = training_of(options, model);
    DownscalePlan plan;
    plan.input = model.input;
    plan.input.coarse_is_operator = !info.has_given; // the given field where there is one (SPEC 1)
    plan.tile = options.tile > 0 ? options.tile : training.data.tile;
    plan.truth_mode = info.has_reference ? model.truth_mode : "none";
    choose_projection(options, training, info, plan);
    choose_product_sigma(options, training, model, info, plan);
    choose_dropout(options, model, plan);
    choose_unit(options, info, plan);
    choose_steps(options, cube, plan);
    choose_baseline(options, cube, plan);
    return plan;
}

} // namespace gwsd::infer
