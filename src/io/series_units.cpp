#include "io/series_units.hpp"

#include <algorithm>
#include <cctype>

#include "gwsd/core/error.hpp"
#include "io/text.hpp"

namespace gwsd::io {
namespace {

bool is_unknown(const std::string& units)
{
    const std::string text = lower(units);
    return text.empty() || text == "unknown" || text == "none" || text == "n/a" || text == "undefined";
}

std::string place(const InputFile& file, const InputField& field)
{
    return file.shown() + ": variable '" + field.name + "'";
}

std::string wanted_text(Quantity::Kind kind)
{
    switch (kind) {
        case Quantity::Kind::storage:
            return "storage needs a height of water such as mm or cm, a mass per area, or a pure number";
        case Quantity::Kind::precipitation:
            return "precipitation needs a length, or a length or mass per area in a time";
        case Quantity::Kind::soil_moisture:
            return "soil moisture needs a volume fraction such as m3 m-3";
        case Quantity::Kind::temperature:
            return "temperature needs a unit such as K or degC";
        case Quantity::Kind::pressure:
            return "pressure needs a unit such as Pa or hPa";
        case Quantity::Kind::generic:
            break;
    }
    return "another unit is needed";
}

/// What tells that a length of precipitation is a monthly mean of daily sums (ECMWF: "m" that means m per day).
std::string daily_mean_evidence(const InputFile& file, const InputField& field)
{
    const std::string history = lower(attribute_text(file.attributes(), "history")),
                      step_type = lower(field.text("GRIB_stepType")), methods = lower(field.text("cell_methods")),
                      stream = lower(field.text("GRIB_stream") + attribute_text(file.attributes(), "GRIB_stream")),
                      name = lower(file.shown().substr(file.shown().rfind('/') + 1));
    const auto has = [](const std::string& text, const char* word) { return text.find(word) != std::string::npos; };
    if (has(history, "\"moda\"") || has(history, "monthly-means") || has(history, "stream=moda"))
        return "its history names the stream moda";
    if (stream == "moda") return "its stream is moda";
    if (step_type == "avgad") return "GRIB_stepType is avgad";
    if (has(name, "moda")) return "its name contains moda";
    if (has(name, "avgad")) return "its name contains avgad";
    if (has(methods, "mean") && has(methods, "day")) return "its cell_methods are '" + field.text("cell_methods") + "'";
    return {};
}

bool is_sum(const InputField& field) { return lower(field.text("cell_methods")).find("sum") != std::string::npos; }

SeriesUnits precipitation_units(const InputFile& file, const InputField& field, const std::string& units, bool assumed)
{
    if (lower(units).find("month") != std::string::npos && units_convertible(units, "mm/month"))
        return {"mm/month", unit_conversion(units, "mm/month"), false, {}};
    if (units_convertible(units, "mm/day"))
        return {"mm/month", unit_conversion(units, "mm/day"), true,
                "'" + field.name + "' in '" + units + "' is multiplied by the days of each month"};
    if (!units_convertible(units, "mm")) return {};
    const UnitConversion to_mm = unit_conversion(units, "mm");
    if (const std::string evidence = daily_mean_evidence(file, field); !assumed && !evidence.empty() && !is_sum(field))
        return {"mm/month", to_mm, true,
                "'" + field.name + "' says '" + units + "' and means " + units + " per day (" + evidence +
                    "): multiplied by the days of each month"};
    // A sum over the month is what the unit says by itself.
    if (is_sum(field) || (!assumed && lower(units).find("mm") == 0))
        return {"mm/month", to_mm, false, "'" + field.name + "' in '" + units + "' is taken as the sum of each month"};
    throw DataError(place(file, field) + " has units '" + units +
                    "', but nothing in it (history, GRIB_stepType, file name with moda) tells whether that is a mean "
                    "of daily sums, as in ERA5 monthly means, or a sum of the month; tell it with --assume-units "
                    "'m/day' or 'm/month'");
}

} // namespace

SeriesUnits series_units(const InputFile& file, const InputField& field, const Quantity& quantity,
                         const std::string& assume)
{
    std::string units = trimmed(field.units());
    if (quantity.unit.empty()) {
        if (units.empty()) units = assume.empty() ? "1" : assume;
        return {units, {}, false, {}};
    }
    const bool ambiguous_length = quantity.kind == Quantity::Kind::precipitation && !assume.empty() &&
                                  !units_convertible(units, "mm/day") && units_convertible(units, "mm");
    const bool assumed = is_unknown(units) || (ambiguous_length && daily_mean_evidence(file, field).empty());
    if (assumed && assume.empty() && is_unknown(units))
        throw DataError(place(file, field) + (units.empty() ? " has no units" : " has units '" + units + "'") + "; " +
                        wanted_text(quantity.kind) + "; tell it with --assume-units, such as --assume-units " +
                        (quantity.kind == Quantity::Kind::temperature ? "K" : "mm"));
    if (assumed && !assume.empty()) units = assume;

    if (quantity.kind == Quantity::Kind::precipitation) {
        SeriesUnits result = precipitation_units(file, field, units, assumed);
        if (!result.unit.empty()) {
            if (assumed && !assume.empty())
                result.note = "'" + field.name + "' is taken to be in '" + assume + "' as told by --assume-units";
            return result;
        }
    } else if (quantity.kind == Quantity::Kind::storage && is_dimensionless(units)) {
        return {units, {}, false, {}};
    } else if (units_convertible(units, quantity.unit)) {
        SeriesUnits result{quantity.unit, unit_conversion(units, quantity.unit), false, {}};
        if (!result.conversion.is_identity())
            result.note = "'" + field.name + "' is converted from '" + units + "' to '" + quantity.unit + "'";
        if (assumed && !assume.empty())
            result.note = "'" + field.name + "' is taken to be in '" + assume + "' as told by --assume-units";
        return result;
    }
    throw DataError(place(file, field) + " has units '" + units + "'; " + wanted_text(quantity.kind) +
                    ". Is this the right file and variable?");
}

} // namespace gwsd::io
