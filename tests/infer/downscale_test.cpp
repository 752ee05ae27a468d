#include "gwsd/infer/downscale.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>

#include "gwsd/core/error.hpp"
#include "gwsd/io/merge.hpp"
#include "infer/downscale_case.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::infer;
using Case = test::DownscaleCase;

TEST_CASE("downscale writes each month with a satellite field, and says what it is")
{
    Case c;
    const DownscaleSummary summary = c.run();
    CHECK(summary.months == 11);
    CHECK(summary.projection == "footprint");
    CHECK(summary.truth_mode == "none");
    CHECK(c.written() == std::vector<std::string>{"fine.nc"});
    const io::WrittenFile file(c.options.output);
    CHECK(file.time(true).size() == 11);
    CHECK(file.attribute("gwsd_absent_months") == "2003-06");
    CHECK(file.attribute("gwsd_truth_mode") == "none");
    CHECK(file.attribute("gwsd_trained_by") == "reference");
    CHECK(file.attribute("gwsd_coarse") == "given");
    CHECK(file.attribute("gwsd_projection") == "footprint");
    CHECK(file.attribute("gwsd_factor") == "2");
    CHECK(file.attribute("gwsd_train_period") == "2002-04:2002-12");
    CHECK(file.attribute("gwsd_validation_period") == "2003-01:2003-03");
    CHECK(file.attribute("gwsd_test_period") == "none");
    CHECK(file.attribute("gwsd_holdout_regions") == "8,46,10,48");
    CHECK(file.attribute("gwsd_holdout_buffer") == "2");
    CHECK(file.attribute("gwsd_synthetic") == "false");
    CHECK(file.attribute("gwsd_leakage")->starts_with("none"));
    CHECK(file.attribute("gwsd_model_xxh3")->size() == 32);
    CHECK(file.attribute("gwsd_input_hashes")->find("gwsa.nc") != std::string::npos);
    CHECK(file.attribute("gwsd_baseline") == "2002-04-01/2020-12-31");
    CHECK(std::stod(*file.attribute("gwsd_mass_residual_max")) == Approx(summary.mass_residual_max).epsilon(1e-4));
    CHECK(std::stod(*file.attribute("gwsd_seam_index")) == Approx(summary.seam_index).epsilon(1e-4));
    const auto land = test::small_cube()->field("land_fraction", 0);
    for (Index t = 0; t < 11; ++t) {
        const auto value = c.read("gwsa", t), error = c.read("gwsa_standard_error", t);
        for (std::size_t i = 0; i < land->size(); ++i) {
            REQUIRE(std::isfinite(value[i]) == ((*land)[i] > 0));
            REQUIRE((std::isnan(error[i]) ? !((*land)[i] > 0) : error[i] > 0));
        }
    }
}

TEST_CASE("A projection onto cells leaves no mass residual, no projection does")
{
    Case c;
    c.options.config.projection = "cell";
    CHECK(c.run().mass_residual_max < 1e-4);
    c.options.config.projection = "none";
    c.options.overwrite = true;
    const DownscaleSummary none = c.run();
    CHECK(none.mass_residual_max > 0.1);
    CHECK(none.mass_residual_cell_max == none.mass_residual_max);
    c.options.config.projection = "region";
    CHECK(c.run().mass_residual_max < 1e-4);
    c.options.config.projection = "cells";
    CHECK_THROWS_WITH(c.run(), Catch::Matchers::Contains("did you mean 'cell'"));
}

TEST_CASE("In truth mode reference the default is no projection, and the given field is read where there is one")
{
    Case c({.reference = true});
    const DownscaleSummary summary = c.run();
    CHECK(summary.projection == "none");
    CHECK(summary.truth_mode == "reference");
    CHECK(io::WrittenFile(c.options.output).attribute("gwsd_coarse") == "given");

    const auto cube = test::small_cube({.reference = true, .sigma = false});
    cube->info().has_given = false;
    auto model = test::small_model();
    model.input.coarse_is_operator = true;
    Case op(*cube, model);
    CHECK(op.run().months == 12); // the operator's view has no gap
    CHECK(io::WrittenFile(op.options.output).attribute("gwsd_coarse") == "operator");
}

TEST_CASE("Shards merge into the bytes of one run")
{
    Case whole;
    whole.run();
    const std::string expected = test::read_bytes(whole.options.output);
    for (const Index shards : {1, 2, 3, 7}) {
        INFO(shards << " shards");
        std::vector<std::string> parts;
        DownscaleOptions part = whole.options;
        part.shards = shards;
        for (part.shard = 0; part.shard < shards; ++part.shard) {
            part.output = whole.folder / ("part" + std::to_string(shards) + std::to_string(part.shard) + ".nc");
            downscale(part);
            parts.push_back(part.output);
        }
        std::reverse(parts.begin(), parts.end());
        const std::string merged = whole.folder / ("merged" + std::to_string(shards) + ".nc");
        io::merge_outputs(parts, merged, false);
        CHECK(test::read_bytes(merged) == expected);
    }
    whole.options.shards = 12;
    whole.options.overwrite = true;
    CHECK_THROWS_WITH(whole.run(), Catch::Matchers::Contains("use fewer shards"));
}

TEST_CASE("A cube in a folder, a period and a small tile give the same months")
{
    Case c;
    c.run();
    Case folder({}, test::small_model(), "cube");
    folder.options.config.period = "2003-05:2003-07";
    CHECK(folder.run().months == 2);
    CHECK(io::WrittenFile(folder.options.output).time(true).label(1) == "2003-07");
    CHECK(c.read("gwsa", 5)[40] == folder.read("gwsa", 1)[40]);
    folder.options.config.period = "2003-06";
    folder.options.output = folder.folder / "none.nc";
    CHECK_THROWS_WITH(folder.run(), Catch::Matchers::Contains("--fill-missing"));
    folder.options.config.period = "1999-01:1999-12";
    CHECK_THROWS_AS(folder.run(), DataError);
    folder.options.config.period = "1999-13";
    CHECK_THROWS_AS(folder.run(), ConfigError);
    // A file of the cube's folder is an input too.
    folder.options.config.period.clear();
    folder.options.overwrite = true;
    folder.options.output = std::filesystem::directory_iterator(folder.options.cube)->path().string();
    CHECK_THROWS_AS(folder.run(), CannotCreate);
}

TEST_CASE("Months without a satellite field are written on request, and flagged")
{
    Case c;
    c.options.config.fill_missing = c.options.config.flags = true;
    const DownscaleSummary summary = c.run();
    CHECK(summary.months == 12);
    CHECK(summary.flags == c.folder / "fine_flags.nc");
    CHECK(c.written() == std::vector<std::string>{"fine.nc", "fine_flags.nc"});
    CHECK(io::WrittenFile(c.options.output).attribute("gwsd_absent_months") == "2003-06");
    const auto land = test::small_cube()->field("land_fraction", 0);
    const std::vector<double> flags = io::WrittenFile(summary.flags).values("status_flag");
    for (std::size_t i = 0; i < flags.size(); ++i) {
        const bool is_land = (*land)[i % land->size()] > 0, gap = i / land->size() == 5;
        REQUIRE(static_cast<int>(flags[i]) == (is_land ? 1 : 0) + (gap ? 2 : 0));
    }
    for (const float value : c.read("gwsa", 5)) REQUIRE((std::isnan(value) || std::abs(value) < 1000));
}

TEST_CASE("Cells beyond the range of a predictor or of the target in training are flagged")
{
    auto model = test::small_model();
    model.normalisation.fields["tp"].highest = 62;
    model.normalisation.target.lowest = 0;
    Case c({}, model);
    c.options.config.flags = true;
    c.run();
    const auto cube = test::small_cube();
    const std::vector<double> flags = io::WrittenFile(c.folder / "fine_flags.nc").values("status_flag");
    const auto land = cube->field("land_fraction", 0);
    const data::BatchMaker maker(cube, model.input, model.normalisation, 8, 8);
    int outside = 0;
    for (Index t = 0; t < 5; ++t)
        for (std::size_t i = 0; i < land->size(); ++i) {
            const bool beyond = (*cube->field("tp", t))[i] > 62 || (*maker.base(t))[i] < 0;
            outside += beyond && (*land)[i] > 0;
            REQUIRE((static_cast<int>(flags[static_cast<std::size_t>(t) * land->size() + i]) & 4) ==
                    (beyond && (*land)[i] > 0 ? 4 : 0));
        }
    CHECK(outside > 10);
}

TEST_CASE("Units are converted and a baseline is subtracted on request")
{
    Case c;
    c.run();
    const auto value = c.read("gwsa", 3), error = c.read("gwsa_standard_error", 3);
    c.options.output = c.folder / "cm.nc";
    c.options.config.units = "cm";
    c.run();
    const auto cm = c.read("gwsa", 3, "cm.nc"), error_cm = c.read("gwsa_standard_error", 3, "cm.nc");
    for (std::size_t i = 3; i < value.size(); ++i)
        if (!std::isnan(value[i])) {
            REQUIRE(cm[i] == Approx(0.1F * value[i]).margin(1e-6));
            REQUIRE(error_cm[i] == Approx(0.1F * error[i]));
        }
    CHECK(io::WrittenFile(c.options.output).attribute("units", "gwsa") == "cm");
    c.options.config.units = "K";
    c.options.output = c.folder / "k.nc";
    CHECK_THROWS_AS(c.run(), ConfigError);

    c.options.config.units.clear();
    c.options.config.baseline = "2003-02:2003-07";
    c.options.config.cf = "1.13";
    c.options.output = c.folder / "base.nc";
    c.run();
    const io::WrittenFile file(c.options.output);
    CHECK(file.attribute("gwsd_baseline") == "2003-02-01/2003-07-31");
    CHECK(file.attribute("Conventions")->starts_with("CF-1.13"));
    std::vector<double> mean(value.size(), 0.0);
    for (const Index t : {1, 2, 3, 4, 5}) { // 2003-06 is absent
        const auto field = c.read("gwsa", t, "base.nc");
        for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += static_cast<double>(field[i]) / 5;
    }
    for (const double m : mean) REQUIRE((std::isnan(m) || std::abs(m) < 1e-4));
    c.options.config.baseline = "1999";
    CHECK_THROWS_AS(c.run(), CannotCreate); // base.nc is there
    c.options.output = c.folder / "other.nc";
    CHECK_THROWS_AS(c.run(), Error);
    CHECK(c.written() == std::vector<std::string>{"base.nc", "cm.nc", "fine.nc"});
}

TEST_CASE("A model from another quantity, factor, unit, resolution or set of fields is refused, naming what differs")
{
    const auto refused = [](const std::function<void(train::TrainedModel&)>& change, const std::string& text) {
        auto model = test::small_model();
        change(model);
        const Case c({}, model);
        INFO(text);
        CHECK_THROWS_AS(c.run(), DataError);
        CHECK_THROWS_WITH(c.run(), Catch::Matchers::Contains(text));
        CHECK(c.written().empty());
    };
    refused([](auto& m) { m.quantity = "twsa"; }, "quantity");
    refused([](auto& m) { m = test::small_model(4); }, "a factor of 4");
    refused([](auto& m) { m.normalisation.unit = "cm"; }, "'cm'");
    refused([](auto& m) { m.normalisation.units["tp"] = "m"; }, "'tp'");
    refused([](auto& m) { m.resolution = 1; }, "0.5 degrees");
    refused([](auto& m) { m.input.predictors[1] = "t2m", m.normalisation.fields["t2m"] = {}; }, "'t2m'");
    refused([](auto& m) { m.input.statics[0] = "slope", m.normalisation.fields["slope"] = {}; }, "'slope'");
}

TEST_CASE("A model trained by a scale shift is applied one factor finer, or at its own scale")
{
    for (const double resolution : {1.0, 0.5}) {
        auto model = test::small_model();
        model.truth_mode = "scale_shift";
        model.resolution = resolution;
        Case c({}, model);
        CHECK(c.run().projection == "footprint");
        CHECK(io::WrittenFile(c.options.output).attribute("gwsd_truth_mode") == "none");
        CHECK(io::WrittenFile(c.options.output).attribute("gwsd_trained_by") == "scale_shift");
    }
    auto model = test::small_model();
    model.truth_mode = "scale_shift";
    model.resolution = 2;
    const Case c({}, model);
    CHECK_THROWS_WITH(c.run(), Catch::Matchers::Contains("2 or 1 degrees"));
}

TEST_CASE("Outputs that exist or are inputs are refused before anything is read")
{
    Case c;
    test::write_bytes(c.options.output, "old");
    CHECK_THROWS_WITH(c.run(), Catch::Matchers::Contains("--overwrite"));
    CHECK(test::read_bytes(c.options.output) == "old");
    c.options.overwrite = true;
    for (const std::string& input : {c.options.cube, c.options.model}) {
        const std::string before = test::read_bytes(input);
        c.options.output = input;
        CHECK_THROWS_AS(c.run(), CannotCreate);
        CHECK(test::read_bytes(input) == before);
    }
    c.options.output = c.folder / "new.nc";
    test::write_bytes(c.folder / "new_flags.nc", "old");
    c.options.overwrite = false;
    c.options.config.flags = true;
    CHECK_THROWS_AS(c.run(), CannotCreate);
    c.options.config.flags = false;
    c.options.model = c.folder / "nothing.gwsd";
    CHECK_THROWS_AS(c.run(), InputMissing);
}
