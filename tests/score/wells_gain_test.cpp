#include <cmath>

#include "gwsd/geo/grid.hpp"
#include "gwsd/io/output.hpp"
#include "score/well_case.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::test;
using Catch::Matchers::Contains;

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
