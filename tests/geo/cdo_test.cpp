#include <netcdf.h>
#include <fstream>
#include <iomanip>
#include <sstream>

#include "geo/fields.hpp"
#include "gwsd/geo/grid_from_centres.hpp"
#include "support/catch.hpp"
#include "support/run_command.hpp"

using namespace gwsd;
using namespace gwsd::geo;
using namespace gwsd::test;

// The oracle of conservative regridding: `cdo remapcon` on real fields. Files are read here with the netCDF C library
// alone, so that the comparison does not lean on the project's own readers.
namespace {

void require_ok(int status) { REQUIRE(std::string(nc_strerror(status)) == nc_strerror(NC_NOERR)); }

struct File {
    explicit File(const std::string& path) { require_ok(nc_open(path.c_str(), NC_NOWRITE, &id)); }
    ~File() { nc_close(id); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    template <class T>
    std::vector<T> read(const std::string& name) const
    {
        int variable = 0, rank = 0;
        std::array<int, NC_MAX_VAR_DIMS> dimensions{};
        require_ok(nc_inq_varid(id, name.c_str(), &variable));
        require_ok(nc_inq_varndims(id, variable, &rank));
        require_ok(nc_inq_vardimid(id, variable, dimensions.data()));
        std::size_t cells = 1;
        for (int i = 0; i < rank; ++i) {
            std::size_t length = 0;
            require_ok(nc_inq_dimlen(id, dimensions[static_cast<std::size_t>(i)], &length));
            cells *= length;
        }
        std::vector<T> values(cells);
        if constexpr (std::is_same_v<T, float>) {
            require_ok(nc_get_var_float(id, variable, values.data()));
            float fill = 0;
            if (nc_get_att_float(id, variable, "_FillValue", &fill) == NC_NOERR)
                for (float& value : values)
                    if (value == fill) value = missing;
        } else {
            require_ok(nc_get_var_double(id, variable, values.data()));
        }
        return values;
    }

    int id = 0;
};

struct Names {
    std::string latitude, longitude, variable;
};

struct Canonical {
    Grid grid;
    Field field;
};

Canonical read(const std::string& path, const Names& names)
{
    const File file(path);
    const OrderedGrid ordered =
        grid_from_centres(file.read<double>(names.latitude), file.read<double>(names.longitude));
    Canonical result{ordered.grid, Field(static_cast<std::size_t>(ordered.grid.cells()))};
    ordered.order.apply(file.read<float>(names.variable), result.field);
    return result;
}

struct Comparison {
    std::string file;        ///< in the folder of shared data
    std::string preparation; ///< CDO operators before the regridding, without spaces inside; may be empty
    Names names;             ///< in the prepared file
    double resolution = 0.125;
    Region region;
};

/// Compares both results on the target; false, with a word to the log, where program or data are absent.
bool agrees_with_cdo(const Comparison& c)
{
    const std::string source = GWSD_SHARED_DATA "/" + c.file;
    if (!std::ifstream(source)) {
        WARN("SKIPPED: " << c.file << " is not in the folder of shared data");
        return false;
    }
    if (!has_program("cdo")) {
        WARN("SKIPPED: cdo is not installed");
        return false;
    }
    const TemporaryFolder folder;
    const Grid to = regular_grid(c.resolution, c.region);
    std::ofstream(folder / "target") << std::setprecision(12) << "gridtype = lonlat\nxsize = " << to.cols()
                                     << "\nysize = " << to.rows() << "\nxfirst = " << to.lon(0)
                                     << "\nxinc = " << c.resolution << "\nyfirst = " << to.lat(0)
                                     << "\nyinc = " << c.resolution << "\n";
    std::ofstream(folder / "era5land") << "gridtype = lonlat\nxsize = 3600\nysize = 1801\nxfirst = 0\nxinc = 0.1\n"
                                          "yfirst = 90\nyinc = -0.1\n";
    const auto cdo = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"cdo", "-s", "-O", "-f", "nc4"});
        const CommandResult result = run_command(arguments, {.folder = folder.path().string(), .environment = {}});
        INFO(result.err);
        REQUIRE(result.code == 0);
    };
    std::string prepared = source;
    if (!c.preparation.empty()) {
        std::vector<std::string> steps;
        std::istringstream words(c.preparation);
        for (std::string word; words >> word;) steps.push_back(word);
        steps.insert(steps.end(), {source, "prepared.nc"});
        cdo(steps);
        prepared = folder / "prepared.nc";
    }
    cdo({"remapcon,target", prepared, "regridded.nc"});

    const Canonical from = read(prepared, c.names);
    const Field theirs = File(folder / "regridded.nc").read<float>(c.names.variable),
                ours = regridded(Method::conservative, from.grid, to, from.field);
    float low = std::numeric_limits<float>::infinity(), high = -low;
    Index valid = 0, gaps = 0;
    for (const float value : ours) {
        if (std::isnan(value)) ++gaps;
        if (std::isnan(value)) continue;
        ++valid, low = std::min(low, value), high = std::max(high, value);
    }
    INFO(c.file << ": " << valid << " valid and " << gaps << " missing cells, range " << low << ".." << high);
    CHECK(valid > 1000);
    CHECK(gaps > 1000);
    const double worst = difference(ours, theirs);
    CHECK(worst <= 1e-5 * static_cast<double>(high - low));
    return true;
}

} // namespace

TEST_CASE("conservative regridding agrees with cdo remapcon on the temperature of Australia's land")
{
    agrees_with_cdo({"era5_newcds/era5land_monthly_t2m_Australia_202511_expver0005.nc",
                     "",
                     {"latitude", "longitude", "t2m"},
                     0.125,
                     {111.95, -44.05, 160.05, -8.95}});
}

TEST_CASE(
    "conservative regridding agrees with cdo remapcon on the global ERA5-Land grid, across its seam and to the poles")
{
    const Names names{"lat", "lon", "land"};
    const std::string file = "static/era5land_landmask_0.1_global.nc", setgrid = "-setmissval,nan -setgrid,era5land";
    // Sea counts as missing beside the equator; in the south the file itself stops at 60 degrees.
    agrees_with_cdo({file, setgrid, names, 0.125, {-70, -90, -60, -40}});
    agrees_with_cdo({file, "-setctomiss,0 " + setgrid, names, 0.125, {-10, 50, 10, 90}});
}

TEST_CASE("conservative regridding agrees with cdo remapcon on relief with steps of a third of a degree")
{
    agrees_with_cdo({"static/etopo20.cdf",
                     "-setrtomiss,-20000,0 -sellonlatbox,20.3,380,-90,90",
                     {"ETOPO20Y", "ETOPO20X1_1081", "ROSE"},
                     0.5,
                     {30, -40, 120, 60}});
}
