#include "prepare_plan.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "gwsd/core/error.hpp"
#include "gwsd/core/message.hpp"
#include "gwsd/data/region.hpp"

namespace gwsd::data::prepare_detail {
namespace {

constexpr double circle = 360.0 - 1e-6;

double resolution_of(const geo::Grid& grid)
{
    return (grid.lon_edges.back() - grid.lon_edges.front()) / static_cast<double>(grid.cols());
}

std::string number(double value)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", value);
    return text;
}

/// Cells of `resolution` wholly within the region.
geo::Region inward(const geo::Region& region, double resolution)
{
    const auto up = [&](double v) { return std::ceil(v / resolution - 1e-6) * resolution; };
    const auto down = [&](double v) { return std::floor(v / resolution + 1e-6) * resolution; };
    return {up(region.west), up(region.south), down(region.east), down(region.north)};
}

double coarse_resolution(const PrepareOptions& options, const Inputs& inputs)
{
    if (options.resolution > 0) return options.resolution;
    if (!inputs.gwsa) return 0.5;
    // Stored steps such as 0.3333333 stand for a share of the circle.
    const double own = resolution_of(inputs.gwsa->grid());
    return 360.0 / std::round(360.0 / own);
}

geo::Region choose_region(const PrepareOptions& options, const Inputs& inputs, double resolution)
{
    if (!options.region.empty()) return geo::regular_grid(resolution, parse_region(options.region)).bounds();
    geo::Region region = inputs.target().grid().bounds();
    const auto narrow = [&](const io::Series& series, const std::string& what) {
        const auto common = overlap(region, series.grid().bounds());
        if (!common)
            throw DataError(series.files().front() + ": variable '" + series.name() + "' (" + what + ") covers " +
                            region_text(series.grid().bounds()) + ", which does not touch the other inputs (" +
                            region_text(region) + ")");
        region = *common;
    };
    if (inputs.gwsa && inputs.reference) narrow(*inputs.reference, "reference");
    if (!options.subset)
        for (const auto& [name, series] : inputs.predictors) narrow(*series, "predictor");
    const geo::Region snapped = inward(region, resolution);
    if (!(snapped.east > snapped.west) || !(snapped.north > snapped.south))
        throw DataError("prepare: the inputs share only " + region_text(region) + ", which holds no whole cell of " +
                        number(resolution) + " degrees; choose a finer --resolution, or inputs of a larger region");
    return snapped;
}

void check_cover(const PrepareOptions& options, const Inputs& inputs, const geo::Region& region)
{
    const auto check = [&](const io::Series& series, const std::string& what, bool all) {
        const auto common = overlap(region, series.grid().bounds());
        const auto wide = [](double a, double b) { return std::abs(a - b) < 1e-6; };
        const bool whole = common && wide(common->west, region.west) && wide(common->east, region.east) &&
                           wide(common->south, region.south) && wide(common->north, region.north);
        if (whole) return;
        const std::string text = series.files().front() + ": variable '" + series.name() + "' (" + what + ") covers " +
                                 region_text(series.grid().bounds()) + " of the region " + region_text(region);
        if (!common) throw DataError(text + ": they do not touch");
        if (all && !options.subset)
            throw DataError(text + "; the two share " + region_text(*common) +
                            ". Give --region within it, or --subset to fill the rest from the nearest cells");
        note(text);
    };
    if (inputs.gwsa) check(*inputs.gwsa, "coarse field", false);
    if (inputs.reference) check(*inputs.reference, "reference", false);
    for (const auto& [name, series] : inputs.predictors) check(*series, "predictor " + name, true);
}

geo::TimeAxis choose_steps(const PrepareOptions& options, const Inputs& inputs)
{
    const geo::TimeAxis& axis = inputs.target().time();
    geo::TimeAxis steps;
    steps.monthly = axis.monthly;
    const auto days = [](const io::Series& series) {
        const geo::TimeAxis& t = series.time();
        return t.monthly ? geo::Period::months(t.month(0), t.month(t.size() - 1))
                         : geo::Period{t.day(0), t.day(t.size() - 1)};
    };
    geo::Period period = days(inputs.target());
    if (!options.period.empty()) {
        period = geo::Period::parse(options.period);
    } else {
        const auto narrow = [&](const io::Series& series) {
            geo::Period other = days(series);
            if (!axis.monthly && series.time().monthly)
                other = geo::Period::months(other.first_month(), other.last_month());
            period = {std::max(period.first, other.first), std::min(period.last, other.last)};
        };
        if (inputs.gwsa && inputs.reference) narrow(*inputs.reference);
        if (!options.subset)
            for (const auto& [name, series] : inputs.predictors) narrow(*series);
        if (period.empty()) throw DataError("prepare: the inputs share no time; give --period to choose one");
    }
    if (axis.monthly) return geo::TimeAxis::months(period.first_month(), period.last_month());
    for (const std::int64_t day : axis.steps)
        if (period.contains(day)) steps.steps.push_back(day);
    if (steps.steps.empty())
        throw DataError(inputs.target().files().front() + ": none of its " + std::to_string(axis.size()) + " steps, " +
                        axis.label(0) + " to " + axis.label(axis.size() - 1) + ", lies in the period " +
                        geo::date_text(period.first) + ":" + geo::date_text(period.last));
    return steps;
}

void check_steps(const PrepareOptions& options, const Inputs& inputs, const geo::TimeAxis& axis)
{
    const auto have = [&](const io::Series* series) {
        Index n = 0;
        for (Index t = 0; series && t < axis.size(); ++t) n += step_of(*series, axis, t) >= 0 ? 1 : 0;
        return n;
    };
    const std::string span = axis.label(0) + ":" + axis.label(axis.size() - 1);
    if (have(&inputs.target()) == 0)
        throw DataError(inputs.target().files().front() + ": variable '" + inputs.target().name() +
                        "' has no step in " + span + "; it has " + inputs.target().time().label(0) + ":" +
                        inputs.target().time().label(inputs.target().time().size() - 1));
    if (inputs.reference && have(inputs.reference.get()) == 0)
        throw DataError(inputs.reference->files().front() + ": the reference has no step in " + span);
    for (const auto& [name, series] : inputs.predictors) {
        const std::string where =
            series->files().front() + ": variable '" + series->name() + "' (predictor " + name + ") ";
        if (axis.monthly && !series->time().monthly)
            throw DataError(where + "is not monthly, but the target is; average it to months first");
        std::string missing;
        Index absent = 0;
        for (Index t = 0; t < axis.size(); ++t)
            if (step_of(*series, axis, t) < 0 && ++absent <= 6) missing += (absent > 1 ? ", " : "") + axis.label(t);
        if (absent == 0) continue;
        const std::string text = where + "lacks " + std::to_string(absent) + " of the " + std::to_string(axis.size()) +
                                 " steps: " + missing + (absent > 6 ? ", ..." : "");
        if (absent == axis.size() || !options.subset)
            throw DataError(text + "; it has " + series->time().label(0) + ":" +
                            series->time().label(series->time().size() - 1) +
                            ". Give a --period within it, or --subset to leave those steps missing");
        warn(text + "; they stay missing");
    }
}

/// Room around the cube for the operator's filter, as far as the reference (or what is filtered) reaches.
void widen(Plan& plan, const geo::Grid& available, double radius_km)
{
    const geo::Region inner = plan.info.coarse.bounds();
    const double step = resolution_of(plan.info.coarse), lat_pad = 3 * radius_km / 111.2;
    const double top = std::min(80.0, std::max(std::abs(inner.south), std::abs(inner.north)) + lat_pad);
    const double lon_pad = lat_pad / std::cos(top * 3.14159265358979 / 180.0);
    geo::Region outer = inner;
    outer.south = std::max(-90.0, inner.south - lat_pad);
    outer.north = std::min(90.0, inner.north + lat_pad);
    if (inner.east - inner.west < circle) {
        const double room = std::min(lon_pad, std::max(0.0, 0.5 * (360.0 - (inner.east - inner.west))));
        outer.west -= room;
        outer.east += room;
    }
    geo::Region common = overlap(outer, available.bounds()).value_or(inner);
    common = inward(common, step);
    common = {std::min(common.west, inner.west), std::min(common.south, inner.south), std::max(common.east, inner.east),
              std::max(common.north, inner.north)};
    const geo::Grid coarse = geo::regular_grid(step, common);
    plan.wide = geo::refine(coarse, plan.info.factor);
    plan.wide_row = std::llround((inner.south - common.south) / step) * plan.info.factor;
    plan.wide_col = std::llround((inner.west - common.west) / step) * plan.info.factor;
}

} // namespace

std::string region_text(const geo::Region& r)
{
    return number(r.west) + "," + number(r.south) + "," + number(r.east) + "," + number(r.north);
}

std::optional<geo::Region> overlap(const geo::Region& a, const geo::Region& b)
{
    geo::Region best{0, std::max(a.south, b.south), 0, std::min(a.north, b.north)};
    if (b.east - b.west >= circle) {
        best.west = a.west, best.east = a.east;
    } else if (a.east - a.west >= circle) {
        best.west = b.west, best.east = b.east;
    } else {
        for (int turn = -2; turn <= 2; ++turn) {
            const double west = std::max(a.west, b.west + 360.0 * turn), east = std::min(a.east, b.east + 360.0 * turn);
            if (east - west > best.east - best.west) best.west = west, best.east = east;
        }
    }
    if (best.east - best.west < 1e-9 || best.north - best.south < 1e-9) return std::nullopt;
    return best;
}

Index step_of(const io::Series& series, const geo::TimeAxis& axis, Index t)
{
    const geo::TimeAxis& own = series.time();
    if (own.monthly) return own.find(axis.month(t).index);
    return axis.monthly ? -1 : own.find(axis.steps[static_cast<std::size_t>(t)]);
}

Plan make_plan(const PrepareOptions& options, const Inputs& inputs)
{
    if (options.factor < 1 || options.factor > 64)
        throw ConfigError("prepare: the factor is " + std::to_string(options.factor) + "; expected 1 to 64");
    if (!(options.resolution >= 0) || options.resolution > 90)
        throw ConfigError("prepare: the resolution is " + number(options.resolution) + "; expected degrees above 0");
    if (!(options.minimum_valid_fraction >= 0 && options.minimum_valid_fraction <= 1))
        throw ConfigError("prepare: the least valid fraction is " + number(options.minimum_valid_fraction) +
                          "; expected 0 to 1");
    Plan plan;
    io::CubeInfo& info = plan.info;
    const double resolution = coarse_resolution(options, inputs);
    const geo::Region region = choose_region(options, inputs, resolution);
    info.coarse = geo::regular_grid(resolution, region);
    info.factor = options.factor;
    info.fine = geo::refine(info.coarse, info.factor);
    check_cover(options, inputs, info.coarse.bounds());
    info.time = choose_steps(options, inputs);
    check_steps(options, inputs, info.time);

    info.quantity = options.quantity == "tws" ? "twsa" : "gwsa";
    info.unit = inputs.target().unit();
    info.baseline = inputs.target().baseline();
    info.has_given = inputs.gwsa != nullptr;
    info.has_sigma = inputs.sigma != nullptr;
    info.has_reference = inputs.reference != nullptr;
    info.synthetic = inputs.synthetic;
    for (const auto& [name, series] : inputs.predictors) {
        info.predictors.push_back(name);
        info.predictor_units.push_back(series->unit());
    }
    for (const auto& [name, series] : inputs.statics) info.statics.push_back(name);
    info.sources = io::to_json(inputs.sources);
    info.history = options.command;

    plan.wide = info.fine;
    const bool gaussian = options.operator_kind != "area-mean" && options.smoothing_radius > 0;
    const io::Series* filtered = inputs.reference           ? inputs.reference.get()
                                 : !inputs.subtract.empty() ? inputs.subtract.front().series.get()
                                                            : nullptr;
    if (gaussian && filtered) widen(plan, filtered->grid(), options.smoothing_radius);
    if (inputs.reference) {
        const double own = resolution_of(inputs.reference->grid()),
                     fine = resolution / static_cast<double>(info.factor);
        if (own > 1.01 * fine)
            warn(inputs.reference->files().front() + ": the reference has " + number(own) + " degrees, the fine grid " +
                 number(fine) + ": nothing below " + number(own) + " degrees can be learnt or scored");
    }
    return plan;
}

} // namespace gwsd::data::prepare_detail
