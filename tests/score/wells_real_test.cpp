#include <filesystem>
#include <nlohmann/json.hpp>

#include "score/well_case.hpp"
#include "support/catch.hpp"
#include "support/run_command.hpp"

using namespace gwsd;
using namespace gwsd::test;
using Catch::Matchers::Contains;

TEST_CASE("real wells of the Paris Basin against the real G3P mean: r = 0.664, and 0.62 with specific yield")
{
    const std::string data = GWSD_SHARED_DATA;
    if (!std::filesystem::exists(data + "/wells/ParisBasin_GWL_depth_m.csv")) {
        std::puts("SKIPPED: the wells of the Paris Basin are not here");
        return;
    }
    const Scratch folder;
    const std::vector<std::string> line{"wells",
                                        "--field",
                                        data + "/g3p/ParisBasin_G3P_v1.12_GWSA.csv",
                                        "--wells",
                                        data + "/wells/ParisBasin_GWL_depth_m.csv",
                                        "--sites",
                                        data + "/wells/ParisBasin_wells_Sy.csv",
                                        "--output",
                                        folder / "wells"};
    const auto text_run = run_gwsd(line);
    REQUIRE(text_run.code == 0);
    CHECK_THAT(text_run.out, Contains("440 wells in 84 cells") && Contains("depth to water"));
    CHECK(read_bytes(folder / "wells/table.txt") == text_run.out);
    const auto scores = nlohmann::json::parse(read_bytes(folder / "wells/wells.json"));
    CHECK(scores["series"]["standardised"]["n"] == 225);
    CHECK(scores["series"]["standardised"]["r"].get<double>() == Approx(0.664).margin(0.0006));
    CHECK(scores["series"]["sy_ave"]["r"].get<double>() == Approx(0.62).margin(0.005));
    CHECK(scores["series"]["sy_min"]["r"].get<double>() == Approx(0.633).margin(0.005));
    CHECK(run_gwsd(line).code == 73);

    // Computed apart from gwsd with numpy and scipy from the same series: calendar-month means beside a linear trend,
    // ranks, their correlations by calendar lag, slopes of all pairs; and corrcoef and std for KGE.
    const auto near = [](const nlohmann::json& value, double expected) {
        CHECK(value.get<double>() == Approx(expected).epsilon(1e-6));
    };
    const auto& trends = scores["series"]["standardised"]["rank_trends"];
    near(trends["wells"]["sen_slope"], -0.01737799820011042);
    near(trends["wells"]["interval"][0], -0.07109772900951644);
    near(trends["wells"]["interval"][1], 0.024567485482084463);
    near(trends["wells"]["variance_factor"], 16.344465324093406);
    near(trends["wells"]["p"], 0.3629979092651524);
    CHECK(trends["field"]["mann_kendall_s"] == -11198);
    near(trends["field"]["p"], 0.00011498884701923979);
    near(scores["series"]["sy_ave"]["kge"], 0.43313008161872046);
    near(scores["series"]["sy_ave"]["rmse"], 44.85743781310356);
    CHECK(scores["wells_of_one_cell"]["cells_with_several_wells"] == 74);
    CHECK(scores["series"]["standardised"]["lag_months"] == 1);
}

TEST_CASE("real total water storage and the G3P mean of the Paris Basin as field and coarse product, as wells.md says",
          "[slow]")
{
    const std::string data = GWSD_SHARED_DATA;
    if (!std::filesystem::exists(data + "/grace_l2/TWSA_CSR_200204_202309_0.5deg_Gauss250km.nc")) {
        std::puts("SKIPPED: the grids of GRACE are not here");
        return;
    }
    score::WellsOptions options;
    options.field = data + "/grace_l2/TWSA_CSR_200204_202309_0.5deg_Gauss250km.nc";
    options.coarse = data + "/g3p/ParisBasin_G3P_v1.12_GWSA.csv";
    options.wells = data + "/wells/ParisBasin_GWL_depth_m.csv";
    options.sites = data + "/wells/ParisBasin_wells_Sy.csv";
    const auto scores = nlohmann::json::parse(score::score_wells(options).scores);
    const auto& gain = scores["series"]["standardised"]["gain"];
    CHECK(gain["region"]["r"]["field"].get<double>() == Approx(0.754).margin(0.0006));
    CHECK(gain["region"]["r"]["coarse"].get<double>() == Approx(0.665).margin(0.0006));
    CHECK(gain["region"]["r"]["interval"][0].get<double>() == Approx(-0.026).margin(0.002));
    CHECK(gain["cells_with_larger_r"] == 61);
    CHECK_THAT(scores["verdict"].get<std::string>(), Contains("cannot be told from the coarse product"));
}
