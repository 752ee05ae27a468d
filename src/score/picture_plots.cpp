#include <algorithm>
#include <cmath>

#include "gwsd/score/plot.hpp"
#include "score/baselines/baselines.hpp"
#include "score/pictures.hpp"
#include "score/text.hpp"

namespace gwsd::score {

namespace {

constexpr int plot_width = 480, plot_height = 340;

/// Colour of a method: models first, then baselines; black is kept for the truth.
Color color_of_method(std::size_t index) { return curve_color(1 + index % 10); }

std::string place_text(const PlaceSeries& place)
{
    return fixed_text(std::abs(place.lat), 2) + "\u00b0" + (place.lat < 0 ? "S " : "N ") +
           fixed_text(std::abs(place.lon), 2) + "\u00b0" + (place.lon < 0 ? "W" : "E");
}

std::string words(const std::string& name)
{
    std::string text = name;
    for (char& c : text)
        if (c == '_') c = ' ';
    return text;
}

/// Steps further apart than this many years are not joined by a line.
void break_gaps(Curve& curve, double gap)
{
    for (std::size_t i = 1; i < curve.x.size(); ++i)
        if (curve.x[i] - curve.x[i - 1] > gap) {
            const auto at = static_cast<std::ptrdiff_t>(i);
            curve.x.insert(curve.x.begin() + at, 0.5 * (curve.x[i] + curve.x[i - 1]));
            curve.y.insert(curve.y.begin() + at, not_defined);
            ++i;
        }
}

Picture reliability(const SetResult& set, const std::string& file)
{
    Curve ideal{"calibrated", {0, 1}, {0, 1}, curve_color(0)};
    ideal.dashed = true, ideal.thickness = 1.4;
    std::vector<Curve> curves{ideal};
    for (std::size_t m = 0; m < set.methods.size(); ++m) {
        const Calibration& c = set.methods[m].calibration;
        if (!(c.w > 0)) continue;
        Curve curve{set.methods[m].name, {0}, {0}, color_of_method(m)};
        for (int i = 0; i < Calibration::levels; ++i) {
            curve.x.push_back(Calibration::level(i));
            curve.y.push_back(c.coverage(i));
        }
        curve.markers = set.methods[m].kind == "model";
        curve.thickness = curve.markers ? 2 : 1.2;
        curves.push_back(curve);
    }
    return {file, "Uncertainty",
            "Reliability, " + words(set.name) +
                ": share of truths inside central intervals of each nominal "
                "probability. Below the diagonal the standard error is too small. Baselines are given one constant "
                "error (see Method).",
            draw_plot(curves, {.title = "Reliability, " + words(set.name),
                               .x_label = "nominal probability",
                               .y_label = "observed share",
                               .x_low = 0,
                               .x_high = 1,
                               .y_low = 0,
                               .y_high = 1,
                               .width = plot_width,
                               .height = plot_width})};
}

Picture pit_histogram(const SetResult& set, const MethodResult& method, const std::string& file)
{
    Columns columns{method.name, {}, {}, color_of_method(0)};
    for (std::size_t i = 0; i <= Calibration::bins; ++i)
        columns.edges.push_back(static_cast<double>(i) / Calibration::bins);
    for (const double weight : method.calibration.pit)
        columns.heights.push_back(Calibration::bins * weight / method.calibration.w);
    Curve ideal{"calibrated", {0, 1}, {1, 1}, curve_color(0)};
    ideal.dashed = true, ideal.thickness = 1.4;
    return {file, "Uncertainty",
            "Probability integral transform, " + words(set.name) +
                ": flat for a calibrated prediction, U-shaped where its standard error is too small.",
            draw_plot({ideal},
                      {.title = "PIT, " + words(set.name),
                       .x_label = "predicted probability of staying below the truth",
                       .y_label = "density",
                       .x_low = 0,
                       .x_high = 1,
                       .width = plot_width,
                       .height = plot_height},
                      {}, {columns})};
}

/// Power (coherence: squared coherence with the truth) of every method against the wavelength.
Picture spectrum(const SetResult& set, bool coherence, const std::string& unit, const std::string& file)
{
    std::vector<Curve> curves;
    Curve truth{"truth", {}, {}, curve_color(0)};
    for (const Spectrum::Line& line : set.methods.front().spectrum) {
        truth.x.push_back(line.wavelength_km);
        truth.y.push_back(coherence ? 0.5 : line.truth_power);
    }
    if (coherence) truth.name = "one half", truth.dashed = true, truth.thickness = 1.4;
    curves.push_back(truth);
    for (std::size_t m = 0; m < set.methods.size(); ++m) {
        Curve curve{set.methods[m].name, {}, {}, color_of_method(m)};
        curve.thickness = set.methods[m].kind == "model" ? 2.4 : 1.4;
        for (const Spectrum::Line& line : set.methods[m].spectrum) {
            curve.x.push_back(line.wavelength_km);
            curve.y.push_back(coherence ? line.coherence : line.prediction_power);
        }
        curves.push_back(curve);
    }
    PlotSpec spec{.title = (coherence ? "Coherence with truth, " : "Spectra, ") + words(set.name),
                  .x_label = "wavelength, km",
                  .y_label = coherence ? "squared coherence" : "power, (" + unit + ")^2, arbitrary scale",
                  .log_x = true,
                  .log_y = !coherence,
                  .reverse_x = true,
                  .width = plot_width,
                  .height = plot_height + 40};
    if (coherence) {
        spec.y_low = 0, spec.y_high = 1;
    } else {
        // Interpolations fall by ten orders of magnitude; a thousandth of the truth's least power shows enough of that.
        const auto least = std::min_element(truth.y.begin(), truth.y.end());
        spec.y_low = 1e-3 * *least;
        for (const Curve& curve : curves)
            for (const double power : curve.y) spec.y_high = std::max(spec.y_high, 2 * power);
    }
    return {file, "Scales",
            coherence ? "Squared coherence with the truth: the wavelength where it falls below one half is the "
                        "effective resolution."
                      : "Power along rows: what lies below the truth's line is missing, what lies above is invented.",
            draw_plot(curves, spec)};
}

} // namespace

std::vector<Picture> series_plots(const Baselines& baselines, const PictureData& data, const Evaluation& evaluation)
{
    std::vector<Picture> list;
    const std::size_t b =
        baselines.index_of(evaluation.sets.empty() ? "bicubic" : evaluation.sets.front().best_baseline);
    const std::string& best = baselines.names()[b];
    for (const PlaceSeries& place : data.places(4)) {
        const double gap = evaluation.monthly ? 1.5 / 12 : 0.2;
        std::vector<Curve> curves;
        if (!evaluation.sets.empty()) curves.push_back({"truth", place.time, place.truth, curve_color(0)});
        curves.push_back({"gwsd", place.time, place.value, color_of_method(0)});
        curves.push_back({best, place.time, place.baselines[b], curve_color(2), 1.4});
        curves.push_back({"coarse cell", place.time, place.baselines.front(), curve_color(7), 1.4});
        curves.back().dashed = true;
        Curve low{"", place.time, place.value}, high{"", place.time, place.value};
        for (std::size_t i = 0; i < place.time.size(); ++i)
            low.y[i] -= normal_quantile(0.95) * place.error[i], high.y[i] += normal_quantile(0.95) * place.error[i];
        break_gaps(low, gap), break_gaps(high, gap);
        for (Curve& curve : curves) break_gaps(curve, gap), curve.markers = curve.x.size() < 16;
        std::vector<Band> bands;
        if (std::isfinite(place.error.front()))
            bands.push_back({"90 % of gwsd", low.x, low.y, high.y, color_of_method(0)});
        const std::string number = std::to_string(list.size() + 1);
        const std::string where = place.set.empty() ? "" : ", " + words(place.set);
        list.push_back(
            {"series_" + number + ".png", "Places",
             "The cell at " + place_text(place) + where +
                 ". Places are those of an even sample where most lies below the coarse cell.",
             draw_plot(curves,
                       {.title = place_text(place) + where, .y_label = evaluation.unit, .width = 620, .height = 320},
                       bands)});
    }
    return list;
}

std::vector<Picture> score_plots(const Evaluation& evaluation)
{
    std::vector<Picture> list;
    for (const SetResult& set : evaluation.sets) {
        const bool calibrated = set.methods.front().calibration.w > 0;
        if (calibrated) {
            list.push_back(reliability(set, "reliability_" + set.name + ".png"));
            list.push_back(pit_histogram(set, set.methods.front(), "pit_" + set.name + ".png"));
        }
    }
    for (const SetResult& set : evaluation.sets)
        if (!set.methods.front().spectrum.empty()) {
            list.push_back(spectrum(set, false, evaluation.unit, "spectra_" + set.name + ".png"));
            list.push_back(spectrum(set, true, evaluation.unit, "coherence_" + set.name + ".png"));
        }
    return list;
}

const std::vector<std::string>& picture_files()
{
    static const std::vector<std::string> list = [] {
        std::vector<std::string> names{"maps.png", "loss.png", "loss_terms.png", "loss_mae.png"};
        for (const char* map : {"coarse", "best_baseline", "gwsd", "truth", "error", "sigma", "gain", "amplitude",
                                "amplitude_truth", "trend", "trend_truth"})
            names.push_back("map_" + std::string(map) + ".png");
        for (const char* number : {"1", "2", "3", "4"}) names.push_back("series_" + std::string(number) + ".png");
        for (const char* plot : {"reliability", "pit", "spectra", "coherence"})
            for (const char* set : {"unseen_years", "unseen_regions", "validation", "all"})
                names.push_back(plot + std::string("_") + set + ".png");
        return names;
    }();
    return list;
}

} // namespace gwsd::score
