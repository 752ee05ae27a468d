#include <cmath>
#include <filesystem>

#include "gwsd/core/error.hpp"
#include "gwsd/geo/grid.hpp"
#include "gwsd/io/output.hpp"
#include "score/well_case.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::test;
using Catch::Matchers::Contains;

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
