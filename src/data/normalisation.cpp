#include "gwsd/data/normalisation.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "gwsd/core/error.hpp"

namespace gwsd::data {
namespace {

using nlohmann::json;

Scaling scaling_from(const json& entry, const std::string& name)
{
    Scaling scaling{entry.at("mean").get<double>(), entry.at("scale").get<double>()};
    if (entry.contains("lowest")) scaling.lowest = entry.at("lowest").get<double>();
    if (entry.contains("highest")) scaling.highest = entry.at("highest").get<double>();
    if (!std::isfinite(scaling.mean) || !std::isfinite(scaling.scale) || !(scaling.scale > 0))
        throw DataError("normalisation: the constants of '" + name + "' are not a finite mean and a scale above 0");
    return scaling;
}

json json_of(const Scaling& scaling)
{
    json entry{{"mean", scaling.mean}, {"scale", scaling.scale}};
    if (std::isfinite(scaling.lowest)) entry["lowest"] = scaling.lowest; // JSON has no infinity
    if (std::isfinite(scaling.highest)) entry["highest"] = scaling.highest;
    return entry;
}

double positive(const json& all, const char* key)
{
    const double value = all.at(key).get<double>();
    if (!std::isfinite(value) || !(value > 0))
        throw DataError(std::string("normalisation: '") + key + "' is not a finite number above 0");
    return value;
}

} // namespace

std::string Normalisation::to_json() const
{
    json all{{"unit", unit},
             {"target", json_of(target)},
             {"fields", json::object()},
             {"recharge_scale", recharge_scale},
             {"change_scale", change_scale}};
    for (const auto& [name, scaling] : fields) {
        const auto own = units.find(name);
        all["fields"][name] = json_of(scaling);
        all["fields"][name]["unit"] = own == units.end() ? "1" : own->second;
    }
    return all.dump(2);
}

Normalisation Normalisation::from_json(const std::string& text)
{
    try {
        const json all = json::parse(text);
        Normalisation n;
        n.unit = all.at("unit").get<std::string>();
        n.target = scaling_from(all.at("target"), "target");
        for (const auto& [name, entry] : all.at("fields").items()) {
            n.fields[name] = scaling_from(entry, name);
            n.units[name] = entry.at("unit").get<std::string>();
        }
        n.recharge_scale = positive(all, "recharge_scale");
        n.change_scale = positive(all, "change_scale");
        return n;
    } catch (const json::exception& error) {
        throw DataError(std::string("normalisation: not the constants of a gwsd model: ") + error.what());
    }
}

} // namespace gwsd::data
