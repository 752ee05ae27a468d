#include "gwsd/io/versions.hpp"
#include "score/json_number.hpp"
#include "score/result_texts.hpp"
#include "score/scored_cells.hpp"

namespace gwsd::score {

namespace {

Json of_method(const MethodResult& method, const SetResult& set, const std::string& unit)
{
    Json json{{"kind", method.kind}};
    Json intervals = Json::object();
    for (const Score& score : method.scores) {
        json[score.key] = number(score.value);
        if (std::isfinite(score.interval.low)) intervals[score.key] = {score.interval.low, score.interval.high};
    }
    json["n"] = static_cast<std::int64_t>(set.n);
    json["truth_sd"] = number(set.truth_sd);
    json["unit"] = unit;
    json["intervals"] = intervals;
    Json coverage = Json::array(), pit = Json::array();
    if (method.calibration.w > 0) {
        for (int i = 0; i < Calibration::levels; ++i) coverage.push_back(number(method.calibration.coverage(i)));
        for (const double weight : method.calibration.pit) pit.push_back(weight / method.calibration.w);
    }
    json["coverage"] = coverage;
    json["pit"] = pit;
    return json;
}

Json of_set(const SetResult& set)
{
    return {{"description", set.description},        {"steps", set.steps},   {"cells", set.cells},
            {"n", static_cast<std::int64_t>(set.n)}, {"blocks", set.blocks}, {"best_baseline", set.best_baseline},
            {"truth_sd", number(set.truth_sd)}};
}

} // namespace

std::string scores_json(const Evaluation& evaluation)
{
    Json json{{"unseen_years", Json::object()}, {"unseen_regions", Json::object()}};
    Json sets = Json::object();
    for (const SetResult& set : evaluation.sets) {
        json[set.name] = Json::object();
        for (const MethodResult& method : set.methods)
            json[set.name][method.name] = of_method(method, set, evaluation.unit);
        sets[set.name] = of_set(set);
    }
    json["mass_residual_max"] = number(evaluation.mass_residual_max);
    json["truth_mode"] = evaluation.truth_mode;
    json["verdict"] = evaluation.verdict;
    json["quantity"] = evaluation.quantity;
    json["unit"] = evaluation.unit;
    json["synthetic"] = evaluation.synthetic;
    json["truth"] = evaluation.truth.empty() ? Json(nullptr) : Json(evaluation.truth);
    json["coarse"] = evaluation.coarse;
    json["baseline"] = evaluation.baseline;
    json["projection"] = evaluation.projection;
    json["leakage"] = evaluation.leakage;
    json["first_step"] = evaluation.first_step;
    json["last_step"] = evaluation.last_step;
    json["sets"] = sets;

    Json consistency = Json::object();
    for (const Consistency& c : evaluation.consistency)
        consistency[c.name] = {{"kind", c.kind},
                               {"mass_residual_cell_max", number(c.mass_cell_max)},
                               {"mass_residual_cell_rms", number(c.mass_cell_rms)},
                               {"mass_residual_region_max", number(c.mass_region_max)},
                               {"mass_residual_region_rms", number(c.mass_region_rms)},
                               {"seam_index", number(c.seam_index)},
                               {"subgrid_sd", number(c.subgrid_sd)},
                               {"unit", evaluation.unit}};
    json["consistency"] = consistency;
    json["mass_residual_block"] = evaluation.mass_residual_block;
    json["mass_residual_stated"] = number(evaluation.stated_mass_residual);
    json["truth_seam_index"] = number(evaluation.truth_seam_index);
    json["bootstrap"] = {{"replicates", evaluation.bootstrap},
                         {"level", 0.95},
                         {"block_degrees", ScoredCells::block_degrees},
                         {"block_time", "calendar year"}};
    json["baseline_error"] = evaluation.sigma_source;
    json["attributes"] = evaluation.attributes;
    Json versions{{"gwsd", GWSD_VERSION}};
    for (const auto& [name, version] : io::library_versions()) versions[name] = version;
    json["versions"] = versions;
    return json.dump(2) + "\n";
}

} // namespace gwsd::score
