// The standard error that downscale writes: what was added to the network's own, and how it was corrected.

#include <cmath>

#include "gwsd/score/interval_levels.hpp"
#include "infer/downscale_case.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using Case = test::DownscaleCase;

TEST_CASE("The product's own variance is added where a network trained by a scale shift refines the given field")
{
    auto model = test::small_model();
    const auto error_with = [&](const std::string& product_sigma, const std::string& expected) {
        Case c({}, model);
        c.options.config.product_sigma = product_sigma;
        c.run();
        CHECK(io::WrittenFile(c.options.output).attribute("gwsd_product_sigma") == expected);
        return c.read("gwsa_standard_error", 3);
    };
    const auto alone = error_with("auto", "not added"); // trained against a reference
    model.truth_mode = "scale_shift";
    const auto added = error_with("auto", "added to the predicted variance"), no = error_with("no", "not added");
    for (std::size_t i = 0; i < alone.size(); ++i)
        if (!std::isnan(alone[i])) {
            REQUIRE(no[i] == alone[i]);
            REQUIRE(added[i] == Approx(std::sqrt(alone[i] * alone[i] + 400)).epsilon(1e-5));
        }
    Case without({.sigma = false}, model);
    without.options.config.product_sigma = "yes";
    CHECK_THROWS_WITH(without.run(), Catch::Matchers::Contains("gwsa_sigma"));
    CHECK(without.written().empty());
}

TEST_CASE("A recalibrated model's output says how, and with what probabilities of its intervals")
{
    auto model = test::small_model();
    train::Recalibration r;
    r.method = "conformal", r.extent = {4, 44, 12, 50}, r.unseen_from = "folds";
    r.factors.assign(static_cast<std::size_t>(r.groups()), 2.0);
    for (int i = 0; i < 19; ++i) r.observed.push_back(train::Recalibration::level(i));
    r.observed[9] = 0.52;
    Case plain, c({}, [&] {
        auto other = model;
        other.recalibration = r;
        return other;
    }());
    plain.run();
    c.run();
    const io::WrittenFile file(c.options.output);
    CHECK(file.attribute("gwsd_calibration") == "conformal, bands of latitude, unseen places from folds");
    CHECK(file.attribute("gwsd_members") == "1");
    const auto levels = score::IntervalLevels::parse(*file.attribute("gwsd_observed_levels"), "fine.nc");
    CHECK(levels.observed(0.5) == Approx(0.52));
    CHECK(io::WrittenFile(plain.options.output).attribute("gwsd_calibration") == "one variance factor, 1.5");
    const auto before = plain.read("gwsa_standard_error", 4), after = c.read("gwsa_standard_error", 4);
    for (std::size_t i = 0; i < before.size(); ++i)
        if (!std::isnan(before[i])) REQUIRE(after[i] == Approx(before[i] * 2 / std::sqrt(1.5F)).epsilon(1e-5));
}
