#include <cmath>

#include "gwsd/score/map.hpp"
#include "gwsd/score/plot.hpp"
#include "score/text.hpp"
#include "score/well_texts.hpp"

namespace gwsd::score {

namespace {

/// A series over years, interrupted where a month is absent.
Curve curve_of(const std::string& name, const std::vector<geo::Month>& months, const std::vector<double>& values,
               std::size_t color)
{
    Curve curve{name, {}, {}, curve_color(color)};
    for (std::size_t i = 0; i < months.size(); ++i) {
        if (i > 0 && months[i].index > months[i - 1].index + 1)
            curve.x.push_back(curve.x.back()), curve.y.push_back(not_defined);
        curve.x.push_back(2000 + middle_of(months[i]));
        curve.y.push_back(values[i]);
    }
    return curve;
}

Image lag_plot(const WellVariant& variant)
{
    const LagCurves& lags = variant.lags;
    Curve region{"region", {}, {}, curve_color(1)}, rest{"region without annual cycle", {}, {}, curve_color(2)};
    Curve cells{"median of cells", {}, {}, curve_color(3)};
    Band interval{"95 % of region", {}, {}, {}, curve_color(1)};
    region.markers = rest.markers = cells.markers = true;
    rest.dashed = true;
    for (std::size_t k = 0; k < lags.region.size(); ++k) {
        const LaggedCorrelation& at = lags.region[k];
        region.x.push_back(at.lag), region.y.push_back(at.r);
        cells.x.push_back(at.lag), cells.y.push_back(lags.median[k]);
        if (!lags.without_cycle.empty()) rest.x.push_back(at.lag), rest.y.push_back(lags.without_cycle[k].r);
        if (std::isfinite(at.low))
            interval.x.push_back(at.lag), interval.low.push_back(at.low), interval.high.push_back(at.high);
    }
    return draw_plot({region, rest, cells},
                     {.title = variant.name + ", r by lag",
                      .x_label = "months that wells follow the field by",
                      .y_label = "r",
                      .width = 760,
                      .height = 360},
                     {interval});
}

} // namespace

Image wells_series(const WellComparison& comparison)
{
    std::vector<Image> plots;
    for (std::size_t i = 0; i < comparison.variants.size(); ++i) {
        const WellVariant& v = comparison.variants[i];
        std::vector<Curve> curves{curve_of("wells", v.region.months, v.region.wells, 2),
                                  curve_of("field", v.region.months, v.region.field, 1)};
        if (comparison.coarse) {
            const SeriesPair& coarse = comparison.coarse->variants[i].region;
            curves.push_back(curve_of("coarse", coarse.months, coarse.field, 7));
            curves.back().dashed = true;
        }
        plots.push_back(draw_plot(curves, {.title = v.name + ", r = " + fixed_text(v.score.r, 3),
                                           .y_label = v.unit == "sd" ? "standard deviations" : v.unit,
                                           .width = 760,
                                           .height = 320}));
    }
    return panels(plots, 1, "");
}

Image wells_lags(const WellComparison& comparison)
{
    std::vector<Image> plots;
    for (const WellVariant& variant : comparison.variants) plots.push_back(lag_plot(variant));
    return panels(plots, 1, "");
}

} // namespace gwsd::score
