#include "gwsd/train/recalibration.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace gwsd::train {

std::string Recalibration::to_json() const
{
    return nlohmann::json{{"method", method},
                          {"precipitation", zones.precipitation},
                          {"temperature", zones.temperature},
                          {"rain_edges", zones.rain_edges},
                          {"temperature_edges", zones.temperature_edges},
                          {"period", zones.period},
                          {"extent", {extent.west, extent.south, extent.east, extent.north}},
                          {"unseen_from", unseen_from},
                          {"dropout_samples", dropout_samples},
                          {"factors", factors},
                          {"observed", observed}}
        .dump();
}

Recalibration Recalibration::from_json(const std::string& text)
{
    const auto refuse = [](const std::string& why) { return DataError("recalibration: " + why); };
    try {
        const auto j = nlohmann::json::parse(text);
        Recalibration r;
        r.method = j.at("method").get<std::string>();
        r.zones.precipitation = j.at("precipitation").get<std::string>();
        r.zones.temperature = j.at("temperature").get<std::string>();
        r.zones.rain_edges = j.at("rain_edges").get<std::array<double, 2>>();
        r.zones.temperature_edges = j.at("temperature_edges").get<std::array<double, 2>>();
        r.zones.period = j.at("period").get<std::string>();
        const auto sides = j.at("extent").get<std::array<double, 4>>();
        r.extent = {sides[0], sides[1], sides[2], sides[3]};
        r.unseen_from = j.at("unseen_from").get<std::string>();
        r.dropout_samples = j.value("dropout_samples", Index{0});
        r.factors = j.at("factors").get<std::vector<double>>();
        r.observed = j.at("observed").get<std::vector<double>>();
        if (r.zones.precipitation.empty() != r.zones.temperature.empty())
            throw refuse("names one predictor of its climate zones; expected both or none");
        if (std::ssize(r.factors) != r.groups())
            throw refuse("has " + std::to_string(r.factors.size()) + " factors, expected " +
                         std::to_string(r.groups()));
        for (const double f : r.factors)
            if (!std::isfinite(f) || !(f > 0)) throw refuse("has a factor that is not a finite number above 0");
        if (!r.observed.empty() && r.observed.size() != levels)
            throw refuse("has " + std::to_string(r.observed.size()) + " levels, expected " + std::to_string(levels));
        for (std::size_t i = 0; i < r.observed.size(); ++i)
            if (!(r.observed[i] >= (i > 0 ? r.observed[i - 1] : 0.0) && r.observed[i] <= 1))
                throw refuse("has levels that do not ascend from 0 to 1");
        return r;
    } catch (const nlohmann::json::exception& error) {
        throw refuse(std::string("cannot be read: ") + error.what());
    }
}

} // namespace gwsd::train
