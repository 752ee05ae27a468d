#include "io/field_axes.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>

#include "gwsd/core/error.hpp"
#include "io/number_text.hpp"
#include "io/text.hpp"

namespace gwsd::io {
namespace {

bool is_any(const std::string& text, std::initializer_list<const char*> names)
{
    return std::any_of(names.begin(), names.end(), [&](const char* name) { return text == name; });
}

std::string text_of(const NcVariable& variable, const char* attribute)
{
    return lower(attribute_text(variable.attributes, attribute));
}

std::string shape_text(const NcVariable& variable)
{
    std::string text = "[";
    for (const NcDimension& d : variable.dimensions) {
        if (text.size() > 1) text += ", ";
        text += d.name + " " + std::to_string(d.length);
    }
    text += ']';
    return text;
}

/// Numbers of a coordinate with its own scale_factor and add_offset; fill values become NaN, which axes refuse.
std::vector<double> coordinate_values(NcFile& file, const NcVariable& variable)
{
    std::vector<double> values = file.numbers(variable);
    const auto number = [&](const char* name, double otherwise) {
        const NcAttribute* found = find_attribute(variable.attributes, name);
        return found && found->numbers.size() == 1 ? found->numbers[0] : otherwise;
    };
    const double scale = number("scale_factor", 1), offset = number("add_offset", 0),
                 fill = number("_FillValue", std::nan(""));
    for (double& value : values) value = value == fill ? std::nan("") : scale * value + offset;
    return values;
}

} // namespace

FieldAxes::Role FieldAxes::role_of(const NcVariable& v) const
{
    const std::string name = lower(v.short_name()), units = text_of(v, "units"), standard = text_of(v, "standard_name"),
                      axis = text_of(v, "axis");
    if (name == "expver") return Role::expver;
    if (v.kind != NcKind::number) return Role::none;
    if (standard == "latitude" || is_any(units, {"degrees_north", "degree_north", "degrees_n", "degree_n", "degreen"}))
        return Role::lat;
    if (standard == "longitude" || is_any(units, {"degrees_east", "degree_east", "degrees_e", "degree_e", "degreee"}))
        return Role::lon;
    if (standard == "time" || standard == "forecast_reference_time" || units.find(" since ") != std::string::npos ||
        units.find("%y%m") != std::string::npos)
        return Role::time;
    const bool degrees = units.empty() || units == "degrees" || units == "degree";
    if (degrees && (axis == "y" || is_any(name, {"lat", "latitude", "lats", "nlat", "y", "nav_lat", "rlat"})))
        return axis == "x" ? Role::lon : Role::lat;
    if (degrees && (axis == "x" || is_any(name, {"lon", "longitude", "lons", "nlon", "x", "nav_lon", "rlon", "long"})))
        return Role::lon;
    if (axis == "t" || is_any(name, {"time", "valid_time", "date", "t", "month", "yyyymm", "yyyymmdd"}))
        return Role::time;
    return Role::none;
}

/// The 1-D variable that gives the values of a dimension: its namesake, one that the variable names under
/// `coordinates`, or the only one of that dimension that looks like a latitude, a longitude or a time.
const NcVariable* FieldAxes::coordinate_of(const NcVariable& variable, const NcDimension& dimension, Role& role)
{
    const auto fits = [&](const NcVariable& v) {
        return v.dimensions.size() == 1 && v.dimensions[0].name == dimension.name &&
               v.dimensions[0].length == dimension.length;
    };
    const auto near = [&](const NcVariable& v) { // dimensions are seen from groups further in
        return variable.group_path().rfind(v.group_path(), 0) == 0;
    };
    const std::string named = attribute_text(variable.attributes, "coordinates");
    const NcVariable* best = nullptr;
    int best_rank = 0;
    for (const NcVariable& v : file_.variables()) {
        if (!fits(v) || !near(v)) continue;
        const Role of = role_of(v);
        int rank = of == Role::none || of == Role::expver ? 0 : 1;
        if (v.short_name() == dimension.name && (of != Role::none || v.kind == NcKind::number))
            rank = of == Role::none ? 1 : 3;
        else if (rank == 1 && lists_word(named, v.short_name()))
            rank = 2;
        if (rank > best_rank) {
            best = &v;
            best_rank = rank;
            role = of;
        }
    }
    if (!best && lower(dimension.name) == "expver") role = Role::expver;
    return best;
}

std::shared_ptr<const geo::OrderedGrid> FieldAxes::grid(const NcVariable& lat, const NcVariable& lon, bool transposed)
{
    for (const KnownGrid& known : grids_)
        if (known.lat == &lat && known.lon == &lon && known.transposed == transposed) return known.axes;
    auto axes = std::make_shared<geo::OrderedGrid>(
        geo::grid_from_centres(coordinate_values(file_, lat), coordinate_values(file_, lon)));
    axes->order.transposed = transposed;
    grids_.push_back({&lat, &lon, transposed, axes});
    return axes;
}

std::vector<std::string> FieldAxes::expver_texts(const NcVariable& expver)
{
    std::vector<std::string> list;
    if (expver.kind == NcKind::text) {
        list = file_.texts(expver);
    } else {
        for (const double value : file_.numbers(expver)) list.push_back(number_text(value));
    }
    for (std::string& text : list) text.erase(0, std::min(text.size(), text.find_first_not_of("0 ")));
    return list;
}

std::vector<InputStep> FieldAxes::steps(const NcVariable& time)
{
    for (const auto& [known, list] : times_)
        if (known == &time) return list;
    const std::vector<double> values = coordinate_values(file_, time);
    const std::string units = attribute_text(time.attributes, "units"),
                      calendar = attribute_text(time.attributes, "calendar");
    std::vector<InputStep> list;
    const bool dated = lower(units).find("since") != std::string::npos || units.find('%') != std::string::npos;
    std::optional<geo::CfTime> decoder;
    if (dated) decoder.emplace(units, calendar);
    for (const double value : values) {
        if (!dated && !(value > 100'000 && value < 99'999'999))
            throw DataError("time '" + time.name + "' has units '" + units + "' and value " + number_text(value) +
                            "; expected units such as 'days since 2002-01-01', or dates such as 20020416");
        list.push_back({dated ? decoder->decode(value) : geo::decode_date_number(value), std::nullopt, {}, 0});
    }
    for (const char* attribute : {"bounds", "climatology"}) {
        const NcVariable* bounds = file_.find(time.group_path() + attribute_text(time.attributes, attribute));
        if (!dated || !bounds || bounds == &time || bounds->dimensions.size() != 2 || bounds->kind != NcKind::number ||
            bounds->dimensions[0].length != std::ssize(list) || bounds->dimensions[1].length != 2)
            continue;
        const std::vector<double> ends = file_.numbers(*bounds);
        for (std::size_t t = 0; t < list.size(); ++t) {
            if (!std::isfinite(ends[2 * t]) || !std::isfinite(ends[2 * t + 1])) continue;
            const double from = decoder->decode(ends[2 * t]).days, to = decoder->decode(ends[2 * t + 1]).days;
            if (to < from) continue;
            list[t].bounds = {from, to};
            list[t].span = to - from;
        }
    }
    // GLDAS and its kin: time_increment = "180" beside "minutes since ..".
    const auto increment = parse_number(attribute_text(time.attributes, "time_increment"));
    if (dated && increment && *increment > 0 && *increment < 1e6) {
        const double span = decoder->decode(*increment).days - decoder->decode(0).days;
        for (InputStep& step : list)
            if (step.span == 0) step.span = span;
    }
    times_.emplace_back(&time, list);
    return list;
}

FieldShape FieldAxes::describe(const NcVariable& variable, InputField& field)
{
    FieldShape shape;
    const NcVariable *lat = nullptr, *lon = nullptr, *time = nullptr, *expver = nullptr;
    std::string unknown;
    for (int axis = 0; axis < static_cast<int>(variable.dimensions.size()); ++axis) {
        const NcDimension& dimension = variable.dimensions[static_cast<std::size_t>(axis)];
        Role role = Role::none;
        const NcVariable* coordinate = coordinate_of(variable, dimension, role);
        const auto take = [&](int& place, const NcVariable*& of) {
            if (place >= 0) return false;
            place = axis;
            of = coordinate;
            return true;
        };
        bool taken = false;
        if (role == Role::lat) taken = take(shape.lat, lat);
        if (role == Role::lon) taken = take(shape.lon, lon);
        if (role == Role::time) taken = take(shape.time, time);
        if (role == Role::expver) taken = take(shape.expver, expver);
        if (!taken && dimension.length != 1)
            append(unknown, dimension.name + " (" + std::to_string(dimension.length) + ")");
    }
    if (!lat || !lon) {
        const bool curved = std::any_of(file_.variables().begin(), file_.variables().end(), [&](const NcVariable& v) {
            return v.dimensions.size() == 2 && (role_of(v) == Role::lat || role_of(v) == Role::lon);
        });
        throw DataError("expected a latitude and a longitude axis of one dimension each, found the shape " +
                        shape_text(variable) + (curved ? " with latitude and longitude of two dimensions" : "") +
                        "; bring it onto a regular grid first, such as with cdo remapcon,r720x360");
    }
    if (!unknown.empty())
        throw DataError("has the dimension " + unknown + " beside latitude, longitude and time; choose one layer " +
                        "first, such as with ncks -d or cdo sellevidx");
    field.axes = grid(*lat, *lon, shape.lon < shape.lat);
    if (field.axes->order.repeated_column)
        field.notes.push_back("the last column repeats the first at +360 degrees and is dropped");

    // A time that is one value beside the field, not a dimension of it.
    if (!time) {
        const std::string named = attribute_text(variable.attributes, "coordinates");
        for (const NcVariable& v : file_.variables()) {
            const bool single = v.dimensions.empty() || (v.dimensions.size() == 1 && v.dimensions[0].length == 1);
            const std::string units = text_of(v, "units");
            if (single && v.kind == NcKind::number && units.find(" since ") != std::string::npos &&
                lists_word(named, v.short_name()) && (!time || v.short_name() == "valid_time"))
                time = &v;
        }
    }
    if (time) {
        field.steps = steps(*time);
        field.has_time = true;
        if (shape.time < 0 && field.steps.size() != 1) field.steps.clear();
    } else if (shape.time >= 0 && variable.dimensions[static_cast<std::size_t>(shape.time)].length != 1) {
        throw DataError("its time dimension has no values");
    } else {
        field.steps.resize(1);
    }
    if (shape.time >= 0 && std::ssize(field.steps) != variable.dimensions[static_cast<std::size_t>(shape.time)].length)
        throw DataError("has " + std::to_string(variable.dimensions[static_cast<std::size_t>(shape.time)].length) +
                        " steps, but its time axis '" + time->name + "' has " + std::to_string(field.steps.size()));
    // New CDS: a text for all steps, or one a step.
    const NcVariable* version = shape.expver < 0 ? file_.find(variable.group_path() + "expver") : nullptr;
    if (version && field.has_time) {
        const std::vector<std::string> texts = expver_texts(*version);
        for (std::size_t t = 0; t < field.steps.size(); ++t)
            if (texts.size() == field.steps.size() || texts.size() == 1)
                field.steps[t].expver = texts[texts.size() == 1 ? 0 : t];
    }
    if (shape.expver >= 0) {
        if (variable.dimensions[static_cast<std::size_t>(shape.expver)].length > 2)
            throw DataError("has " +
                            std::to_string(variable.dimensions[static_cast<std::size_t>(shape.expver)].length) +
                            " values of expver; expected 1 (final) and 5 (preliminary)");
        field.notes.push_back("expver is merged: final values first, preliminary ones where these are missing");
    }
    return shape;
}

} // namespace gwsd::io
