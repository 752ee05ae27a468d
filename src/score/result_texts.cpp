#include "score/result_texts.hpp"

#include <cmath>

#include "score/text.hpp"

namespace gwsd::score {

namespace {

std::string interval_text(const Interval& interval, int decimals, double scale = 1)
{
    if (!std::isfinite(interval.low)) return "";
    return " [" + fixed_text(scale * interval.low, decimals) + ", " + fixed_text(scale * interval.high, decimals) + "]";
}

/// Columns of the plain table: key, heading, decimals (-1: as the unit wants, -2: per cent).
struct TextColumn {
    const char *key, *heading;
    int decimals;
};

constexpr TextColumn text_columns[] = {{"mae", "MAE", -1},
                                       {"rmse", "RMSE", -1},
                                       {"bias", "bias", -1},
                                       {"r2", "R2", 3},
                                       {"kge", "KGE", 3},
                                       {"subgrid_r2", "sub-grid R2", 3},
                                       {"crps", "CRPS", -1},
                                       {"coverage_90", "in 90 %", -2},
                                       {"gain_over_nearest", "gain", -2}};

std::string set_table(const SetResult& set, const std::string& unit)
{
    const int decimals = decimals_for(set.truth_sd);
    std::string text = set.name + ": " + set.description + "\n  " + std::to_string(set.steps) + " steps, " +
                       std::to_string(set.cells) + " cells, N = " + fixed_text(set.n, 0) + ", truth's sd " +
                       fixed_text(set.truth_sd, decimals) + " " + unit + "\n";
    std::string line = std::string("  method") + std::string(15, ' ');
    for (const TextColumn& column : text_columns) line += padded(column.heading, column.decimals == 3 ? 12 : 9);
    text += line + "\n";
    for (const MethodResult& method : set.methods) {
        line = "  " + method.name + std::string(method.name.size() < 21 ? 21 - method.name.size() : 1, ' ');
        for (const TextColumn& column : text_columns) {
            const double value = method.at(column.key).value;
            const std::string entry = column.decimals == -2 ? fixed_text(100 * value, 1)
                                                            : fixed_text(value, column.decimals == -1 ? decimals : 3);
            line += padded(entry, column.decimals == 3 ? 12 : 9);
        }
        text += line + "\n";
    }
    const auto compared = [&](const std::string& name, const std::string& other, const Score& gain, const Score& fine) {
        text += "  " + name + " against " + other + ": MAE smaller by " + fixed_text(100 * gain.value, 1) + " %" +
                interval_text(gain.interval, 1, 100) + ", sub-grid R2 higher by " + fixed_text(fine.value, 3) +
                interval_text(fine.interval, 3) + "\n";
    };
    for (const MethodResult& method : set.methods)
        if (method.kind == "model")
            compared(method.name, set.best_baseline, method.at("gain_over_best_baseline"),
                     method.at("subgrid_r2_over_best_baseline"));
    for (std::size_t m = 1; m < set.methods.size(); ++m)
        if (set.methods[m].kind == "model")
            compared(set.methods.front().name, set.methods[m].name, set.methods[m].at("gain_of_first"),
                     set.methods[m].at("subgrid_r2_gain_of_first"));
    return text;
}

std::string consistency_table(const Evaluation& evaluation)
{
    double size = 0;
    for (const Consistency& c : evaluation.consistency)
        if (c.mass_cell_rms > size) size = c.mass_cell_rms;
    const int decimals = decimals_for(size);
    std::string text = "consistency with the coarse field, over all land and steps, " + evaluation.unit +
                       "\n  method                 mass rms  mass max  4 deg rms  4 deg max  seam index  sub-grid sd\n";
    for (const Consistency& c : evaluation.consistency)
        text += "  " + c.name + std::string(c.name.size() < 21 ? 21 - c.name.size() : 1, ' ') +
                padded(fixed_text(c.mass_cell_rms, decimals), 10) + padded(fixed_text(c.mass_cell_max, decimals), 10) +
                padded(fixed_text(c.mass_region_rms, decimals), 11) +
                padded(fixed_text(c.mass_region_max, decimals), 11) + padded(fixed_text(c.seam_index, 3), 12) +
                padded(fixed_text(c.subgrid_sd, decimals), 13) + "\n";
    return text;
}

std::string set_words(const std::string& name)
{
    if (name == "unseen_years") return "on unseen years";
    if (name == "unseen_regions") return "on unseen regions";
    if (name == "validation") return "on validation months, by which training was stopped";
    return "on months that it may have been trained on";
}

/// "adds (MAE) 18.2 % against the best baseline, bicubic, on unseen years (95 % interval 15.1 to 21.0 %)"
std::string gain_words(const SetResult& set)
{
    const Score& gain = set.methods.front().at("gain_over_best_baseline");
    if (!std::isfinite(gain.value)) return "cannot be compared " + set_words(set.name);
    const bool known = std::isfinite(gain.interval.low);
    const std::string interval = known ? " (95 % interval " + fixed_text(100 * gain.interval.low, 1) + " to " +
                                             fixed_text(100 * gain.interval.high, 1) + " %)"
                                       : " (too few blocks for an interval)";
    const std::string change = fixed_text(100 * gain.value, 1) + " % in MAE over the best baseline, " +
                               set.best_baseline + ", " + set_words(set.name) + interval;
    if (known && gain.interval.low <= 0 && gain.interval.high >= 0) return "adds nothing that is certain: " + change;
    return (gain.value > 0 ? "adds " : "is worse: ") + change;
}

/// What a small error on the whole may hide: that another method knows more of what lies below the coarse cell.
std::string subgrid_words(const SetResult& set)
{
    const double own = set.methods.front().at("subgrid_r2").value;
    const MethodResult* better = nullptr;
    for (const MethodResult& method : set.methods) {
        const double r2 = method.at("subgrid_r2").value;
        if (method.kind == "baseline" && r2 > own && (!better || r2 > better->at("subgrid_r2").value)) better = &method;
    }
    if (!better) return "";
    return " Below the coarse cell " + better->name + " knows more " + set_words(set.name) + " (sub-grid R2 " +
           fixed_text(better->at("subgrid_r2").value, 3) + ", gwsd " + fixed_text(own, 3) + ").";
}

} // namespace

std::string unit_of(const std::string& key, const std::string& unit)
{
    if (key == "phase_error_months") return "months";
    if (key == "effective_resolution_km") return "km";
    if (key == "trend_error") return unit + "/year";
    for (const char* name : {"mae", "rmse", "bias", "crps", "sharpness", "amplitude_error", "subgrid_sd"})
        if (key == name) return unit;
    return key.starts_with("mass_residual") ? unit : "1";
}

std::string verdict_of(const Evaluation& evaluation)
{
    std::string text;
    if (evaluation.sets.empty()) {
        text = "No truth exists here (truth mode " + evaluation.truth_mode +
               "): only consistency with the coarse field is scored, which says nothing about skill.";
    } else {
        for (const SetResult& set : evaluation.sets) text += (text.empty() ? "gwsd " : "; it ") + gain_words(set);
        text += ".";
    }
    for (const SetResult& set : evaluation.sets) text += subgrid_words(set);
    for (const SetResult& set : evaluation.sets)
        if (set.method(set.best_baseline).at("subgrid_r2").value > 0.995)
            text += " The truth is nearly an interpolation of the input (sub-grid R2 of " + set.best_baseline + " " +
                    fixed_text(set.method(set.best_baseline).at("subgrid_r2").value, 4) + " " + set_words(set.name) +
                    "): these scores say nothing about downscaling.";
    if (evaluation.synthetic) text += " All data are synthetic: they come from the built-in world.";
    return text;
}

std::string scores_table(const Evaluation& evaluation)
{
    std::string text;
    for (const SetResult& set : evaluation.sets) text += set_table(set, evaluation.unit) + "\n";
    if (!evaluation.sets.empty())
        text += "MAE, RMSE, bias and CRPS in " + evaluation.unit +
                "; gain: MAE against not downscaling (nearest), per cent; [ ]: 95 % interval by blocks of 4 degrees "
                "and a year\n\n";
    else
        text += "no truth: only consistency with the coarse field is scored\n\n";
    return text + consistency_table(evaluation) + "\n" + evaluation.verdict + "\n";
}

std::string scores_csv(const Evaluation& evaluation)
{
    std::string text = "set,method,kind,score,value,low,high,unit\n";
    const auto number = [](double v) { return std::isfinite(v) ? exact_text(v) : std::string(); };
    for (const SetResult& set : evaluation.sets)
        for (const MethodResult& method : set.methods)
            for (const Score& score : method.scores)
                text += set.name + "," + csv_text(method.name) + "," + method.kind + "," + score.key + "," +
                        number(score.value) + "," + number(score.interval.low) + "," + number(score.interval.high) +
                        "," + csv_text(unit_of(score.key, evaluation.unit)) + "\n";
    for (const Consistency& c : evaluation.consistency)
        for (const auto& [key, value] : {std::pair{"mass_residual_cell_max", c.mass_cell_max},
                                         {"mass_residual_cell_rms", c.mass_cell_rms},
                                         {"mass_residual_region_max", c.mass_region_max},
                                         {"mass_residual_region_rms", c.mass_region_rms},
                                         {"seam_index", c.seam_index},
                                         {"subgrid_sd", c.subgrid_sd}})
            text += "consistency," + csv_text(c.name) + "," + c.kind + "," + key + "," + number(value) + ",,," +
                    csv_text(unit_of(key, evaluation.unit)) + "\n";
    return text;
}

std::string calibration_csv(const Evaluation& evaluation)
{
    std::string text = "set,method,quantity,level,value\n";
    for (const SetResult& set : evaluation.sets)
        for (const MethodResult& method : set.methods) {
            const Calibration& c = method.calibration;
            if (!(c.w > 0)) continue;
            const std::string head = set.name + "," + csv_text(method.name) + ",";
            for (int i = 0; i < Calibration::levels; ++i)
                text +=
                    head + "coverage," + fixed_text(Calibration::level(i), 2) + "," + exact_text(c.coverage(i)) + "\n";
            for (std::size_t i = 0; i < Calibration::bins; ++i)
                text += head + "pit," + fixed_text((static_cast<double>(i) + 0.5) / Calibration::bins, 3) + "," +
                        exact_text(c.pit[i] / c.w) + "\n";
        }
    return text;
}

std::string spectra_csv(const Evaluation& evaluation)
{
    std::string text = "set,method,wavelength_km,power,truth_power,coherence\n";
    for (const SetResult& set : evaluation.sets)
        for (const MethodResult& method : set.methods)
            for (const Spectrum::Line& line : method.spectrum)
                text += set.name + "," + csv_text(method.name) + "," + exact_text(line.wavelength_km) + "," +
                        exact_text(line.prediction_power) + "," + exact_text(line.truth_power) + "," +
                        exact_text(line.coherence) + "\n";
    return text;
}

} // namespace gwsd::score
