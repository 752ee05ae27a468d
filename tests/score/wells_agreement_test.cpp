#include <array>
#include <cmath>
#include <filesystem>

#include "score/csv.hpp"
#include "score/well_case.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::test;

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
