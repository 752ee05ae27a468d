#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "gwsd/core/random.hpp"
#include "gwsd/io/memory_cube.hpp"
#include "gwsd/train/trained_model.hpp"

namespace gwsd::test {

struct CubeChoice {
    geo::Region region{4, 44, 12, 50};
    double resolution = 0.5;
    Index factor = 2;
    std::string first = "2003-01", last = "2003-12";
    std::vector<std::string> absent{"2003-06"};
    bool reference = false, sigma = true;
};

inline float wave(double lat, double lon, Index t)
{
    return static_cast<float>(30 * std::sin(0.4 * lat + 0.3 * static_cast<double>(t)) * std::cos(0.25 * lon) + 5);
}

inline std::vector<float> field_of(const geo::Grid& grid, Index t, double factor, double shift)
{
    std::vector<float> field;
    for (Index row = 0; row < grid.rows(); ++row)
        for (Index col = 0; col < grid.cols(); ++col)
            field.push_back(
                static_cast<float>(shift + factor * static_cast<double>(wave(grid.lat(row), grid.lon(col), t))));
    return field;
}

/// A cube with a coast, a given coarse field, predictors tp and swvl1, a static field relief.
inline std::shared_ptr<io::MemoryCube> small_cube(const CubeChoice& choice = {})
{
    io::CubeInfo info;
    info.coarse = geo::regular_grid(choice.resolution, choice.region);
    info.factor = choice.factor;
    info.fine = geo::refine(info.coarse, choice.factor);
    const auto period = geo::Period::parse(choice.first + ":" + choice.last);
    info.time = geo::TimeAxis::months(period.first_month(), period.last_month());
    info.predictors = {"tp", "swvl1"};
    info.predictor_units = {"mm/month", "m3 m-3"};
    info.statics = {"relief"};
    info.has_given = true;
    info.has_sigma = choice.sigma;
    info.has_reference = choice.reference;
    info.baseline = "2002-04-01/2020-12-31";
    info.sources = R"([{"path": "gwsa.nc", "xxh3": "00", "role": "gwsa", "bytes": 1}])";
    auto cube = std::make_shared<io::MemoryCube>(info);
    std::vector<float> land, coarse_land;
    for (Index row = 0; row < info.fine.rows(); ++row)
        for (Index col = 0; col < info.fine.cols(); ++col)
            land.push_back(col < 3 ? 0.0F : col == 3 ? 0.4F : 1.0F); // sea in the west
    land[0] = 0.01F;                                                 // and a rock in it
    cube->set_static("land_fraction", land);
    cube->set_static("land_fraction_coarse", std::vector<float>(static_cast<std::size_t>(info.coarse.cells()), 1.0F));
    cube->set_static("relief", field_of(info.fine, 7, 10, 300));
    for (Index t = 0; t < info.time.size(); ++t) {
        for (const auto& [name, factor, shift] : {std::tuple{"tp", 1.0, 60.0}, std::tuple{"swvl1", 0.002, 0.25}}) {
            cube->set(name, t, field_of(info.fine, t + 3, factor, shift));
            cube->set(std::string(name) + "_coarse", t, field_of(info.coarse, t + 3, factor, shift));
        }
        if (choice.reference) {
            cube->set("reference", t, field_of(info.fine, t, 1, 0));
            cube->set("gwsa_operator", t, field_of(info.coarse, t, 0.9, 0));
        }
        if (choice.sigma)
            cube->set("gwsa_sigma", t, std::vector<float>(static_cast<std::size_t>(info.coarse.cells()), 20.0F));
        bool gone = false;
        for (const std::string& month : choice.absent) gone = gone || info.time.label(t) == month;
        if (!gone) cube->set("gwsa", t, field_of(info.coarse, t, 1, 0));
    }
    return cube;
}

/// The cube as a file (.nc) or a folder.
inline void save_cube(const io::FieldSource& cube, const std::string& path)
{
    const io::CubeInfo& info = cube.info();
    const auto writer = io::create_cube(path, info, false);
    for (const char* name : {"land_fraction", "land_fraction_coarse", "relief"})
        writer->write_static(name, *cube.field(name, 0));
    std::vector<std::string> names{"tp", "swvl1", "tp_coarse", "swvl1_coarse"};
    if (info.has_given) names.emplace_back("gwsa");
    if (info.has_sigma) names.emplace_back("gwsa_sigma");
    if (info.has_reference) names.emplace_back("gwsa_operator"), names.emplace_back("reference");
    for (Index t = 0; t < info.time.size(); ++t)
        for (const std::string& name : names) writer->write(name, t, *cube.field(name, t));
    writer->finish();
}

/// A model for such cubes with drawn weights, that adds something to the interpolation.
inline train::TrainedModel small_model(Index factor = 2)
{
    train::TrainedModel model;
    model.input.predictors = {"tp", "swvl1"};
    model.input.statics = {"relief"};
    model.input.window = 3;
    model.input.factor = factor;
    model.network.coarse_channels = model.input.coarse_channels();
    model.network.fine_channels = model.input.fine_channels();
    model.network.factor = factor;
    model.network.hidden = 4;
    model.network.encoder_layers = 1;
    model.network.channels = {8, 8, 8};
    model.network.bottleneck = 8;
    model.network.groups = 4;
    data::Normalisation& n = model.normalisation;
    n.unit = "mm";
    n.target = {3, 20, -200, 200};
    n.fields = {{"tp", {60, 20, 0, 120}}, {"swvl1", {0.25, 0.05, 0, 0.6}}, {"relief", {300, 200, -500, 2000}}};
    n.units = {{"tp", "mm/month"}, {"swvl1", "m3 m-3"}, {"relief", "1"}};
    model.truth_mode = "reference";
    model.train_period = "2002-04:2002-12";
    model.validation_period = "2003-01:2003-03";
    model.holdout_regions = "8,46,10,48";
    model.holdout_buffer = 2;
    model.variance_scale = 1.5;
    model.resolution = 0.5;
    const models::Downscaler<float> network(model.network, 11);
    Random random(12);
    for (const auto& [name, variable] : network.parameters()) {
        auto values = Tensor<float>::empty(variable.shape());
        for (Index i = 0; i < values.elements(); ++i)
            values.data()[i] = variable.value().data()[i] +
                               (name.starts_with("mean_head") ? 0.1F * static_cast<float>(random.normal()) : 0.0F);
        model.parameters.emplace_back(name, values);
    }
    return model;
}

/// Over the cells where `a` is a number.
inline double largest_difference(const std::vector<float>& a, const std::vector<float>& b)
{
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!std::isnan(a[i])) largest = std::max(largest, static_cast<double>(std::abs(a[i] - b[i])));
    return largest;
}

} // namespace gwsd::test
