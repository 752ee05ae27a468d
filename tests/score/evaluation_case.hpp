#pragma once

#include <cmath>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "gwsd/core/parallel.hpp"
#include "gwsd/geo/interpolate.hpp"
#include "gwsd/io/cube.hpp"
#include "gwsd/io/output.hpp"
#include "gwsd/score/evaluate.hpp"
#include "io_output/scratch.hpp"

namespace gwsd::test {

/// A value and its standard error, from step, latitude, longitude and the truth there.
using Field = std::function<std::pair<double, double>(Index t, double lat, double lon, double truth)>;

/// A small world made by hand: 12 x 8 degrees, four years, sea in the west, a truth of waves of which the coarse field
/// is the area mean; 2008 is the test year and the eastern four degrees are held out with a buffer of one degree.
class EvaluationCase {
public:
    EvaluationCase()
    {
        info.coarse = geo::regular_grid(0.5, {0, 40, 12, 48});
        info.fine = geo::refine(info.coarse, 4);
        info.time = geo::TimeAxis::months(geo::Month::of(2005, 1), geo::Month::of(2008, 12));
        info.has_reference = true;
        info.baseline = "2005-01-01/2008-12-31";
        info.sources = R"([{"path":"truth.nc","bytes":3,"xxh3":"00","role":"reference"}])";
        attributes = {{"gwsd_truth_mode", "reference"},
                      {"gwsd_coarse", "operator"},
                      {"gwsd_projection", "none"},
                      {"gwsd_factor", "4"},
                      {"gwsd_train_period", "2005-01:2006-12"},
                      {"gwsd_validation_period", "2007-01:2007-06"},
                      {"gwsd_test_period", "2008-01:2008-12"},
                      {"gwsd_holdout_regions", "8,40,12,48"},
                      {"gwsd_holdout_buffer", "1"},
                      {"gwsd_leakage", "none"}};
    }

    /// Seasons, a trend, and waves of 1.5 degrees and a tenth of it, of which the coarse cells see little.
    static double wave(Index t, double lat, double lon)
    {
        const double years = static_cast<double>(t) / 12;
        return 40 * std::sin(6.2832 * years + 0.1 * lat) + 3 * years + 10 * std::sin(4 * lat + 2 * lon) +
               6 * std::sin(17 * lon + 0.7 * static_cast<double>(t)) * std::cos(19 * lat);
    }

    bool land(double lon) const { return lon > 1; }

    double truth(Index t, double lat, double lon) const
    {
        const double value = truth_change ? truth_change(t, lat, lon) : wave(t, lat, lon);
        return land(lon) ? value : std::nan("");
    }

    std::vector<float> truth_field(Index t) const
    {
        std::vector<float> field;
        for (Index r = 0; r < info.fine.rows(); ++r)
            for (Index c = 0; c < info.fine.cols(); ++c)
                field.push_back(static_cast<float>(truth(t, info.fine.lat(r), info.fine.lon(c))));
        return field;
    }

    void write_cube(const std::string& name = "cube.nc") const
    {
        const auto writer = io::create_cube(folder / name, info, false);
        std::vector<float> land_fine, land_coarse(static_cast<std::size_t>(info.coarse.cells()), 1.0F);
        for (Index r = 0; r < info.fine.rows(); ++r)
            for (Index c = 0; c < info.fine.cols(); ++c) land_fine.push_back(land(info.fine.lon(c)) ? 1.0F : 0.0F);
        writer->write_static("land_fraction", land_fine);
        writer->write_static("land_fraction_coarse", land_coarse);
        for (Index t = 0; t < info.time.size(); ++t) {
            const auto fine = truth_field(t);
            std::vector<float> coarse(land_coarse.size());
            geo::block_mean(info.fine, info.factor, fine, {}, coarse);
            if (predictor) {
                std::vector<float> values, means(land_coarse.size());
                for (Index r = 0; r < info.fine.rows(); ++r)
                    for (Index c = 0; c < info.fine.cols(); ++c)
                        values.push_back(static_cast<float>(predictor(t, info.fine.lat(r), info.fine.lon(c))));
                geo::block_mean(info.fine, info.factor, values, {}, means);
                writer->write(info.predictors.front(), t, values);
                writer->write(info.predictors.front() + "_coarse", t, means);
            }
            if (info.has_given && t != absent_step) writer->write("gwsa", t, coarse);
            if (!info.has_reference) continue;
            writer->write("reference", t, fine);
            if (t != absent_step) writer->write("gwsa_operator", t, coarse);
        }
        writer->finish();
    }

    /// A file as gwsd downscale writes it.
    void write_prediction(const Field& field, const std::string& name = "fine.nc") const
    {
        io::OutputInfo output;
        output.grid = info.fine;
        output.time = info.time;
        output.quantity = info.quantity;
        output.unit = unit.empty() ? info.unit : unit;
        output.baseline = info.baseline;
        output.history = "test";
        output.has_error = with_error;
        for (const auto& [attribute, value] : attributes) output.attributes.emplace_back(attribute, value);
        const auto writer = io::create_output(folder / name, output, true);
        for (Index t = 0; t < info.time.size(); ++t) {
            std::vector<float> values, errors;
            for (Index r = 0; r < info.fine.rows(); ++r)
                for (Index c = 0; c < info.fine.cols(); ++c) {
                    const double lat = info.fine.lat(r), lon = info.fine.lon(c);
                    const auto [value, error] = field(t, lat, lon, truth(t, lat, lon));
                    values.push_back(static_cast<float>(value));
                    errors.push_back(static_cast<float>(error));
                }
            writer->write(t, values, with_error ? errors : std::vector<float>{});
        }
        writer->finish();
    }

    score::EvaluateOptions options() const
    {
        score::EvaluateOptions o;
        o.prediction = folder / "fine.nc";
        o.cube = folder / "cube.nc";
        o.output = folder / "scores";
        o.bootstrap = 50;
        o.pictures = false;
        return o;
    }

    nlohmann::json scores() const { return nlohmann::json::parse(score::evaluate(options()).scores); }

    /// Cube, prediction and scores in one.
    nlohmann::json scores_of(const Field& field) const
    {
        write_cube();
        write_prediction(field);
        return scores();
    }

    Scratch folder;
    io::CubeInfo info;
    std::map<std::string, std::string> attributes;
    std::string unit; ///< of the prediction; empty: the cube's
    std::function<double(Index t, double lat, double lon)> truth_change;
    std::function<double(Index t, double lat, double lon)> predictor; ///< of info.predictors, if it has one
    Index absent_step = -1;                                           ///< has no coarse field
    bool with_error = true;                                           ///< the prediction has a standard error
};

inline std::pair<double, double> perfect(Index, double, double, double truth) { return {truth, 1.0}; }

} // namespace gwsd::test
