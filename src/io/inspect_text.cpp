#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "gwsd/io/inspect.hpp"
#include "io/number_text.hpp"
#include "io/text.hpp"

namespace gwsd::io {
namespace {

using Json = nlohmann::ordered_json;

std::string bytes_text(std::uint64_t bytes)
{
    if (bytes < 10'000) return std::to_string(bytes) + " bytes";
    if (bytes < 10'000'000) return std::to_string((bytes + 500) / 1000) + " kB";
    return std::to_string((bytes + 500'000) / 1'000'000) + " MB";
}

void line(std::string& text, const std::string& name, const std::string& value, std::size_t indent = 4)
{
    text.append(indent, ' ').append(name);
    text.append(name.size() < 12 ? 12 - name.size() : 1, ' ').append(value).append("\n");
}

std::string grid_text(const FieldReport& f)
{
    const char* registration = f.registration == "cell"   ? "cell-registered (centres between multiples)"
                               : f.registration == "node" ? "node-registered (values at multiples)"
                                                          : "offset (centres neither on multiples nor between them)";
    return std::to_string(f.rows) + " x " + std::to_string(f.cols) + " cells of " + short_number(f.lat_step, 5) +
           " x " + short_number(f.lon_step, 5) + " degrees, " + registration;
}

std::string extent_text(const FieldReport& f)
{
    return "lat " + short_number(f.extent.south) + " .. " + short_number(f.extent.north) + ", lon " +
           short_number(f.extent.west) + " .. " + short_number(f.extent.east) + (f.global ? ", around the globe" : "");
}

std::string time_text(const FieldReport& f)
{
    if (f.time == "static") return "static";
    if (f.steps == 1) return f.first;
    std::string text = std::to_string(f.steps) + " " + f.time + ", " + f.first + " .. " + f.last;
    if (f.time != "months") return text;
    if (f.absent.empty()) return text + ", none absent";
    return text + ", " + std::to_string(f.absent.size()) + " absent: " + join(f.absent, " ");
}

std::string value_text(const FieldReport& f)
{
    const std::string unit = f.unit.empty() || f.unit == "1" || f.unit[0] == '(' || f.unit == "~" ? "" : " " + f.unit;
    std::string text = short_number(f.minimum) + " .. " + short_number(f.maximum) + unit + ", mean " +
                       short_number(f.mean) + ", " + short_number(100 * f.missing_share, 3) + " % missing";
    if (f.steps_read < f.steps)
        text += " (" + std::to_string(f.steps_read) + " of " + std::to_string(f.steps) + " steps read)";
    if (f.plausible_low < f.plausible_high) {
        const bool inside = f.minimum >= f.plausible_low && f.maximum <= f.plausible_high;
        text += std::string(inside ? "; plausible" : "; NOT PLAUSIBLE") + " (" + short_number(f.plausible_low) +
                " .. " + short_number(f.plausible_high) + ")";
    }
    return text;
}

void field_text(std::string& text, const FieldReport& f, const std::string& path)
{
    text.append("  ").append(f.name);
    text.append(" [").append(f.file_unit.empty() ? "no unit" : f.file_unit).append("]");
    if (!f.long_name.empty()) text.append(" ").append(f.long_name);
    text.append("\n");
    if (!f.file.empty() && f.file != path) line(text, "in", f.file);
    if (!f.quantity.empty()) {
        std::string kind = f.quantity;
        if (f.total_water_storage)
            kind += ", total water storage: not groundwater (gwsd prepare asks for --quantity tws or --subtract)";
        if (f.absolute) kind += ", storage, not an anomaly";
        line(text, "quantity", kind);
    }
    line(text, "grid", grid_text(f));
    line(text, "extent", extent_text(f));
    if (!f.problem.empty()) {
        line(text, "REFUSED", f.problem);
        return;
    }
    line(text, "time", time_text(f));
    if (!f.baseline.empty()) line(text, "baseline", f.baseline);
    line(text, "values", value_text(f));
    for (const std::string& note : f.notes) line(text, "note", note);
}

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Json field_json(const FieldReport& f)
{
    return {{"file", f.file},
            {"name", f.name},
            {"quantity", f.quantity},
            {"long_name", f.long_name},
            {"file_unit", f.file_unit},
            {"unit", f.unit},
            {"problem", f.problem},
            {"rows", f.rows},
            {"cols", f.cols},
            {"lat_step", f.lat_step},
            {"lon_step", f.lon_step},
            {"registration", f.registration},
            {"extent", {f.extent.west, f.extent.south, f.extent.east, f.extent.north}},
            {"global", f.global},
            {"time", f.time},
            {"steps", f.steps},
            {"first", f.first},
            {"last", f.last},
            {"absent", f.absent},
            {"steps_read", f.steps_read},
            {"missing_share", f.missing_share},
            {"minimum", number(f.minimum)},
            {"maximum", number(f.maximum)},
            {"mean", number(f.mean)},
            {"plausible", f.plausible_low < f.plausible_high ? Json{f.plausible_low, f.plausible_high} : Json()},
            {"total_water_storage", f.total_water_storage},
            {"absolute", f.absolute},
            {"baseline", f.baseline},
            {"notes", f.notes}};
}

} // namespace

std::string to_text(const Inspection& inspection)
{
    std::string text = inspection.path + "\n";
    std::string head = inspection.product;
    append(head, inspection.format);
    if (inspection.bytes > 0) append(head, bytes_text(inspection.bytes));
    text.append("  ").append(head).append("\n");
    for (const auto& [name, value] : inspection.facts) {
        // Several lines, such as a configuration, are for --json; here their number stands.
        const auto lines = std::count(value.begin(), value.end(), '\n');
        line(text, name, lines > 1 ? std::to_string(lines) + " lines (see --json)" : value, 2);
    }
    for (const FieldReport& field : inspection.fields) field_text(text, field, inspection.path);
    for (const auto& [name, why] : inspection.others)
        text.append("  ").append(name).append(" REFUSED: ").append(why).append("\n");
    if (!inspection.parameters.empty()) {
        text += "  " + std::to_string(inspection.parameters.size()) + " arrays, " +
                std::to_string(inspection.parameter_count) + " parameters\n";
        for (const ParameterReport& p : inspection.parameters) line(text, p.name, to_string(p.shape) + " " + p.dtype);
    }
    return text;
}

std::string to_json(const Inspection& inspection)
{
    Json json{{"path", inspection.path},       {"kind", inspection.kind},   {"format", inspection.format},
              {"product", inspection.product}, {"bytes", inspection.bytes}, {"fields", Json::array()}};
    for (const FieldReport& field : inspection.fields) json["fields"].push_back(field_json(field));
    json["refused"] = Json::object();
    for (const auto& [name, why] : inspection.others) json["refused"][name] = why;
    json["facts"] = Json::object();
    for (const auto& [name, value] : inspection.facts) {
        if (!json["facts"].contains(name))
            json["facts"][name] = value;
        else if (json["facts"][name].is_array())
            json["facts"][name].push_back(value);
        else
            json["facts"][name] = Json::array({json["facts"][name], value});
    }
    json["parameters"] = Json::array();
    for (const ParameterReport& p : inspection.parameters)
        json["parameters"].push_back(
            {{"name", p.name}, {"dtype", p.dtype}, {"shape", to_string(p.shape)}, {"elements", p.shape.elements()}});
    json["parameter_count"] = inspection.parameter_count;
    return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

} // namespace gwsd::io
