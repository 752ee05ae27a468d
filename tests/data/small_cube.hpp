#pragma once

#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gwsd/data/batch.hpp"
#include "gwsd/io/memory_cube.hpp"

namespace gwsd::test {

inline constexpr float missing = std::numeric_limits<float>::quiet_NaN();

/// A value of a field at a step and a cell centre.
using FieldOf = std::function<double(Index t, double lat, double lon)>;

inline std::vector<float> sampled(const geo::Grid& grid, Index t, const FieldOf& value)
{
    std::vector<float> field;
    for (Index r = 0; r < grid.rows(); ++r)
        for (Index c = 0; c < grid.cols(); ++c) field.push_back(static_cast<float>(value(t, grid.lat(r), grid.lon(c))));
    return field;
}

/// A cube of whole months over `region`, all land, with the predictors of `names`; no field is set yet but the land.
inline std::shared_ptr<io::MemoryCube> empty_cube(double resolution, const geo::Region& region,
                                                  const std::string& period, Index factor,
                                                  const std::vector<std::string>& names = {"tp", "swvl1"})
{
    const auto span = geo::Period::parse(period);
    io::CubeInfo info;
    info.coarse = geo::regular_grid(resolution, region);
    info.factor = factor;
    info.fine = geo::refine(info.coarse, factor);
    info.time = geo::TimeAxis::months(span.first_month(), span.last_month());
    info.predictors = names;
    for (const std::string& name : names)
        info.predictor_units.push_back(name == "tp" ? "mm/month" : name == "swvl1" ? "m3 m-3" : "1");
    auto cube = std::make_shared<io::MemoryCube>(info);
    cube->set_static("land_fraction", std::vector<float>(static_cast<std::size_t>(info.fine.cells()), 1.0F));
    cube->set_static("land_fraction_coarse", std::vector<float>(static_cast<std::size_t>(info.coarse.cells()), 1.0F));
    return cube;
}

/// Sets a predictor on both grids at every step.
inline void set_predictor(io::MemoryCube& cube, const std::string& name, const FieldOf& value)
{
    for (Index t = 0; t < cube.info().time.size(); ++t) {
        cube.set(name, t, sampled(cube.info().fine, t, value));
        cube.set(name + "_coarse", t, sampled(cube.info().coarse, t, value));
    }
}

/// A cube to learn from: the coarse field is the block mean of the reference, whose fine part follows the static field
/// "relief" and the soil moisture, with a season; months named in `absent` have no coarse field.
inline std::shared_ptr<io::MemoryCube> learnable_cube(const geo::Region& region = {0, 0, 16, 16},
                                                      const std::string& period = "2005-01:2008-12", Index factor = 2,
                                                      const std::vector<std::string>& absent = {})
{
    auto cube = empty_cube(1.0, region, period, factor);
    cube->info().has_reference = true, cube->info().synthetic = true, cube->info().statics = {"relief"};
    const auto relief = [](Index, double lat, double lon) { return std::sin(9.0 * lat) * std::cos(7.0 * lon + lat); };
    const auto season = [](Index t) { return std::sin(2 * 3.14159265 * static_cast<double>(t) / 12.0); };
    const auto soil = [=](Index t, double lat, double lon) {
        return 0.25 + 0.08 * season(t) + 0.05 * std::sin(0.7 * lat + 0.3 * lon + 0.9 * static_cast<double>(t));
    };
    const auto rain = [=](Index t, double lat, double lon) {
        return 60 + 40 * season(t + 1) + 20 * std::cos(0.5 * lon - 0.2 * lat + 1.7 * static_cast<double>(t));
    };
    const auto truth = [=](Index t, double lat, double lon) {
        return 50 * season(t) + 30 * std::sin(0.4 * lon + 0.1 * static_cast<double>(t)) +
               relief(t, lat, lon) * (12 + 100 * (soil(t, lat, lon) - 0.25));
    };
    set_predictor(*cube, "swvl1", soil);
    set_predictor(*cube, "tp", rain);
    cube->set_static("relief", sampled(cube->info().fine, 0, relief));
    for (Index t = 0; t < cube->info().time.size(); ++t) {
        const auto fine = sampled(cube->info().fine, t, truth);
        cube->set("reference", t, fine);
        std::vector<float> coarse(static_cast<std::size_t>(cube->info().coarse.cells()));
        geo::block_mean(cube->info().fine, factor, fine, {}, coarse);
        bool gone = false;
        for (const std::string& month : absent) gone = gone || cube->info().time.label(t) == month;
        if (!gone) cube->set("gwsa_operator", t, coarse);
    }
    return cube;
}

/// Constants that leave every field as it is.
inline data::Normalisation plain_normalisation(const io::CubeInfo& info)
{
    data::Normalisation n;
    n.unit = info.unit;
    for (std::size_t p = 0; p < info.predictors.size(); ++p) {
        n.fields[info.predictors[p]] = {};
        n.units[info.predictors[p]] = info.predictor_units[p];
    }
    for (const std::string& name : info.statics) n.fields[name] = {}, n.units[name] = "1";
    return n;
}

} // namespace gwsd::test
