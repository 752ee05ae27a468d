#include "gwsd/data/normalisation.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "gwsd/core/error.hpp"

namespace gwsd::data {
namespace {

using nlohmann::json;

Scaling scaling_from(const json& entry, const std::string& name)
{
    const Scaling scaling{entry.at("mean").get<double>(), entry.at("scale").get<double>()};
    if (!std::isfinite(scaling.mean) || !std::isfinite(scaling.scale) || !(scaling.scale > 0))
        throw DataError("normalisation: the constants of '" + name + "' are not a finite mean and a scale above 0");
    return scaling;
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
             {"target", {{"mean", target.mean}, {"scale", target.scale}}},
             {"fields", json::object()},
             {"recharge_scale", recharge_scale},
             {"change_scale", change_scale}};
    for (const auto& [name, scaling] : fields) {
        const auto own = units.find(name);
        all["fields"][name] = {
            {"mean", scaling.mean}, {"scale", scaling.scale}, {"unit", own == units.end() ? "1" : own->second}};
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
