#include "gwsd/infer/downscale.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "gwsd/core/error.hpp"
#include "gwsd/core/message.hpp"
#include "gwsd/core/progress.hpp"
#include "gwsd/infer/map_predictor.hpp"
#include "gwsd/score/seam.hpp"
#include "infer/downscale_output.hpp"
#include "infer/downscale_plan.hpp"
#include "infer/number_text.hpp"
#include "infer/satellite_reach.hpp"
#include "infer/sigma_correction.hpp"
#include "infer/training_domain.hpp"

namespace gwsd::infer {
namespace {

constexpr std::size_t cube_cache = std::size_t{1} << 28;

/// One run: what its months share.
struct Run {
    const DownscaleOptions& options;
    const DownscalePlan& plan;
    const MapPredictor& predictor;
    Projection projection;
    std::shared_ptr<const geo::Regridder> product{}; ///< of its sigma to the fine grid, where that is added
    std::vector<double> baseline_mean;               ///< of each fine cell; empty: nothing is subtracted
    DownscaleSummary summary{};

    Run(const DownscaleOptions& chosen, const DownscalePlan& planned, const MapPredictor& maps)
        : options(chosen),
          plan(planned),
          predictor(maps),
          projection(maps.maker().cube().info().fine, planned.input.factor, maps.maker().land_fraction(),
                     planned.projection)
    {
        const io::CubeInfo& info = cube().info();
        if (plan.adds_product_sigma) product = geo::make_regridder(geo::Method::bilinear, info.coarse, info.fine);
    }

    const io::FieldSource& cube() const { return predictor.maker().cube(); }

    /// Projects a month that has a satellite field, and returns how far it then is from it.
    MassResidual project(Index t, PredictedMap& map) const
    {
        if (!predictor.maker().has_coarse(t)) return {};
        const auto coarse = cube().field(plan.input.coarse_variable(), t);
        std::shared_ptr<const std::vector<float>> sigma;
        if (plan.weighted_by_sigma) sigma = cube().field("gwsa_sigma", t);
        projection.apply(map.mean,
                         {*coarse, map.variance, sigma ? std::span<const float>(*sigma) : std::span<const float>{}});
        return projection.residual(map.mean, *coarse);
    }

    FinishedMonth finished(Index t, Index position, PredictedMap&& map, const TrainingDomain& domain) const
    {
        FinishedMonth month{position, std::move(map.mean), std::move(map.variance), {}};
        if (product) {
            const std::vector<float> sigma = fine_product_sigma(*product, cube(), t);
            for (std::size_t i = 0; i < sigma.size(); ++i) month.error[i] += sigma[i] * sigma[i];
        }
        const std::vector<char> reached = satellite_reach(predictor.maker(), t);
        const Index cols = cube().info().fine.cols(), factor = plan.input.factor;
        for (std::size_t i = 0; i < month.value.size(); ++i) {
            const Index row = static_cast<Index>(i) / cols / factor, col = static_cast<Index>(i) % cols / factor;
            if (!reached[static_cast<std::size_t>(row * (cols / factor) + col)])
                month.value[i] = month.error[i] = std::numeric_limits<float>::quiet_NaN();
            const double shift = baseline_mean.empty() ? 0.0 : baseline_mean[i];
            month.value[i] = static_cast<float>(plan.to_unit.scale * (static_cast<double>(month.value[i]) - shift));
            month.error[i] = static_cast<float>(plan.to_unit.scale * std::sqrt(static_cast<double>(month.error[i])));
        }
        if (options.config.flags) month.flags = domain.flags(t);
        return month;
    }
};

/// Mean of the projected maps over the baseline's steps.
std::vector<double> mean_over_baseline(const Run& run, Progress& progress)
{
    std::vector<double> mean(run.predictor.maker().land_fraction().size(), 0.0);
    const auto count = static_cast<double>(run.plan.baseline_steps.size());
    run.predictor.run(
        run.plan.baseline_steps,
        [&](Index t, PredictedMap&& map) {
            run.project(t, map);
            for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += static_cast<double>(map.mean[i]) / count;
        },
        [&](Index tiles) { progress.update(tiles, "baseline"); });
    return mean;
}

void say_estimate(const Run& run, const io::CubeInfo& info)
{
    const auto steps = static_cast<double>(run.plan.steps.size()), cells = static_cast<double>(info.fine.cells());
    const double fields = cells * (static_cast<double>(info.predictors.size()) + 3) * sizeof(float) *
                          static_cast<double>(info.time.size());
    const double disk = 2 * sizeof(float) * cells * steps;
    const double memory = static_cast<double>(run.predictor.memory_estimate()) +
                          std::min(fields, 1.5 * static_cast<double>(cube_cache)) + std::min(disk, 5e8);
    say("downscale: " + counted(std::ssize(run.plan.steps), info.time.monthly ? "month" : "step") + " of " +
        std::to_string(info.fine.rows()) + " x " + std::to_string(info.fine.cols()) + " cells, " +
        counted(run.predictor.tiles_per_step(), "tile") + " each; projection " + to_string(run.plan.projection.kind) +
        "; about " + bytes_text(memory) + " of memory, at most " + bytes_text(disk) + " of disk before compression");
    const auto folder = std::filesystem::absolute(run.options.output).parent_path();
    std::error_code error;
    if (const auto space = std::filesystem::space(folder, error); !error && static_cast<double>(space.available) < disk)
        warn(folder.string() + ": only " + bytes_text(static_cast<double>(space.available)) + " are free where up to " +
             bytes_text(disk) + " may be needed");
}

} // namespace

DownscaleSummary downscale(const DownscaleOptions& options)
{
    check_outputs(options);
    const train::TrainedModel model = train::load_model(options.model);
    const std::shared_ptr<const io::FieldSource> cube = io::open_cube(options.cube, cube_cache);
    const DownscalePlan plan = make_plan(options, model, *cube);
    if (model.leakage_allowed)
        warn(
            "the model was trained on a target that interpolation of its input explains almost wholly "
            "(--allow-leakage); what it adds to an interpolation is not evidence of finer detail");
    // A large output is written by a child process, which is best started before other threads are.
    DownscaleOutput output(options, plan, model, cube->info());
    const MapPredictor predictor(model, cube, plan.input,
                                 {.tile = plan.tile,
                                  .overlap = options.config.overlap,
                                  .batch = options.config.batch,
                                  .product_sigma = plan.trained_beside_sigma,
                                  .dropout = plan.dropout});
    Run run(options, plan, predictor);
    say_estimate(run, cube->info());
    const TrainingDomain domain(predictor.maker());
    if (options.config.flags && !domain.known())
        note("the model holds no ranges of its training data: no cell is flagged as outside the training domain");

    const Index tiles = predictor.tiles_per_step(), baseline_tiles = tiles * std::ssize(plan.baseline_steps);
    Progress progress("downscale", baseline_tiles + tiles * std::ssize(plan.steps));
    if (!plan.baseline_steps.empty()) run.baseline_mean = mean_over_baseline(run, progress);
    DownscaleSummary& summary = run.summary;
    predictor.run(
        plan.steps,
        [&](Index t, PredictedMap&& map) {
            const MassResidual residual = run.project(t, map);
            summary.mass_residual_max = std::max(summary.mass_residual_max, residual.block);
            summary.mass_residual_cell_max = std::max(summary.mass_residual_cell_max, residual.cell);
            score::SeamIndex seam(plan.input.factor);
            seam.add(cube->info().fine, map.mean);
            if (std::isfinite(seam.value())) summary.seam_index = std::max(summary.seam_index, seam.value());
            output.add(run.finished(t, summary.months++, std::move(map), domain));
        },
        [&](Index done) { progress.update(baseline_tiles + done); });
    output.finish(summary.mass_residual_max, summary.seam_index);
    summary.projection = to_string(plan.projection.kind);
    summary.truth_mode = plan.truth_mode;
    summary.unit = cube->info().unit;
    summary.output = options.output;
    if (options.config.flags) summary.flags = flags_path(options.output);
    return summary;
}

} // namespace gwsd::infer
