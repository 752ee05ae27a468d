#include <array>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "gwsd/core/error.hpp"
#include "gwsd/geo/grid.hpp"
#include "gwsd/io/output.hpp"
#include "gwsd/score/wells.hpp"
#include "io_output/scratch.hpp"
#include "score/csv.hpp"
#include "support/catch.hpp"
#include "support/run_command.hpp"

using namespace gwsd;
using namespace gwsd::test;
using Catch::Matchers::Contains;

namespace {

double season(int t) { return std::sin(2 * M_PI * t / 12); }

std::string month(int t) { return to_string(geo::Month{12 * 2005 + t}); }

std::string text(double value) { return std::to_string(value); }

/// Two wells in one cell of half a degree, one in another, 48 months; depth falls as the field rises.
struct WellCase {
    WellCase()
    {
        std::string field = "month,gwsa_mm\n", wells = "month,a,b,c\n";
        for (int t = 0; t < 48; ++t) {
            const double storage = 30 * season(t) + 0.5 * t;
            if (t != 7) field += month(t) + "," + text(storage) + "\n";
            wells += month(t) + "," + text(12 - storage / 100) + "," + text(40 - storage / 100) + "," +
                     (t < 20 ? "" : text(7 + storage / 50)) + "\n";
        }
        write_bytes(folder / "field.csv", field);
        write_bytes(folder / "wells.csv", wells);
        write_bytes(folder / "sites.csv", "ID,LAT,LONG,sy_mean\na,48.1,2.1,0.1\nb,48.2,2.2,0.1\nc,48.7,2.1,0.05\n");
        options.field = folder / "field.csv", options.wells = folder / "wells.csv";
        options.sites = folder / "sites.csv";
    }
    nlohmann::json scores() const { return nlohmann::json::parse(score::score_wells(options).scores); }

    Scratch folder;
    score::WellsOptions options;
};

} // namespace

TEST_CASE("depth to water changes its sign, and specific yield makes it millimetres of water")
{
    WellCase c;
    auto scores = c.scores();
    // Wells a and b follow the field, c is upside down: (1 + 1 - 1) / 3 of a standardised wave from t = 20 on.
    CHECK(scores["wells"] == 3);
    CHECK(scores["cells"] == 2);
    CHECK(scores["series"]["standardised"]["n"] == 47);
    // storage / 100 m times 0.1 is storage in mm: only the cell of a and b, and c is -storage / 50 m times 0.05.
    write_bytes(c.folder / "wells.csv", [] {
        std::string wells = "month,a,b\n";
        for (int t = 0; t < 48; ++t) {
            const double storage = 30 * season(t) + 0.5 * t;
            wells += month(t) + "," + text(12 - storage / 100) + "," + text(40 - storage / 100) + "\n";
        }
        return wells;
    }());
    scores = c.scores();
    const auto& water = scores["series"]["sy_mean"];
    CHECK(water["r"].get<double>() == Approx(1).epsilon(1e-6));
    CHECK(water["sd_wells"].get<double>() == Approx(water["sd_field"].get<double>()).epsilon(1e-3));
    CHECK(water["trend_wells"].get<double>() == Approx(6).epsilon(1e-2)); // 0.5 mm a month
    CHECK(water["trends_agree"] == true);
    CHECK(water["lag_months"] == 0);

    c.options.measure = "level";
    CHECK(c.scores()["series"]["standardised"]["r"].get<double>() == Approx(-1).epsilon(1e-6));
    c.options.measure = "height";
    CHECK_THROWS_AS(c.scores(), ConfigError);
}

TEST_CASE("many wells of one cell count once where water is compared")
{
    WellCase c;
    // Three wells of one cell rise with the field, one well of another falls twice as much: cells are averaged alike.
    std::string wells = "month,a,b,d,c\n", field = "month,gwsa_mm\n";
    for (int t = 0; t < 36; ++t) {
        const double w = season(t);
        wells += month(t) + "," + text(-w) + "," + text(-w) + "," + text(-w) + "," + text(2 * w) + "\n";
        field += month(t) + "," + text(w) + "\n";
    }
    write_bytes(c.folder / "wells.csv", wells);
    write_bytes(c.folder / "field.csv", field);
    write_bytes(c.folder / "sites.csv", "id,lat,lon,sy\na,0.1,2.1,0.1\nb,0.2,2.2,0.1\nd,0.2,2.3,0.1\nc,-0.2,2.1,0.1\n");
    const auto scores = c.scores();
    CHECK(scores["series"]["sy"]["r"].get<double>() == Approx(-1).epsilon(1e-4)); // (100 - 200) / 2
    CHECK(scores["series"]["sy"]["sd_wells"].get<double>() == Approx(50 * std::sqrt(0.5)).epsilon(1e-3));
    CHECK(scores["series"]["standardised"]["r"].get<double>() == Approx(1).epsilon(1e-4)); // (3 - 1) / 4
}

TEST_CASE("a lag is found with its sign: wells that follow the field have a positive one")
{
    WellCase c;
    std::string wells = "month,a\n", field = "month,gwsa_mm\n";
    for (int t = 0; t < 60; ++t) {
        wells += month(t) + "," + text(season(t - 2)) + "\n";
        field += month(t) + "," + text(season(t)) + "\n";
    }
    write_bytes(c.folder / "wells.csv", wells);
    write_bytes(c.folder / "field.csv", field);
    c.options.measure = "level";
    const auto score = c.scores()["series"]["standardised"];
    CHECK(score["lag_months"] == 2);
    CHECK(score["r_at_lag"].get<double>() == Approx(1).epsilon(1e-4));
    CHECK(score["r"].get<double>() == Approx(0.5).margin(1e-3));
    CHECK(score["effective_n"].get<double>() < 20);
}

TEST_CASE("a gridded field is read at the wells' cells, in its own unit and at any turn of longitude")
{
    WellCase c;
    io::OutputInfo info;
    info.grid = geo::regular_grid(0.5, {-2, 47, 4, 50});
    info.time = geo::TimeAxis::months(geo::Month::of(2005, 1), geo::Month::of(2008, 12));
    info.unit = "cm";
    info.has_error = false;
    info.history = "test";
    const auto writer = io::create_output(c.folder / "field.nc", info, false);
    for (Index t = 0; t < info.time.size(); ++t) {
        std::vector<float> values(static_cast<std::size_t>(info.grid.cells()), NAN);
        for (Index row = 0; row < info.grid.rows(); ++row)
            for (Index col = 0; col < info.grid.cols(); ++col)
                values[static_cast<std::size_t>(row * info.grid.cols() + col)] =
                    static_cast<float>((row == 2 ? 3 : -3) * season(static_cast<int>(t)));
        values[0] = NAN; // the cell of well d
        writer->write(t, values, {});
    }
    writer->finish();
    std::string wells = "month,a,d,e\n";
    for (int t = 0; t < 48; ++t) wells += month(t) + "," + text(-0.3 * season(t)) + ",1,2\n";
    write_bytes(c.folder / "wells.csv", wells);
    write_bytes(c.folder / "sites.csv", "id,lat,lon,sy\na,48.1,1.1,0.1\nd,47.1,358.1,0.1\ne,60,2,0.1\n");
    c.options.field = c.folder / "field.nc";
    c.options.output = c.folder / "out";
    const auto scores = c.scores();
    CHECK(scores["series"]["sy"]["r"].get<double>() == Approx(1).epsilon(1e-4));
    CHECK(scores["series"]["sy"]["sd_field"].get<double>() == Approx(30 * std::sqrt(0.5)).epsilon(1e-3));
    CHECK(scores["left_out"]["outside_grid"] == 1);
    CHECK(scores["left_out"]["cell_without_value"] == 1);
    CHECK_THAT(read_bytes(c.folder / "out/cells.csv"), Contains("sy,48.25,1.25,1,48,"));
    CHECK_THAT(read_bytes(c.folder / "out/wells.csv"), Contains("a,48.1,1.1,48,0.99999"));
    CHECK(std::filesystem::file_size(c.folder / "out/map.png") > 1000);
    CHECK_THROWS_AS(c.scores(), CannotCreate);
}

TEST_CASE("a dimensionless field is compared without specific yield, and its unit is kept")
{
    WellCase c;
    c.options.field_unit = "%";
    const auto scores = c.scores();
    CHECK(scores["unit"] == "%");
    CHECK(scores["series"].size() == 1);
}

TEST_CASE("wells that cannot be used are refused or left out by name")
{
    WellCase c;
    const auto refused = [&](const std::string& file, const std::string& bytes, const std::string& words) {
        const std::string before = read_bytes(c.folder / file);
        write_bytes(c.folder / file, bytes);
        CHECK_THROWS_WITH(c.scores(), Contains(file) && Contains(words));
        write_bytes(c.folder / file, before);
    };
    refused("wells.csv", "month,a\n2005-13,1\n", "'2005-13' is not a month");
    refused("wells.csv", "month,a\n2005-01,1;2\n", "'1;2' is not a number");
    refused("wells.csv", "month,a\n2005-01,-9999\n", "missing value");
    refused("wells.csv", "month,a,a\n2005-01,1,2\n", "two columns 'a'");
    refused("wells.csv", "month,x\n2005-01,1\n", "none of its 1 columns");
    refused("wells.csv", "month,a\n2005-01,1\n2005-02,2\n", "24 months in common");
    refused("sites.csv", "ID,LAT,LONG\na,48.1,2.1\na,48.1,2.1\n", "named twice");
    refused("sites.csv", "ID,LAT,LONG\na,148.1,2.1\n", "no degrees");
    refused("sites.csv", "ID,LAT,LONG,sy\na,48.1,2.1,12\n", "not a share");
    refused("sites.csv", "ID,LONG,sy\na,2.1,0.1\n", "latitude");
    refused("field.csv", "month\n2005-01\n", "no series");
    c.options.specific_yield = {"porosity"};
    CHECK_THROWS_AS(c.scores(), ConfigError);
    c.options.specific_yield = {};
    c.options.field = c.folder / "field.csv:uncertainty";
    CHECK_THROWS_WITH(c.scores(), Contains("no column 'uncertainty'; its columns are month, gwsa_mm"));
}

TEST_CASE("cells tell how many wells they hold and whether these tell one story")
{
    WellCase c;
    // Over whole years u = cos and v = sin of the annual cycle are orthogonal and of one size, so r of u and
    // (u + sqrt(3) v) / 2 is 1/2: two wells with r = 1/2 have 2 * 0.5 / (1 + 0.5) = 2/3 of their mean's variance in
    // common. In the other cell u and -u disagree: r = -1, nothing in common. The third cell has one well.
    const auto u = [](int t) { return std::cos(2 * M_PI * t / 12); };
    std::string wells = "month,a,b,d,e,f\n", field = "month,gwsa_mm\n";
    for (int t = 0; t < 48; ++t) {
        const double mixed = 0.5 * u(t) + std::sqrt(0.75) * season(t);
        wells += month(t) + "," + text(u(t)) + "," + text(mixed) + "," + text(u(t)) + "," + text(-u(t)) + "," +
                 text(u(t)) + "\n";
        field += month(t) + "," + text(u(t) + 0.1 * t) + "\n";
    }
    write_bytes(c.folder / "wells.csv", wells);
    write_bytes(c.folder / "field.csv", field);
    write_bytes(c.folder / "sites.csv", "id,lat,lon\na,0.1,2.1\nb,0.2,2.2\nd,0.7,2.1\ne,0.8,2.2\nf,1.2,2.1\n");
    c.options.measure = "level";
    c.options.output = c.folder / "out";
    const auto agreement = c.scores()["wells_of_one_cell"];
    CHECK(agreement["cells_with_several_wells"] == 2);
    CHECK(agreement["cells_compared"] == 2);
    CHECK(agreement["median_mean_pairwise_r"].get<double>() == Approx(-0.25).epsilon(1e-4)); // of 1/2 and -1
    CHECK(agreement["median_common_share"].get<double>() == Approx(1.0 / 3).epsilon(1e-4));  // of 2/3 and 0
    const auto row = [&](const std::string& cell) {
        const score::CsvTable table = score::read_csv(c.folder / "out/cells.csv");
        for (std::size_t i = 0; i < table.rows.size(); ++i)
            if (table.rows[i][1] == cell)
                return std::array{table.number(i, table.column("wells")), table.number(i, table.column("well_pairs")),
                                  table.number(i, table.column("mean_pairwise_r")),
                                  table.number(i, table.column("common_share"))};
        return std::array{0.0, 0.0, 0.0, 0.0};
    };
    CHECK(row("0.25")[2] == Approx(0.5).epsilon(1e-4));
    CHECK(row("0.25")[3] == Approx(2.0 / 3).epsilon(1e-4));
    CHECK(row("0.75")[2] == Approx(-1));
    CHECK(row("0.75")[3] == 0);
    CHECK(row("1.25")[0] == 1);
    CHECK(row("1.25")[1] == 0);
    CHECK(std::isnan(row("1.25")[2]));
    // A well that is left out does not count: d has too few months.
    c.options.output.clear();
    wells = "month,a,d\n";
    for (int t = 0; t < 48; ++t) wells += month(t) + "," + text(u(t)) + "," + (t < 10 ? text(u(t)) : "") + "\n";
    write_bytes(c.folder / "wells.csv", wells);
    write_bytes(c.folder / "sites.csv", "id,lat,lon\na,0.1,2.1\nd,0.2,2.2\n");
    CHECK(c.scores()["wells_of_one_cell"]["cells_with_several_wells"] == 0);
}

TEST_CASE("amounts of water have a KGE and an RMSE, courses have none")
{
    // Wells have half of the field's anomaly and the same course: alpha = 2, r = 1, KGE = 1 - 1, and the error is half
    // of the field: sd 10 sqrt(1/2).
    WellCase c;
    std::string wells = "month,a\n", field = "month,gwsa_mm\n";
    for (int t = 0; t < 48; ++t) {
        wells += month(t) + "," + text(0.1 * season(t)) + "\n"; // m, times 0.1 is 10 mm
        field += month(t) + "," + text(20 * season(t) + 3) + "\n";
    }
    write_bytes(c.folder / "wells.csv", wells);
    write_bytes(c.folder / "field.csv", field);
    c.options.measure = "level";
    const auto scores = c.scores();
    const auto& water = scores["series"]["sy_mean"];
    CHECK(water["kge"].get<double>() == Approx(0).margin(1e-4));
    CHECK(water["kge_alpha"].get<double>() == Approx(2).epsilon(1e-4));
    CHECK(water["kge_beta"].get<double>() == Approx(0).margin(1e-6)); // both are anomalies
    CHECK(water["rmse"].get<double>() == Approx(10 * std::sqrt(0.5)).epsilon(1e-4));
    CHECK(water["cells"]["median_rmse"] == water["rmse"]);
    CHECK_FALSE(scores["series"]["standardised"].contains("kge"));
}

TEST_CASE("trends of wells and field are compared by sign and interval")
{
    // Noise that repeats every 9 months on slopes of 6 and -6 mm a year.
    WellCase c;
    const auto write = [&](double slope_of_wells) {
        std::string wells = "month,a\n", field = "month,gwsa_mm\n";
        for (int t = 0; t < 96; ++t) {
            const double noise = (t * 7 % 9 - 4) * 0.5;
            wells += month(t) + "," + text((slope_of_wells / 12 * t + noise) / 100) + "\n";
            field += month(t) + "," + text(0.5 * t + 10 * season(t) + noise) + "\n";
        }
        write_bytes(c.folder / "wells.csv", wells);
        write_bytes(c.folder / "field.csv", field);
    };
    c.options.measure = "level";
    write(6);
    auto trends = c.scores()["series"]["sy_mean"]["rank_trends"];
    CHECK(trends["wells"]["sen_slope"].get<double>() == Approx(6).margin(0.1));
    CHECK(trends["field"]["sen_slope"].get<double>() == Approx(6).margin(0.1));
    CHECK(trends["field"]["p"].get<double>() < 1e-6);
    CHECK(trends["signs_agree"] == true);
    CHECK(trends["intervals_overlap"] == true);
    write(-6);
    trends = c.scores()["series"]["sy_mean"]["rank_trends"];
    CHECK(trends["wells"]["sen_slope"].get<double>() == Approx(-6).margin(0.1));
    CHECK(trends["signs_agree"] == false);
    CHECK(trends["intervals_overlap"] == false);
    CHECK(c.scores()["series"]["sy_mean"]["cells"]["share_trend_signs_agree"] == 0);
}

TEST_CASE("the whole curve of r by lag is in the scores, in a table and in a picture")
{
    WellCase c;
    c.options.max_lag = 3;
    c.options.output = c.folder / "out";
    const auto lags = c.scores()["series"]["standardised"]["lags"];
    REQUIRE(lags.size() == 7);
    CHECK(lags[0]["lag_months"] == -3);
    CHECK(lags[3]["lag_months"] == 0);
    CHECK(lags[3]["n"] == 47);
    CHECK(lags[4]["n"] == 45); // of 47 pairs of neighbours two lack the absent month
    CHECK(lags[3]["cells"] == 2);
    CHECK(lags[3]["cells_median_r"].get<double>() == Approx(0).margin(1e-6)); // the cells follow and oppose the field
    const score::CsvTable table = score::read_csv(c.folder / "out/lags.csv");
    CHECK(table.rows.size() == 14); // two variants
    CHECK(table.number(3, table.required_column("r")) == lags[3]["r"].get<double>());
    CHECK(std::filesystem::file_size(c.folder / "out/lags.png") > 1000);
}

TEST_CASE("the same wells and months are scored for the coarse product, and the gain is told")
{
    WellCase c;
    // Six years. The field is what wells a and b hold; the coarse product lacks a year and lags by three months.
    std::string wells = "month,a,b\n", field = "month,gwsa_mm\n", coarse = "month,gwsa_mm\n";
    for (int t = 0; t < 84; ++t) {
        wells += month(t) + "," + text(season(t) / 100) + "," + text(season(t) / 100) + "\n";
        field += month(t) + "," + text(season(t)) + "\n";
        if (t >= 12) coarse += month(t) + "," + text(season(t - 3)) + "\n";
    }
    write_bytes(c.folder / "wells.csv", wells);
    write_bytes(c.folder / "field.csv", field);
    write_bytes(c.folder / "coarse.csv", coarse);
    c.options.measure = "level";
    c.options.coarse = c.folder / "coarse.csv";
    c.options.output = c.folder / "out";
    const auto scores = c.scores();
    CHECK(scores["series"]["standardised"]["n"] == 72); // months of both
    const auto gain = scores["series"]["sy_mean"]["gain"];
    CHECK(gain["bootstrap_years"] == 6);
    CHECK(gain["region"]["r"]["field"].get<double>() == Approx(1));
    CHECK(gain["region"]["r"]["coarse"].get<double>() == Approx(0).margin(1e-3));
    CHECK(gain["region"]["kge"]["coarse"].get<double>() == Approx(0).margin(1e-2)); // r = 0, alpha = 1
    CHECK(gain["region"]["rmse"]["gain"].get<double>() == Approx(1).epsilon(1e-2)); // sqrt(1/2 + 1/2) mm
    CHECK(gain["region"]["r"]["interval"][0].get<double>() > 0.9);
    CHECK_THAT(scores["verdict"].get<std::string>(), Contains("is closer to the wells than the coarse product"));
    CHECK_THAT(read_bytes(c.folder / "out/cells.csv"), Contains("r_coarse,gain_r,gain_r_low,gain_r_high,kge_coarse"));
    CHECK_THAT(read_bytes(c.folder / "out/wells.csv"), Contains("cell_lon,r_coarse,gain_r\n"));
    CHECK_THAT(read_bytes(c.folder / "out/series.csv"), Contains("unit,coarse\n2006-01,"));
    CHECK_THAT(read_bytes(c.folder / "out/table.txt"), Contains("only months that it has in common"));

    c.options.output.clear();
    write_bytes(c.folder / "coarse.csv", "month,gwsa_mm\n1990-01,1\n1990-02,2\n");
    CHECK_THROWS_WITH(c.scores(), Contains("coarse.csv") && Contains("shares no month and place of wells"));
    c.options.coarse = c.folder / "coarse.csv:gwsa";
    CHECK_THROWS_WITH(c.scores(), Contains("no column 'gwsa'; its columns are month, gwsa_mm"));
    c.options.coarse = c.folder / "absent.nc";
    CHECK_THROWS_AS(c.scores(), InputMissing);
}

TEST_CASE("a coarse grid is read where the cells of the field are, and must be water if the field is")
{
    WellCase c;
    const auto write = [&](const std::string& name, double degrees, const std::string& unit) {
        io::OutputInfo info;
        info.grid = geo::regular_grid(degrees, {0, 46, 4, 50});
        info.time = geo::TimeAxis::months(geo::Month::of(2005, 1), geo::Month::of(2010, 12));
        info.unit = unit;
        info.has_error = false;
        info.history = "test";
        const auto writer = io::create_output(c.folder / name, info, false);
        for (Index t = 0; t < info.time.size(); ++t) {
            std::vector<float> values;
            for (Index row = 0; row < info.grid.rows(); ++row) // the north rises where the south falls
                for (Index col = 0; col < info.grid.cols(); ++col)
                    values.push_back(static_cast<float>((info.grid.lat(row) > 48 ? 1 : -1) *
                                                        season(static_cast<int>(t)) * (degrees > 1 ? 0.5 : 1)));
            if (degrees > 1) values[0] = NAN; // the south-west
            writer->write(t, values, {});
        }
        writer->finish();
    };
    write("fine.nc", 0.5, "mm");
    write("coarse.nc", 2, "mm");
    std::string wells = "month,a,b,d\n";
    for (int t = 0; t < 72; ++t)
        wells += month(t) + "," + text(0.01 * season(t)) + "," + text(-0.01 * season(t)) + ",1\n";
    write_bytes(c.folder / "wells.csv", wells);
    write_bytes(c.folder / "sites.csv", "id,lat,lon,sy\na,48.2,1.2,0.1\nb,47.8,2.2,0.1\nd,46.2,0.2,0.1\n");
    c.options.measure = "level";
    c.options.field = c.folder / "fine.nc", c.options.coarse = c.folder / "coarse.nc";
    const auto scores = c.scores();
    CHECK(scores["cells"] == 2);
    CHECK(scores["left_out"]["cell_without_coarse"] == 1); // d
    const auto gain = scores["series"]["sy"]["gain"]["cells_median"];
    CHECK(gain["r"]["coarse"].get<double>() == Approx(1).epsilon(1e-4));
    CHECK(gain["rmse"]["field"].get<double>() == Approx(0).margin(1e-3));
    CHECK(gain["rmse"]["gain"].get<double>() == Approx(0.5 * std::sqrt(0.5)).epsilon(1e-2)); // half is missing

    write("percent.nc", 2, "%");
    c.options.coarse = c.folder / "percent.nc";
    CHECK_THROWS_WITH(c.scores(), Contains("percent.nc") && Contains("a pure number with units '%'") &&
                                      Contains("is water in mm; give the product that the field was refined from"));
}

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

TEST_CASE("real total water storage and the G3P mean of the Paris Basin as field and coarse product, as wells.md says")
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
