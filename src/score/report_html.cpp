#include "score/report_html.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "gwsd/io/versions.hpp"
#include "score/result_texts.hpp"
#include "score/text.hpp"

namespace gwsd::score {

namespace {

// System colours follow the reader's light or dark setting; pictures keep their white ground.
constexpr const char* style = R"(
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:1180px;padding:0 16px 48px;background:Canvas;color:CanvasText}
h1{font-size:1.5rem;margin:1.2rem 0 .4rem}h2{font-size:1.2rem;margin:2rem 0 .4rem;border-bottom:1px solid GrayText}
.verdict{font-size:1.1rem;border-left:4px solid #0072b2;padding:.2rem 0 .2rem .8rem;margin:.8rem 0}
.warning{border-left:4px solid #d55e00;padding:.2rem 0 .2rem .8rem;margin:.8rem 0}
.wide{overflow-x:auto}table{border-collapse:collapse;margin:.6rem 0;font-size:.92rem}
th,td{padding:.25rem .6rem;text-align:right;border-bottom:1px solid color-mix(in srgb,GrayText 40%,transparent);white-space:nowrap}
th:first-child,td:first-child{text-align:left}td.text{text-align:left;white-space:normal;overflow-wrap:anywhere}
tr.model td{font-weight:600}small{font-weight:400;opacity:.8}
.pictures{display:flex;flex-wrap:wrap;gap:16px}figure{margin:0;flex:0 1 auto;max-width:100%}
img{max-width:100%;height:auto;background:#fff;border-radius:4px}
figcaption{font-size:.88rem;opacity:.85;max-width:36rem}code{overflow-wrap:anywhere}
)";

struct Column {
    const char *key, *heading, *meaning;
    bool in_unit, percent;
};

constexpr Column columns[] = {
    {"mae", "MAE", "mean absolute error", true, false},
    {"rmse", "RMSE", "root mean square error", true, false},
    {"bias", "bias", "mean of prediction minus truth", true, false},
    {"r2", "R2", "1 - SSE / variance of the truth, pooled", false, false},
    {"nse_median", "NSE", "Nash-Sutcliffe efficiency, median over cells", false, false},
    {"kge", "KGE", "Kling-Gupta efficiency, form for anomalies, pooled", false, false},
    {"correlation", "r", "correlation, pooled", false, false},
    {"subgrid_r2", "sub-grid R2", "R2 of what lies below the coarse cell: the only R2 that measures downscaling", false,
     false},
    {"gain_over_nearest", "gain", "MAE saved against not downscaling (nearest)", false, true},
    {"gain_over_best_baseline", "gain over best", "MAE saved against the best baseline", false, true},
    {"crps", "CRPS", "continuous ranked probability score", true, false},
    {"coverage_90", "in 90 %", "share of truths inside the central 90 % interval", false, true},
    {"calibration_error", "calibration error", "mean distance of observed from nominal coverage, 19 levels", false,
     false},
    {"effective_resolution_km", "resolution, km", "wavelength where coherence with the truth falls below one half",
     false, false},
    {"amplitude_error", "amplitude error", "RMS error of the annual amplitude", true, false},
    {"phase_error_months", "phase error", "mean error of the annual phase in months, weighted by amplitude", false,
     false},
    {"trend_error", "trend error", "RMS error of the trend, a year", true, false}};

std::string cell_text(const Column& column, const Score& score, int decimals)
{
    const std::string key = column.key;
    const int digits = column.percent || key == "effective_resolution_km" ? (column.percent ? 1 : 0)
                       : column.in_unit                                   ? decimals + (key == "trend_error" ? 1 : 0)
                                                                          : 3;
    const double scale = column.percent ? 100 : 1;
    std::string text =
        fixed_text(scale * score.value, digits, "\u2013") + (column.percent && std::isfinite(score.value) ? " %" : "");
    if (std::isfinite(score.interval.low))
        text += "<br><small>" + fixed_text(scale * score.interval.low, digits) + " to " +
                fixed_text(scale * score.interval.high, digits) + "</small>";
    return text;
}

std::string set_section(const SetResult& set, const std::string& unit)
{
    const int decimals = decimals_for(set.truth_sd);
    std::string heading = set.name;
    for (char& c : heading)
        if (c == '_') c = ' ';
    heading[0] = static_cast<char>(heading[0] - 'a' + 'A');
    std::string html = "<h2>" + heading + "</h2>\n<p>" + escaped(set.description) + ". " + std::to_string(set.steps) +
                       " steps, " + std::to_string(set.cells) + " cells, N = " + fixed_text(set.n, 0) +
                       ", standard deviation of the truth " + fixed_text(set.truth_sd, decimals) + " " + escaped(unit) +
                       ", " + std::to_string(set.blocks) + " bootstrap blocks.</p>\n" +
                       "<div class=\"wide\"><table><tr><th>method</th>";
    for (const Column& column : columns)
        html += std::string("<th title=\"") + column.meaning + "\">" + column.heading +
                (column.in_unit ? ", " + escaped(unit) : "") + "</th>";
    html += "</tr>\n";
    for (const MethodResult& method : set.methods) {
        html += "<tr class=\"" + method.kind + "\"><td>" + escaped(method.name) + "</td>";
        for (const Column& column : columns)
            html += "<td>" + cell_text(column, method.at(column.key), decimals) + "</td>";
        html += "</tr>\n";
    }
    return html + "</table></div>\n";
}

std::string consistency_section(const Evaluation& evaluation)
{
    double size = 0;
    for (const Consistency& c : evaluation.consistency) size = std::max(size, c.mass_cell_rms);
    const int decimals = decimals_for(size);
    std::string html =
        "<h2>Consistency</h2>\n<p>Area-weighted means of the fine field against the coarse field over all land and "
        "steps, in " +
        escaped(evaluation.unit) +
        "; the seam index compares steps across the edges of coarse cells with steps inside them (1: no seams";
    if (std::isfinite(evaluation.truth_seam_index))
        html += "; the truth has " + fixed_text(evaluation.truth_seam_index, 3);
    html +=
        ").</p>\n<div class=\"wide\"><table><tr><th>method</th><th>mass residual, rms</th><th>largest</th>"
        "<th>rms, 4\u00b0 blocks</th><th>largest, 4\u00b0 blocks</th><th>seam index</th><th>sd below the coarse "
        "cell</th></tr>\n";
    for (const Consistency& c : evaluation.consistency) {
        html += "<tr class=\"" + c.kind + "\"><td>" + escaped(c.name) + "</td>";
        for (const double value : {c.mass_cell_rms, c.mass_cell_max, c.mass_region_rms, c.mass_region_max})
            html += "<td>" + fixed_text(value, decimals) + "</td>";
        html +=
            "<td>" + fixed_text(c.seam_index, 3) + "</td><td>" + fixed_text(c.subgrid_sd, decimals) + "</td></tr>\n";
    }
    return html + "</table></div>\n";
}

std::string pictures_section(const std::vector<Picture>& pictures)
{
    std::string html, section;
    for (const Picture& picture : pictures) {
        if (picture.section != section) {
            html += std::string(section.empty() ? "" : "</div>\n") + "<h2>" + escaped(picture.section) +
                    "</h2>\n<div class=\"pictures\">\n";
            section = picture.section;
        }
        html += "<figure><img alt=\"" + escaped(picture.caption) + "\" width=\"" +
                std::to_string(picture.image.width()) + "\" height=\"" + std::to_string(picture.image.height()) +
                "\" src=\"data:image/png;base64," + base64(picture.image.png()) + "\"><figcaption>" +
                escaped(picture.caption) + "</figcaption></figure>\n";
    }
    return html + (pictures.empty() ? "" : "</div>\n");
}

std::string row(const std::string& name, const std::string& text)
{
    return text.empty() ? "" : "<tr><td>" + escaped(name) + "</td><td class=\"text\">" + escaped(text) + "</td></tr>\n";
}

std::string method_section(const Evaluation& evaluation)
{
    std::string html =
        "<h2>Method</h2>\n<p>Every method is scored on the same cells and steps, weighted by area and "
        "land fraction. Intervals are 95 % intervals of a paired bootstrap (" +
        std::to_string(evaluation.bootstrap) +
        " replicates) over blocks of 4\u00b0 and a calendar year; fewer than five blocks give none. "
        "Standard error of baselines: " +
        escaped(evaluation.sigma_source) + ".</p>\n<ul>\n";
    for (const Column& column : columns)
        html += std::string("<li><b>") + column.heading + "</b>: " + column.meaning + "</li>\n";
    return html + "</ul>\n";
}

std::string sources_section(const std::string& sources)
{
    const auto list = nlohmann::json::parse(sources, nullptr, false);
    if (!list.is_array() || list.empty()) return "";
    std::string html =
        "<h2>Sources of the cube</h2>\n<div class=\"wide\"><table><tr><th>file</th><th>role</th>"
        "<th>bytes</th><th>XXH3-128</th></tr>\n";
    for (const auto& file : list) {
        if (!file.is_object()) continue;
        html += "<tr><td class=\"text\">" + escaped(file.value("path", "")) + "</td><td>" +
                escaped(file.value("role", "")) + "</td><td>" +
                (file.contains("bytes") ? escaped(file["bytes"].dump()) : "") + "</td><td><code>" +
                escaped(file.value("xxh3", "")) + "</code></td></tr>\n";
    }
    return html + "</table></div>\n";
}

std::string provenance_section(const Evaluation& evaluation, const ReportContext& context)
{
    std::string html = "<h2>How this was made</h2>\n<div class=\"wide\"><table>\n";
    html += row("command", context.command) + row("prediction", context.prediction) + row("cube", context.cube) +
            row("truth", evaluation.truth) + row("truth mode", evaluation.truth_mode) +
            row("quantity, unit", evaluation.quantity + ", " + evaluation.unit) +
            row("baseline of the anomalies", evaluation.baseline) + row("coarse field", evaluation.coarse) +
            row("steps", evaluation.first_step + " to " + evaluation.last_step) + row("leakage", evaluation.leakage);
    for (const auto& [name, value] : evaluation.attributes)
        if (!value.starts_with("[")) html += row(name, value); // lists of files: see the sources
    html += row("gwsd", GWSD_VERSION);
    for (const auto& [name, version] : io::library_versions()) html += row(name, version);
    return html + "</table></div>\n";
}

} // namespace

std::string base64(std::span<const std::byte> bytes)
{
    static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const auto byte = [&](std::size_t k) {
            return i + k < bytes.size() ? static_cast<std::uint32_t>(bytes[i + k]) : 0U;
        };
        const std::uint32_t group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for (std::size_t k = 0; k < 4; ++k) text += i + k > bytes.size() ? '=' : digits[group >> (18 - 6 * k) & 63U];
    }
    return text;
}

std::string report_html(const Evaluation& evaluation, const std::vector<Picture>& pictures,
                        const ReportContext& context)
{
    const std::string water = evaluation.quantity == "twsa" ? "Total water storage" : "Groundwater storage";
    const std::string title = water + " anomaly, refined: scores";
    std::string html =
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>" +
        title + "</title>\n<style>" + style + "</style></head>\n<body>\n<h1>" + title + "</h1>\n";
    html += "<p class=\"verdict\">" + escaped(evaluation.verdict) + "</p>\n";
    if (evaluation.synthetic)
        html +=
            "<p class=\"warning\">Synthetic data: every field of this report comes from the built-in world. It shows "
            "what the method can do where the truth is known, not the state of any real aquifer.</p>\n";
    html += "<p>Truth mode: <b>" + escaped(evaluation.truth_mode) + "</b>" +
            (evaluation.truth.empty() ? ". There is no fine truth here, so only consistency with the coarse field is "
                                        "scored."
                                      : ", against " + escaped(evaluation.truth) + ".") +
            " Projection: " + escaped(evaluation.projection.empty() ? "none" : evaluation.projection) + ".";
    if (!evaluation.leakage.empty()) html += " Leakage: " + escaped(evaluation.leakage) + ".";
    html += " GRACE itself resolves about 300 km; finer detail comes from the predictors.</p>\n";
    for (const SetResult& set : evaluation.sets) html += set_section(set, evaluation.unit);
    html += pictures_section(pictures) + consistency_section(evaluation) + method_section(evaluation) +
            sources_section(context.sources) + provenance_section(evaluation, context);
    return html + "</body></html>\n";
}

} // namespace gwsd::score
