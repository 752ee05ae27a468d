#include "gwsd/data/prepare.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <optional>

#include "gwsd/core/error.hpp"
#include "gwsd/core/message.hpp"
#include "gwsd/core/progress.hpp"
#include "gwsd/io/output.hpp"
#include "io/output_sink.hpp"
#include "prepare_fields.hpp"
#include "prepare_predictor.hpp"
#include "prepare_reference.hpp"
#include "prepare_subtraction.hpp"

namespace gwsd::data {
namespace {

using namespace prepare_detail;

constexpr std::size_t large_cube = 4'000'000'000; ///< bytes before compression above which a folder serves better
constexpr double absurd_storage = 1e5;            ///< mm: 100 m of water is no anomaly

std::string bytes_text(double bytes)
{
    char text[32];
    std::snprintf(text, sizeof text, bytes < 1e9 ? "%.0f MB" : "%.1f GB",
                  bytes < 1e9 ? std::max(1.0, bytes / 1e6) : bytes / 1e9);
    return text;
}

/// Bytes of the cube before compression.
double raw_bytes(const io::CubeInfo& info)
{
    const auto fine = static_cast<double>(info.fine.cells()), coarse = static_cast<double>(info.coarse.cells());
    const auto predictors = static_cast<double>(info.predictors.size());
    const double step =
        fine * (predictors + (info.has_reference ? 1 : 0)) +
        coarse * (predictors + (info.has_given ? 1 : 0) + (info.has_sigma ? 1 : 0) + (info.has_reference ? 1 : 0));
    return 4 * (step * static_cast<double>(info.time.size()) + fine * static_cast<double>(1 + info.statics.size()) +
                coarse);
}

/// Bytes in memory at a time, of both processes where another one writes: of each input a field and, in the two files
/// that are held open, a step; that step in double; fields of the fine grid, two for each predictor; the writer.
double memory_bytes(const Inputs& inputs, const Plan& plan, const std::string& path)
{
    double cells = 0, largest = 0;
    const auto add = [&](const io::Series* series) {
        if (!series) return;
        cells += static_cast<double>(series->grid().cells());
        largest = std::max(largest, static_cast<double>(series->grid().cells()));
    };
    for (const auto* list : {&inputs.predictors, &inputs.statics, &inputs.subtract})
        for (const auto& [name, series] : *list) add(series.get());
    for (const auto* series : {&inputs.gwsa, &inputs.sigma, &inputs.reference, &inputs.land}) add(series->get());
    const double fields = 8 + static_cast<double>(inputs.predictors.size());
    const double years = path.ends_with(".nc") ? 1 : std::ceil(static_cast<double>(plan.info.time.size()) / 12);
    const double file = raw_bytes(plan.info) / years;
    const double writer = file <= static_cast<double>(io::largest_image) ? file : 3e8;
    return 12 * cells + 8 * largest +
           4 * (fields * static_cast<double>(plan.info.fine.cells()) + 6 * static_cast<double>(plan.wide.cells())) +
           writer + 2e8;
}

std::string choose_path(const std::string& output, double raw)
{
    if (output.empty()) {
        const std::string path = raw > static_cast<double>(large_cube) ? "cube" : "cube.nc";
        say("prepare: writes " + path +
            (path == "cube" ? ", a folder with a file a year, since the cube is large" : ""));
        return path;
    }
    if (output.ends_with(".nc") && raw > static_cast<double>(large_cube))
        note(output +
             ": the cube is large; a name without .nc makes a folder with a file a year, which is easier to copy and "
             "to repair");
    return output;
}

void print_estimate(const Inputs& inputs, const Plan& plan, const std::string& path)
{
    const io::CubeInfo& info = plan.info;
    const double raw = raw_bytes(info);
    const auto size = [](const geo::Grid& grid) {
        return std::to_string(grid.rows()) + " x " + std::to_string(grid.cols());
    };
    say("prepare: " + size(info.coarse) + " coarse and " + size(info.fine) + " fine cells, region " +
        region_text(info.coarse.bounds()) + ", " + std::to_string(info.time.size()) + " steps " + info.time.label(0) +
        ":" + info.time.label(info.time.size() - 1));
    say("prepare: about " + bytes_text(memory_bytes(inputs, plan, path)) + " of memory, at most " + bytes_text(raw) +
        " of disk for " + path);
    std::error_code error;
    const auto folder = std::filesystem::absolute(path, error).parent_path();
    const auto space = std::filesystem::space(folder, error);
    if (!error && static_cast<double>(space.available) < raw)
        warn(folder.string() + ": only " + bytes_text(static_cast<double>(space.available)) + " are free");
}

/// Values that no storage anomaly has are missing; too many of them refuse the input.
void drop_absurd(Field& field, const std::string& what, Index& dropped, Index& seen, const std::string& unit)
{
    if (unit != "mm") return;
    for (float& v : field) {
        if (!std::isfinite(v)) continue;
        ++seen;
        if (std::abs(static_cast<double>(v)) <= absurd_storage) continue;
        v = missing;
        ++dropped;
    }
    if (dropped > 1000 && dropped > seen / 100)
        throw DataError(
            what + ": more than 1 % of its values lie beyond 100 m of water; is the unit or the fill value wrong?");
}

} // namespace

PrepareSummary prepare(const PrepareOptions& options, const std::string& output, bool overwrite)
{
    const auto start = std::chrono::steady_clock::now();
    if (options.operator_kind != "" && options.operator_kind != "gaussian" && options.operator_kind != "area-mean")
        throw ConfigError("operator '" + options.operator_kind + "' is not known; expected gaussian or area-mean");
    if (options.outside != "" && options.outside != "nearest" && options.outside != "missing")
        throw ConfigError("outside '" + options.outside + "' is not known; expected nearest or missing");
    Inputs inputs = open_inputs(options);
    Plan plan = make_plan(options, inputs);
    const std::string path = choose_path(output, raw_bytes(plan.info));
    std::vector<std::string> files;
    for (const io::FileIdentity& file : inputs.sources) files.push_back(file.path);
    if (path.ends_with(".nc")) io::check_output(path, overwrite, files);
    print_estimate(inputs, plan, path);

    std::string land_source;
    const Field land = land_fraction(inputs, plan.info.fine, land_source);
    say("prepare: land fraction from " + land_source);
    const auto land_cells = static_cast<double>(std::count_if(land.begin(), land.end(), [](float f) { return f > 0; }));
    Field land_coarse(static_cast<std::size_t>(plan.info.coarse.cells()));
    geo::block_mean(plan.info.fine, plan.info.factor, land, {}, land_coarse);

    std::optional<ReferenceMaker> reference;
    if (inputs.reference) reference.emplace(inputs, options, plan);
    std::optional<Subtraction> subtraction;
    if (!inputs.subtract.empty()) {
        subtraction.emplace(inputs, options, plan);
        plan.info.history += "; groundwater = total water storage minus what --subtract names";
        note("the uncertainty of the total water storage is kept; that of the storages subtracted is not in it");
    }
    std::optional<Reader> gwsa, sigma;
    if (inputs.gwsa) gwsa.emplace(*inputs.gwsa, options.minimum_valid_fraction);
    if (inputs.sigma) sigma.emplace(*inputs.sigma, options.minimum_valid_fraction);
    std::vector<PredictorMaker> predictors;
    for (auto& [name, series] : inputs.predictors)
        predictors.emplace_back(name, *series, options, plan, land, land_coarse);

    const auto cube = io::create_cube(path, plan.info, overwrite);
    cube->write_static("land_fraction", land);
    cube->write_static("land_fraction_coarse", land_coarse);
    for (auto& [name, series] : inputs.statics) {
        Reader reader(*series, options.minimum_valid_fraction);
        reader.read(0);
        Field field = reader.on(plan.info.fine);
        if (!any_valid(field))
            throw DataError(series->files().front() + ": variable '" + series->name() +
                            "' has no value in the region " + region_text(plan.info.fine.bounds()));
        const Index filled = geo::fill_nearest(plan.info.fine, field, land);
        if (filled > 0)
            note("static " + name + ": " + std::to_string(filled) + " land cells (" +
                 percent_text(static_cast<double>(filled) / land_cells) + ") have the value of the nearest valid cell");
        cube->write_static(name, field);
    }

    PrepareSummary summary;
    Statistics target;
    Index dropped = 0, values = 0, without_subtracted = 0;
    Progress progress("prepare", plan.info.time.size());
    for (Index t = 0; t < plan.info.time.size(); ++t) {
        Field given, error, fine, seen;
        if (gwsa) {
            const Index step = step_of(*inputs.gwsa, plan.info.time, t);
            const Index sigma_step = sigma ? step_of(*inputs.sigma, plan.info.time, t) : -1;
            if (step >= 0) {
                gwsa->read(step);
                given = gwsa->on(plan.info.coarse);
                drop_absurd(given, inputs.gwsa->files().front() + ": variable '" + inputs.gwsa->name() + "'", dropped,
                            values, plan.info.unit);
                if (subtraction && !subtraction->apply(t, given)) {
                    given.clear();
                    ++without_subtracted;
                }
            }
            if (step >= 0 && sigma_step >= 0) {
                sigma->read(sigma_step);
                error = sigma->on(plan.info.coarse);
            }
            if (!given.empty() && any_valid(given)) {
                cube->write("gwsa", t, given);
                ++summary.steps_with_coarse;
            }
            if (!given.empty() && !error.empty()) cube->write("gwsa_sigma", t, error);
        }
        if (reference && reference->make(t, error, fine, seen)) {
            drop_absurd(fine, inputs.reference->files().front() + ": variable '" + inputs.reference->name() + "'",
                        dropped, values, plan.info.unit);
            cube->write("gwsa_operator", t, seen);
            cube->write("reference", t, fine);
            ++summary.steps_with_reference;
        }
        target.add(reference ? fine : given);
        for (PredictorMaker& predictor : predictors) predictor.make(t, *cube, fine, given);
        progress.update(t + 1, plan.info.time.label(t));
    }
    if ((gwsa && summary.steps_with_coarse == 0) || (reference && summary.steps_with_reference == 0))
        throw DataError(inputs.target().files().front() + ": variable '" + inputs.target().name() +
                        "' has no value in the region and period; choose others");
    for (const PredictorMaker& predictor : predictors) predictor.report(land_cells);
    if (without_subtracted > 0)
        warn("--subtract: " + std::to_string(without_subtracted) +
             " steps of the total water storage lack a storage to subtract; they stay missing");
    if (dropped > 0)
        warn(std::to_string(dropped) + " values of the target lie beyond 100 m of water; they count as missing");
    if (target.constant()) warn("the target has the same value everywhere and always; there is nothing to learn");
    cube->finish();

    summary.path = path;
    summary.steps = plan.info.time.size();
    summary.coarse_rows = plan.info.coarse.rows();
    summary.coarse_cols = plan.info.coarse.cols();
    summary.fine_rows = plan.info.fine.rows();
    summary.fine_cols = plan.info.fine.cols();
    summary.predictors = plan.info.predictors;
    double area = 0, dry = 0;
    for (Index i = 0; i < plan.info.fine.cells(); ++i) {
        const double w = plan.info.fine.row_weight(i / plan.info.fine.cols());
        area += w;
        dry += w * static_cast<double>(land[static_cast<std::size_t>(i)]);
    }
    summary.land = dry / area;
    summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return summary;
}

} // namespace gwsd::data
