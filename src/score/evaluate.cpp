#include "gwsd/score/evaluate.hpp"

#include <charconv>
#include <cmath>
#include <filesystem>
#include <optional>

#include "gwsd/core/error.hpp"
#include "gwsd/core/message.hpp"
#include "score/report_folder.hpp"
#include "score/report_html.hpp"
#include "score/result_texts.hpp"
#include "score/score_loop.hpp"

namespace gwsd::score {

namespace {

double stated_number(const std::string& text)
{
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() && !text.empty() ? value : not_defined;
}

/// What the prediction says about itself, and what the cube adds.
Evaluation described(const EvaluationInput& input)
{
    const PredictionFile& prediction = input.predictions.front();
    const io::CubeInfo& info = input.info();
    Evaluation result;
    result.quantity = info.quantity;
    result.unit = info.unit;
    result.truth_mode = input.truth_mode;
    result.truth = input.truth ? input.truth->description() : "";
    result.coarse = input.coarse_variable;
    result.projection = prediction.attribute("gwsd_projection");
    result.leakage = prediction.attribute("gwsd_leakage");
    result.baseline = info.baseline;
    result.first_step = info.time.label(input.steps.front());
    result.last_step = info.time.label(input.steps.back());
    result.synthetic = info.synthetic;
    result.monthly = info.time.monthly;
    result.stated_mass_residual = stated_number(prediction.attribute("gwsd_mass_residual_max"));
    for (const auto& [name, value] : prediction.attributes())
        if (name.starts_with("gwsd_")) result.attributes[name] = value;
    return result;
}

/// The largest residual at the block that the projection makes exact.
void choose_mass_residual(Evaluation& result)
{
    const Consistency& gwsd = result.consistency.front();
    const bool region = result.projection == "region";
    result.mass_residual_max = region ? gwsd.mass_region_max : gwsd.mass_cell_max;
    result.mass_residual_block = region ? "4 degrees" : "coarse cell";
    if (result.projection == "footprint" && std::isfinite(result.stated_mass_residual)) {
        result.mass_residual_max = result.stated_mass_residual;
        result.mass_residual_block = "footprint, as the prediction states it";
    }
}

Evaluation evaluated(const EvaluationInput& input, const ScoredCells& cells, const ScoreSums& sums,
                     const ConstantErrors& errors, const EvaluateOptions& options)
{
    Evaluation result = described(input);
    for (std::size_t s = 0; s < cells.sets.size(); ++s) {
        SetResult set = summarise(cells, s, sums.methods, sums.truth, options.bootstrap, options.seed);
        if (set.methods.empty())
            warn(set.name + ": no cell has a truth and a value of every method in the steps of this set (" +
                 set.description + "); it is not scored");
        else
            result.sets.push_back(std::move(set));
    }
    for (const NamedSums& method : sums.methods) {
        const MethodSums& m = method.sums;
        result.consistency.push_back({method.name, method.kind, m.mass_of_cells().largest(), m.mass_of_cells().rms(),
                                      m.mass_of_regions().largest(), m.mass_of_regions().rms(), m.seam().value(),
                                      m.subgrid_sd()});
    }
    result.truth_seam_index = sums.truth_seam.value();
    result.sigma_source = errors.source;
    result.sigma_steps = static_cast<double>(errors.steps);
    result.bootstrap = options.bootstrap;
    choose_mass_residual(result);
    result.verdict = verdict_of(result);
    return result;
}

/// Every picture of the report, in its order.
std::vector<Picture> pictures_of(const EvaluationInput& input, const ScoredCells& cells, const Baselines& baselines,
                                 const ScoreSums& sums, const PictureData& data, const Evaluation& evaluation,
                                 std::vector<Picture> training)
{
    const Coast coast{input.info().fine, input.land_fraction};
    std::vector<Picture> list;
    const auto add = [&list](std::vector<Picture> more) {
        list.insert(list.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    };
    add(step_maps(input, baselines, data, evaluation, coast));
    add(summary_maps(input, cells, sums, data, evaluation, coast));
    add(series_plots(baselines, data, evaluation));
    add(score_plots(evaluation));
    add(std::move(training));
    return list;
}

/// The maps of one step side by side, for a page or a talk.
Image map_sheet(const std::vector<Picture>& pictures, const std::string& heading)
{
    std::vector<Image> maps;
    for (const Picture& picture : pictures)
        if (picture.section == pictures.front().section) maps.push_back(picture.image);
    return panels(maps, 3, heading);
}

std::vector<std::string> report_files()
{
    std::vector<std::string> names{"scores.json", "scores.csv", "calibration.csv",
                                   "spectra.csv", "table.txt",  "report.html"};
    names.insert(names.end(), picture_files().begin(), picture_files().end());
    return names;
}

} // namespace

EvaluateSummary evaluate(const EvaluateOptions& options)
{
    for (const std::string& input : {options.cube, options.prediction, options.truth})
        if (std::error_code error; std::filesystem::equivalent(options.output, input, error))
            throw CannotCreate(options.output + ": is the same as the input " + input + "; choose another folder");
    ReportFolder folder(options.output, options.overwrite, report_files());
    std::vector<Picture> training;
    if (!options.metrics.empty()) training = loss_plots(options.metrics); // before any long work: it may be refused
    const EvaluationInput input = open_evaluation(options);
    const ScoredCells cells = choose_cells(input);
    const io::CubeInfo& info = input.info();
    const Baselines baselines(input);
    const ConstantErrors errors = constant_errors(input, cells, baselines);
    std::optional<PictureData> data;
    if (options.pictures) data.emplace(input, cells);
    const ScoreSums sums = score_steps(input, cells, baselines, errors, [&data](const StepFields& fields) {
        if (data) data->watch(fields);
    });
    if (sums.steps_without_coarse == std::ssize(input.steps))
        throw DataError(options.cube + ": '" + input.coarse_variable +
                        "' has no value in any step of the prediction; there is nothing to compare with");
    if (sums.steps_without_coarse > 0)
        note(std::to_string(sums.steps_without_coarse) +
             " steps of the prediction have no coarse field and are not scored");
    const Evaluation result = evaluated(input, cells, sums, errors, options);
    std::vector<Picture> pictures;
    if (data) pictures = pictures_of(input, cells, baselines, sums, *data, result, std::move(training));

    EvaluateSummary summary{scores_table(result), result.verdict, scores_json(result)};
    folder.write("scores.csv", scores_csv(result));
    if (!result.sets.empty()) {
        folder.write("calibration.csv", calibration_csv(result));
        folder.write("spectra.csv", spectra_csv(result));
    }
    folder.write("table.txt", summary.table);
    for (const Picture& picture : pictures) folder.write(picture.file, picture.image.png());
    if (data && data->map_step() >= 0)
        folder.write("maps.png", map_sheet(pictures, (info.quantity == "twsa" ? "Total water storage anomaly, "
                                                                              : "Groundwater storage anomaly, ") +
                                                         info.time.label(data->map_step()) +
                                                         (info.synthetic ? ", built-in world (synthetic)" : ""))
                                     .png());
    folder.write("report.html",
                 report_html(result, pictures,
                             {options.command, options.prediction, options.truth, options.cube, info.sources}));
    folder.write("scores.json", summary.scores);
    folder.publish();
    return summary;
}

} // namespace gwsd::score
