// Every file of the folder of shared data is understood, or refused with the reason.

#include <cmath>
#include <filesystem>
#include <map>

#include "gwsd/core/error.hpp"
#include "gwsd/io/inspect.hpp"
#include "io_input/read_series.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

const fs::path shared = GWSD_SHARED_DATA;

bool absent(const fs::path& path)
{
    if (fs::exists(path)) return false;
    WARN("SKIPPED: " << path.filename().string() << " is not in the folder of shared data");
    std::puts("SKIPPED: the shared data are absent");
    return true;
}

/// "t2m 46x37 offset 1940-01..2025-03 1023 K" for a field, "refused" where it is.
std::string summary(const io::FieldReport& f)
{
    std::string text =
        f.name + " " + std::to_string(f.rows) + "x" + std::to_string(f.cols) + " " + f.registration + " ";
    if (!f.problem.empty()) return text + "refused";
    if (f.time != "static") text += f.first + ".." + f.last + " ";
    return text + std::to_string(f.steps) + " " + f.unit;
}

/// What is expected of each file: fields (joined by "; "), or a part of the refusal.
const std::map<std::string, std::string>& expected()
{
    static const std::map<std::string, std::string> list{
        {"era5_grib/era5-single-level-scalar-time_2t_20170101.grib", "t2m 121x201 node refused"},
        {"era5_grib/soil-surface-level-mix_2t_swvl1-4_20220101.grib",
         "t2m 6x6 node refused; stl1 6x6 node 2022-01..2022-01 1 K; stl2 6x6 node 2022-01..2022-01 1 K; "
         "stl3 6x6 node 2022-01..2022-01 1 K; stl4 6x6 node 2022-01..2022-01 1 K; slt 6x6 node 2022-01..2022-01 1 ~; "
         "swvl1 6x6 node refused; swvl2 6x6 node 2022-01..2022-01 1 m**3 m**-3; "
         "swvl3 6x6 node 2022-01..2022-01 1 m**3 m**-3; swvl4 6x6 node 2022-01..2022-01 1 m**3 m**-3"},
        {"era5_newcds/era5_hourly_swvl1_lsm_India2_202001.nc",
         "swvl1 15x25 node 2020-01..2020-01 1 m3 m-3; lsm 15x25 node 2020-01..2020-01 1 (0 - 1)"},
        {"era5_newcds/era5_hourly_swvl1_lsm_Sudan_20200701-07.nc", "swvl1 25x29 node refused; lsm 25x29 node refused"},
        {"era5_newcds/era5_monthly_t2m_sBrazil_1940-2025_data_0.nc", "t2m 46x37 offset 1940-01..2025-03 1023 K"},
        {"era5_newcds/era5_monthly_tp_sBrazil_1940-2025_data_1.nc", "tp 46x37 offset 1940-01..2025-03 1023 mm/month"},
        {"era5_newcds/era5land_hourly_swvl1_Pakistan_20200101-07.nc",
         "swvl1 36x61 node refused; lsm 36x61 node 2013-11..2013-11 1 (0 - 1)"},
        {"era5_newcds/era5land_monthly_t2m_Australia_202511_expver0005.nc", "t2m 351x481 node 2025-11..2025-11 1 K"},
        {"era5_newcds/era5land_monthly_t2m_tp_Amazon_202501_data_stream-moda.nc",
         "t2m 5x6 node 2025-01..2025-01 1 K; pev 5x6 node 2025-01..2025-01 1 m; tp 5x6 node 2025-01..2025-01 1 "
         "mm/month; lai_hv 5x6 node 2025-01..2025-01 1 m**2 m**-2; lai_lv 5x6 node 2025-01..2025-01 1 m**2 m**-2"},
        {"era5_oldcds/era5land_monthly_u10_d2m_t2m_Iberia_1991-1992_packed.nc",
         "u10 91x141 node 1991-01..1992-12 24 m s**-1; d2m 91x141 node 1991-01..1992-12 24 K; "
         "t2m 91x141 node 1991-01..1992-12 24 K"},
        {"era5_oldcds/era5land_static_slt_Amazon.nc", "slt 5x6 node 2013-11..2013-11 1 ~"},
        {"era5_oldcds/era5land_static_tvh_Amazon.nc", "tvh 5x6 node 1996-01..1996-01 1 ~"},
        {"gldas/GLDAS_NOAH025_3H.A20160101.0300.021.nc4",
         "SoilMoi0_10cm_inst 600x1440 cell refused; SoilMoi10_40cm_inst 600x1440 cell refused"},
        {"grace/GRACEDADM_CLSM025GL_7D.A20030203.030.nc4",
         "gws_inst 600x1440 cell 2003-02-03..2003-02-03 1 %; rtzsm_inst 600x1440 cell 2003-02-03..2003-02-03 1 %; "
         "sfsm_inst 600x1440 cell 2003-02-03..2003-02-03 1 %"},
        {"grace_l2/TWSA_CSR_200204_202309_0.5deg_Gauss250km.nc",
         "TWSA 360x720 cell 2002-04..2023-09 224 mm; uncertainty 360x720 cell 2002-04..2023-09 224 mm"},
        {"grace_l2/TWSA_CSR_200204_202309_sBrazil_0.5deg_Gauss250km.nc",
         "TWSA 36x40 cell 2002-04..2023-09 224 mm; uncertainty 36x40 cell 2002-04..2023-09 224 mm"},
        {"static/NLDAS_california_mask.nc", "mask 224x464 cell 1 1"},
        {"static/NLDAS_sacramento_mask.nc", "mask 224x464 cell 1 1"},
        {"static/binned_GSHHS_l.nc", "holds no field over latitude and longitude"},
        {"static/elevation_CentralNorway_0.1deg_KrigR_Covariates_Train.nc", "Covariates_Train 55x89 node 1 1"},
        {"static/era5_landmask_0.25_global.nc", "land 721x1440 node 1 (0,1)"},
        {"static/era5land_landmask_0.1_global.nc", "land 1801x3600 node 1 (0,1)"},
        {"static/etopo20.cdf", "ROSE 540x1080 cell 1 METERS"},
        {"static/etopo5_nc4.nc", "ROSE 2161x4320 node 1 meters"},
        {"static/pcrglobwb_groundwaterProperties_0.5_global.nc",
         "recessionCoeff 360x720 cell 1 1; specificYield 360x720 cell 1 1; kSatAquifer 360x720 cell 1 1"},
    };
    return list;
}

/// By the end of the name, for what is no data.
const std::map<std::string, std::string>& expected_refusals()
{
    static const std::map<std::string, std::string> list{
        {".csv", "table of text (CSV"}, {".xlsx", "Office document"}, {".dbf", "table of a shapefile"},
        {".shp", "a shapefile"},        {".shx", "a shapefile"},      {".prj", "projection of a shapefile"},
        {".cpg", "plain text"},         {".md", "plain text"},
    };
    return list;
}

std::string inspected(const std::string& path)
{
    try {
        const io::Inspection inspection = io::inspect_file(path, {.most_values = 3'000'000});
        std::string text;
        for (const io::FieldReport& field : inspection.fields) text += (text.empty() ? "" : "; ") + summary(field);
        return text;
    } catch (const Error& error) {
        CHECK(error.exit_code() == ExitCode::bad_data);
        return error.what();
    }
}

} // namespace

TEST_CASE("each file of the shared data is understood, or refused with the reason")
{
    if (absent(shared)) return;
    int seen = 0;
    for (const auto& entry : fs::recursive_directory_iterator(shared)) {
        if (!entry.is_regular_file()) continue;
        const std::string name = fs::relative(entry.path(), shared).string(), end = entry.path().extension().string();
        INFO(name);
        ++seen;
        const auto data = expected().find(name);
        if (data != expected().end()) {
            const std::string found = inspected(entry.path().string());
            if (data->second.find("holds no") == 0)
                CHECK_THAT(found, Contains(data->second));
            else
                CHECK(found == data->second);
        } else if (const auto refusal = expected_refusals().find(end); refusal != expected_refusals().end()) {
            CHECK_THAT(inspected(entry.path().string()), Contains(refusal->second));
        } else if (name.rfind("gldas/", 0) == 0 || name.rfind("grace/GRACEDADM", 0) == 0) {
            continue; // siblings of a file above
        } else {
            FAIL_CHECK("nothing is expected of this file");
        }
    }
    CHECK(seen > 60);
}

TEST_CASE("real GRACE: months, gaps and kind")
{
    const fs::path path = shared / "grace_l2/TWSA_CSR_200204_202309_sBrazil_0.5deg_Gauss250km.nc";
    if (absent(path)) return;
    const auto series = io::open_series({path.string()}, {.quantity = "gwsa"});
    CHECK(series->is_total_water_storage());
    CHECK_FALSE(series->is_absolute());
    CHECK(series->time().monthly);
    CHECK(series->time().size() == 224);
    CHECK(series->time().find(geo::Month::of(2012, 3).index) == -1);
    const auto sigma = io::open_series({path.string()}, {.quantity = "gwsa", .companion_sigma = true});
    CHECK(sigma->name() == "uncertainty");
    for (const float value : test::read_step(*sigma, 5)) REQUIRE(value > 0);
}

TEST_CASE("real weeks of GRACE-DA-DM are instants with their own unit, whatever their number")
{
    const fs::path folder = shared / "grace";
    if (absent(folder / "GRACEDADM_CLSM025GL_7D.A20030203.030.nc4")) return;
    std::vector<std::string> files;
    for (const char* day : {"20030303", "20030203", "20030224", "20030217"})
        files.push_back((folder / (std::string("GRACEDADM_CLSM025GL_7D.A") + day + ".030.nc4")).string());
    const auto series = io::open_series(files, {.quantity = "reference"});
    CHECK_FALSE(series->time().monthly);
    REQUIRE(series->time().size() == 4);
    CHECK(series->time().label(1) == "2003-02-17");
    CHECK(series->name() == "gws_inst");
    CHECK(series->unit() == "%");
    CHECK_FALSE(series->is_absolute());
    const auto one = io::open_series({files[0]}, {.quantity = "sfsm_inst"});
    CHECK_FALSE(one->time().monthly);
    CHECK(one->unit() == "%");
}

TEST_CASE("real ERA5 monthly precipitation: m per day becomes mm per month")
{
    const fs::path folder = shared / "era5_newcds";
    const std::string tp = (folder / "era5_monthly_tp_sBrazil_1940-2025_data_1.nc").string(),
                      t2m = (folder / "era5_monthly_t2m_sBrazil_1940-2025_data_0.nc").string();
    if (absent(tp)) return;
    const auto series = io::open_series({t2m, tp}, {.quantity = "tp", .skip_files_without = true});
    CHECK(series->files() == std::vector<std::string>{tp});
    CHECK(series->unit() == "mm/month");
    // Southern Brazil: between 1000 and 2500 mm in a year.
    double year = 0;
    for (Index t = 720; t < 732; ++t) {
        const auto field = test::read_step(*series, t);
        double sum = 0;
        for (const float value : field) sum += static_cast<double>(value);
        year += sum / static_cast<double>(field.size());
    }
    CHECK(year > 1000);
    CHECK(year < 2500);
    CHECK_THAT(test::outcome(std::vector<std::string>{t2m}, {.quantity = "tp", .skip_files_without = true}),
               Contains("65") && Contains("no variable for 'tp'") && Contains("t2m [K]"));
    const auto fields = io::list_fields({t2m, tp});
    REQUIRE(fields.size() == 2);
    CHECK(fields[0].quantity == "t2m");
    CHECK(fields[1].quantity == "tp");
    CHECK(fields[1].steps == 1023);
}
