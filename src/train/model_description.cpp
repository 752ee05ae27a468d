#include "train/model_description.hpp"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace gwsd::train {

using nlohmann::json;

json network_json(const models::DownscalerConfig& c)
{
    return {{"coarse_channels", c.coarse_channels},
            {"fine_channels", c.fine_channels},
            {"factor", c.factor},
            {"hidden", c.hidden},
            {"encoder_layers", c.encoder_layers},
            {"channels", c.channels},
            {"bottleneck", c.bottleneck},
            {"residual_blocks", c.residual_blocks},
            {"groups", c.groups},
            {"transposed_upsampling", c.transposed_upsampling},
            {"residual_mean", c.residual_mean},
            {"peepholes", c.peepholes},
            {"detach_variance", c.detach_variance},
            {"recompute", c.recompute},
            {"dropout", c.dropout}};
}

Index bounded(const json& from, const char* key, Index largest)
{
    const Index value = from.at(key).get<Index>();
    if (value < 1 || value > largest)
        throw DataError(std::string("'") + key + "' is " + std::to_string(value) + "; expected 1 to " +
                        std::to_string(largest));
    return value;
}

models::DownscalerConfig network_from(const json& j)
{
    models::DownscalerConfig c;
    c.coarse_channels = bounded(j, "coarse_channels", 1024);
    c.fine_channels = bounded(j, "fine_channels", 1024);
    c.factor = bounded(j, "factor", 64);
    c.hidden = bounded(j, "hidden", 4096);
    c.encoder_layers = bounded(j, "encoder_layers", 64);
    c.channels = j.at("channels").get<std::vector<Index>>();
    if (c.channels.empty() || c.channels.size() > 8) throw DataError("'channels' has not 1 to 8 levels");
    for (const Index width : c.channels)
        if (width < 1 || width > 4096) throw DataError("'channels' has a level of " + std::to_string(width));
    c.bottleneck = bounded(j, "bottleneck", 4096);
    if (j.value("residual_blocks", Index{0}) != 0) c.residual_blocks = bounded(j, "residual_blocks", 256);
    c.groups = bounded(j, "groups", 4096);
    c.transposed_upsampling = j.at("transposed_upsampling").get<bool>();
    c.residual_mean = j.at("residual_mean").get<bool>();
    c.peepholes = j.at("peepholes").get<bool>();
    c.detach_variance = j.at("detach_variance").get<bool>();
    c.recompute = j.at("recompute").get<bool>();
    c.dropout = j.value("dropout", 0.0);
    if (!(c.dropout >= 0 && c.dropout <= 0.9))
        throw DataError("'dropout' is " + std::to_string(c.dropout) + "; expected 0 to 0.9");
    return c;
}

json input_json(const data::InputSpec& s)
{
    json memory = json::array();
    for (const data::PredictorMemory& m : s.memory)
        memory.push_back({{"predictor", m.predictor}, {"months", m.months}, {"temperature", m.temperature}});
    return {{"predictors", s.predictors},
            {"memory", memory},
            {"statics", s.statics},
            {"window", s.window},
            {"factor", s.factor},
            {"coarse_is_operator", s.coarse_is_operator},
            {"base", geo::to_string(s.base)},
            {"first_guess", s.first_guess}};
}

data::InputSpec input_from(const json& j)
{
    data::InputSpec s;
    s.predictors = j.at("predictors").get<std::vector<std::string>>();
    s.statics = j.at("statics").get<std::vector<std::string>>();
    for (const json& m : j.value("memory", json::array()))
        s.memory.push_back(
            {m.at("predictor").get<std::string>(), bounded(m, "months", 600), m.value("temperature", std::string{})});
    s.window = bounded(j, "window", 1000);
    s.factor = bounded(j, "factor", 64);
    s.coarse_is_operator = j.at("coarse_is_operator").get<bool>();
    s.base = geo::parse_method(j.at("base").get<std::string>());
    s.first_guess = j.value("first_guess", false);
    return s;
}

json number_json(double value) { return std::isfinite(value) ? json(value) : json(); }
double number_from(const json& value)
{
    return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

} // namespace gwsd::train
