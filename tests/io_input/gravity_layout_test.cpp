// G3P, mascons and GravIS in the layouts in which people have them.

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "io_input/nc_maker.hpp"
#include "io_input/read_series.hpp"
#include "support/catch.hpp"
#include "support/run_command.hpp"

using namespace gwsd;
using Catch::Matchers::Contains;
using test::NcMaker;
using test::outcome;
using test::ramp;
using test::read_step;
using test::TemporaryFolder;

namespace {

struct Layout {
    std::vector<std::string> fields{"GWSA", "uncertainty"};
    std::string units = "mm", unit_attribute = "units", time_units = "days since 2002-01-01";
    std::vector<double> days{105, 135, 227}; ///< 2002-04-16, 05-16, 08-16
    bool descending = false, from_zero = false;
    double fill = std::nan("");
    std::string title{};
};

/// Fields of 3 x 4 cells; field k has the values 100 k + 10 t, and one missing cell in the north-east.
void make(const std::string& path, const Layout& layout)
{
    NcMaker file(path);
    file.axis("lat", ramp(layout.descending ? 60 : -60, layout.descending ? -60 : 60, 3), "degrees_north");
    file.axis("lon", ramp(layout.from_zero ? 45 : -135, 90, 4), "degrees_east");
    file.axis("time", layout.days, layout.time_units);
    if (!layout.title.empty()) file.text(NC_GLOBAL, "title", layout.title);
    for (std::size_t k = 0; k < layout.fields.size(); ++k) {
        const int id = file.variable(layout.fields[k], NC_FLOAT, {"time", "lat", "lon"});
        file.text(id, layout.unit_attribute, layout.units).number(id, "_FillValue", NC_FLOAT, layout.fill);
        std::vector<double> values;
        for (std::size_t t = 0; t < layout.days.size(); ++t)
            for (int i = 0; i < 12; ++i) {
                const bool north = layout.descending ? i < 4 : i >= 8, east = i % 4 == (layout.from_zero ? 1 : 3);
                values.push_back(north && east ? layout.fill
                                               : 100.0 * static_cast<double>(k) + 10.0 * static_cast<double>(t));
            }
        file.values(id, values);
    }
}

} // namespace

TEST_CASE("G3P: one file, yearly files, other stamps, either order of latitudes, any fill")
{
    const TemporaryFolder folder;
    make(folder / "gwsa_g3p_200204_202309_monthly_05_degree_250km_gauss_filtered_gravis.nc", {});
    make(folder / "GWSA_2002_Ano_0.5_degree_Gauss_250km_land_masked_GravIS.nc", {.descending = true, .fill = -9999});
    make(folder / "GWSA_2003_Ano_0.5_degree_Gauss_250km_land_masked_GravIS.nc",
         {.days = {380, 411}, .descending = true, .fill = -9999});
    make(folder / "G3P_GWSA_V1.5_0.5deg_M_200204_202012.nc",
         {.fields = {"GWSA_LA_grav", "GWSA", "GWSA_LA_hyd", "uncertainty"},
          .days = {90, 120, 212},
          .from_zero = true,
          .fill = 1e20});
    const std::vector<std::vector<std::string>> inputs{
        {folder / "gwsa_g3p_200204_202309_monthly_05_degree_250km_gauss_filtered_gravis.nc"},
        {folder / "GWSA_2003_Ano_0.5_degree_Gauss_250km_land_masked_GravIS.nc",
         folder / "GWSA_2002_Ano_0.5_degree_Gauss_250km_land_masked_GravIS.nc"},
        {folder / "G3P_GWSA_V1.5_0.5deg_M_200204_202012.nc"}};
    for (const auto& files : inputs) {
        INFO(files[0]);
        const auto series = io::open_series(files, {.quantity = "gwsa"});
        CHECK(series->name() == "GWSA");
        CHECK(series->unit() == "mm");
        CHECK_FALSE(series->is_total_water_storage());
        CHECK_FALSE(series->is_absolute());
        CHECK(series->time().label(0) == "2002-04");
        CHECK(series->time().label(2) == "2002-08");
        const auto field = read_step(*series, 1);
        CHECK(std::isnan(field[11]));
        CHECK(std::count_if(field.begin(), field.end(), [](float v) { return std::isnan(v); }) == 1);
        const float base = files[0].find("V1.5") == std::string::npos ? 0 : 100;
        CHECK(field[0] == base + 10);
        const auto sigma = io::open_series(files, {.quantity = "gwsa", .companion_sigma = true});
        CHECK(sigma->name() == "uncertainty");
        CHECK(sigma->time().steps == series->time().steps);
        CHECK(read_step(*sigma, 0)[0] == (base == 0 ? 100 : 300));
    }
}

TEST_CASE("G3P: names in other spellings are found; without a usual name the only length over time is taken")
{
    const TemporaryFolder folder;
    make(folder / "gwsa_g3p_1.nc", {.fields = {"gwsa", "gwsa_uncertainty"}});
    CHECK(io::open_series({folder / "gwsa_g3p_1.nc"}, {.quantity = "gwsa", .companion_sigma = true})->name() ==
          "gwsa_uncertainty");
    make(folder / "gwsa_g3p_2.nc", {.fields = {"value", "std_value"}});
    CHECK(io::open_series({folder / "gwsa_g3p_2.nc"}, {.quantity = "gwsa"})->name() == "value");
    CHECK(io::open_series({folder / "gwsa_g3p_2.nc"}, {.quantity = "gwsa", .companion_sigma = true})->name() ==
          "std_value");
    make(folder / "gwsa_g3p_3.nc", {.fields = {"one", "two"}});
    CHECK_THAT(outcome(folder / "gwsa_g3p_3.nc"), Contains("65") && Contains("one [mm], two [mm]"));
    make(folder / "rzsm_g3p.nc", {.fields = {"rzsm"}});
    CHECK_THAT(outcome(folder / "rzsm_g3p.nc"), Contains("65") && Contains("no variable for 'gwsa'"));
    make(folder / "g.nc", {.fields = {"GWSA"}});
    CHECK_THAT(outcome(folder / "g.nc", {.quantity = "gwsa", .companion_sigma = true}),
               Contains("no uncertainty beside 'GWSA'"));
    make(folder / "two.nc", {.fields = {"GWSA", "gwsa"}});
    CHECK_THAT(outcome(folder / "two.nc"), Contains("65") && Contains("more than one variable fits: GWSA, gwsa"));
    CHECK(io::open_series({folder / "two.nc:gwsa"}, {.quantity = "gwsa"})->name() == "gwsa");
}

TEST_CASE("products of total water storage are told from groundwater")
{
    const TemporaryFolder folder;
    for (const std::string name : {"tws", "TWSA", "lwe_thickness"}) {
        make(folder / "x.nc", {.fields = {name}, .units = "cm", .unit_attribute = "Units"});
        const auto series = io::open_series({folder / "x.nc"}, {.quantity = "gwsa"});
        CHECK(series->is_total_water_storage());
        CHECK(series->unit() == "mm");
        CHECK(read_step(*series, 2)[0] == 200); // centimetres
    }
}

TEST_CASE("GravIS: centimetres, latitude from the north, longitudes from 0, std_tws")
{
    const TemporaryFolder folder;
    const std::string path = folder / "GRAVIS-3_COSTG_0200_TWS_GRID_GFZ_0001.nc";
    make(path, {.fields = {"tws", "std_tws", "leakage", "model_atmosphere"},
                .units = "cm",
                .time_units = "days since 2002-04-18",
                .days = {0, 30},
                .descending = true,
                .from_zero = true});
    const auto series = io::open_series({path}, {.quantity = "tws"});
    CHECK(series->name() == "tws");
    CHECK_FALSE(series->is_absolute());
    CHECK(series->time().label(1) == "2002-05");
    CHECK(io::open_series({path}, {.quantity = "tws", .companion_sigma = true})->name() == "std_tws");
}

TEST_CASE("JPL mascons: gains applied once on land, fill, baseline, months by the middle of their bounds")
{
    const TemporaryFolder folder;
    const std::string path = folder / "GRCTellus.JPL.200204_202607.GLO.RL06.3M.MSCNv04CRI.nc";
    {
        NcMaker file(path);
        file.axis("lat", {-45, 45}, "degrees_north");
        file.axis("lon", {45, 135, 225, 315}, "degrees_east");
        // 2011-10, a November whose middle is 31 October, and a December whose middle is 1 January
        const int time = file.axis("time", {3575.5, 3590.5, 3652.5, 3667.5}, "days since 2002-01-01T00:00:00Z");
        file.text(time, "bounds", "time_bounds").dimension("bounds", 2);
        const int bounds = file.variable("time_bounds", NC_DOUBLE, {"time", "bounds"});
        file.values(bounds, {3560, 3591, 3575, 3606, 3637, 3668, 3652, 3683});
        const int lwe = file.variable("lwe_thickness", NC_DOUBLE, {"time", "lat", "lon"});
        file.text(lwe, "units", "cm").number(lwe, "_FillValue", NC_DOUBLE, -99999);
        file.text(lwe, "long_name", "Liquid_Water_Equivalent_Thickness");
        file.values(lwe, std::vector<double>(32, 10));
        const int sigma = file.variable("uncertainty", NC_DOUBLE, {"time", "lat", "lon"});
        file.text(sigma, "units", "cm").values(sigma, std::vector<double>(32, 2));
        const int gain = file.variable("scale_factor", NC_DOUBLE, {"lat", "lon"});
        file.number(gain, "_FillValue", NC_DOUBLE, -99999).values(gain, {1.5, -99999, 1, 1, 1, 1, 1, 0.5});
        const int land = file.variable("land_mask", NC_DOUBLE, {"lat", "lon"});
        file.values(land, std::vector<double>(8, 1));
        file.text(NC_GLOBAL, "time_mean_removed", "2004.000 to 2009.999");
    }
    const auto series = io::open_series({path}, {.quantity = "tws"});
    CHECK(series->is_total_water_storage());
    CHECK(series->baseline() == "2004-01-01/2009-12-31");
    REQUIRE(series->time().monthly);
    CHECK(series->time().label(0) == "2011-10");
    CHECK(series->time().label(1) == "2011-11");
    CHECK(series->time().label(2) == "2011-12");
    CHECK(series->time().label(3) == "2012-01");
    // canonical columns are 225, 315, 45, 135 degrees east
    CHECK(read_step(*series, 0) == std::vector<float>{100, 100, 150, 100, 100, 50, 100, 100});
    CHECK(read_step(*series, 1) == read_step(*series, 0));
    const auto sigma = io::open_series({path}, {.quantity = "tws", .companion_sigma = true});
    CHECK(read_step(*sigma, 0) == std::vector<float>(8, 20)); // per mascon, not scaled
}

TEST_CASE("CSR mascons: the land mask comes in a file of its own")
{
    const TemporaryFolder folder;
    const auto make_mask = [&](const std::string& path, std::size_t columns) {
        NcMaker file(path);
        file.axis("lat", {-60, 0, 60}, "degrees_north");
        file.axis("lon",
                  ramp(-180 + 180.0 / static_cast<double>(columns), 360.0 / static_cast<double>(columns), columns),
                  "degrees_east");
        const int id = file.variable("LO_val", NC_FLOAT, {"lat", "lon"});
        std::vector<double> values(3 * columns, 1);
        values[0] = 0;
        file.values(id, values);
    };
    make(folder / "CSR_GRACE_Mascons.nc", {.fields = {"lwe_thickness"}, .units = "cm"});
    make_mask(folder / "CSR_LandMask.nc", 4);
    const auto series =
        io::open_series({folder / "CSR_GRACE_Mascons.nc", folder / "CSR_LandMask.nc"}, {.quantity = "tws"});
    const auto field = read_step(*series, 1);
    CHECK(std::isnan(field[0]));
    CHECK(field[1] == 100);
    make_mask(folder / "other.nc", 8);
    CHECK_THAT(outcome({folder / "CSR_GRACE_Mascons.nc", folder / "other.nc"}, {.quantity = "tws"}),
               Contains("65") && Contains("land mask is on another grid"));
    CHECK_THAT(outcome(folder / "CSR_LandMask.nc", {.quantity = "tws"}), Contains("65"));
}

TEST_CASE("storage of a model is absolute, an anomaly is not, a percentile neither")
{
    const TemporaryFolder folder;
    make(folder / "model.nc", {.fields = {"GWS_tavg"}, .units = "kg m-2"});
    CHECK(io::open_series({folder / "model.nc"}, {.quantity = "reference"})->is_absolute());
    CHECK(io::open_series({folder / "model.nc"}, {.quantity = "reference"})->unit() == "mm");
    make(folder / "percent.nc", {.fields = {"gws_inst"}, .units = "%"});
    CHECK_FALSE(io::open_series({folder / "percent.nc"}, {.quantity = "reference"})->is_absolute());
    CHECK(io::open_series({folder / "percent.nc"}, {.quantity = "reference"})->unit() == "%");
    make(folder / "own.nc", {.fields = {"storage"}, .units = "m"});
    const auto own = io::open_series({folder / "own.nc:storage"}, {.quantity = "reference"});
    CHECK(own->is_absolute());
    CHECK(read_step(*own, 1)[0] == 10000);
}
