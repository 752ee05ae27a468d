#include "gwsd/data/world_files.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "gwsd/core/error.hpp"
#include "gwsd/core/message.hpp"
#include "gwsd/core/progress.hpp"
#include "gwsd/geo/absent_months.hpp"
#include "gwsd/io/output.hpp"
#include "io/output_grid.hpp"
#include "world_layouts.hpp"
#include "world_satellite.hpp"

namespace gwsd::data {
namespace {

namespace fs = std::filesystem;
using world::MonthFields;

// A file of more raw bytes than this is written by a process of its own, so that memory stays bounded.
constexpr std::size_t image_limit = 200'000'000;

/// Nodes of ERA5-Land within the region, ends included, as an area request gives them; the whole circle runs from 0.
struct Era5Grid {
    std::vector<double> lats, lons; ///< latitudes ascend

    explicit Era5Grid(const geo::Region& region)
    {
        const bool circle = region.east - region.west > 359.9;
        const auto first_lat = std::llround(region.south * 10), last_lat = std::llround(region.north * 10);
        for (auto i = first_lat; i <= last_lat; ++i) lats.push_back(static_cast<double>(i) / 10.0);
        const auto first = circle ? 0 : std::llround(region.west * 10);
        const auto last = circle ? 3599 : std::llround(region.east * 10);
        for (auto i = first; i <= last; ++i) lons.push_back(static_cast<double>(i) / 10.0);
    }

    std::vector<double> turned_lons() const
    {
        std::vector<double> turned = lons;
        for (double& lon : turned) lon -= 360.0 * std::floor((lon + 180.0) / 360.0);
        return turned;
    }
    std::vector<double> descending_lats() const { return {lats.rbegin(), lats.rend()}; }

    /// Rows turned to the order of the file.
    std::vector<float> from_north(const std::vector<float>& field) const
    {
        std::vector<float> turned(field.size());
        const auto cols = std::ssize(lons), rows = std::ssize(lats);
        for (Index row = 0; row < rows; ++row)
            std::copy_n(field.begin() + row * cols, cols, turned.begin() + (rows - 1 - row) * cols);
        return turned;
    }
};

void put(io::NetcdfSink& sink, const io::plan::File& plan, const std::string& name, Index t,
         const std::vector<float>& field)
{
    sink.put(plan.index(name), t, std::as_bytes(std::span<const float>(field)));
}

std::vector<float> with_g3p_fill(std::vector<float> field)
{
    for (float& value : field)
        if (std::isnan(value)) value = world::g3p_fill;
    return field;
}

std::string gigabytes(std::size_t bytes)
{
    char text[32];
    const double size = static_cast<double>(bytes);
    if (size < 1e9)
        std::snprintf(text, sizeof text, "%.0f MB", std::max(1.0, size / 1e6));
    else
        std::snprintf(text, sizeof text, "%.1f GB", size / 1e9);
    return text;
}

} // namespace

WorldFiles write_world(const WorldOptions& options, const std::string& folder, bool overwrite,
                       const std::string& command)
{
    World world(options);
    const geo::Grid &fine = world.grid(), &coarse = world.coarse();
    const auto& land = world.land_fraction();
    const auto land_cells = std::count_if(land.begin(), land.end(), [](float f) { return f > 0; });
    if (land_cells == 0) throw DataError("built-in world: the region has no land; choose another region");

    std::vector<geo::Month> months, seen;
    for (Index t = 0; t < world.time().size(); ++t) {
        months.push_back(world.time().month(t));
        if (months.back() >= geo::g3p_first && !geo::absent_in_g3p(months.back())) seen.push_back(months.back());
    }
    if (seen.empty())
        throw DataError("built-in world: the satellite has no field in " + geo::to_string(months.front()) + ":" +
                        geo::to_string(months.back()) + "; choose a period that includes other months than its gaps");

    const Era5Grid nodes(coarse.bounds());
    const std::vector<world::Era5Variable> states{{"swvl1", "swvl1", "Volumetric soil water layer 1", "m**3 m**-3", 39},
                                                  {"t2m", "2t", "2 metre temperature", "K", 167},
                                                  {"sp", "sp", "Surface pressure", "Pa", 134}},
        fluxes{{"tp", "tp", "Total precipitation", "m", 228}};
    const auto truth_plan = world::truth_plan(fine, world.time(), command);
    const auto gwsa_plan = world::g3p_plan(coarse, seen, command);
    const auto state_plan = world::era5_plan("avgua", nodes.descending_lats(), nodes.lons, months, states, command);
    const auto flux_plan = world::era5_plan("avgad", nodes.descending_lats(), nodes.lons, months, fluxes, command);
    const auto land_plan = world::land_plan(fine, command);

    const WorldFiles files{folder + "/truth.nc",
                           folder + "/gwsa.nc",
                           {folder + "/era5land_data_stream-moda_stepType-avgua.nc",
                            folder + "/era5land_data_stream-moda_stepType-avgad.nc"},
                           folder + "/land.nc"};
    std::error_code error;
    if (!fs::is_directory(folder, error) && !fs::create_directory(folder, error))
        throw CannotCreate(folder +
                           ": cannot create the folder: " + (error ? error.message() : "something else has this name"));
    for (const std::string& path : {files.truth, files.gwsa, files.era5[0], files.era5[1], files.land})
        io::check_output(path, overwrite);

    const std::size_t raw = truth_plan.raw_bytes() + gwsa_plan.raw_bytes() + state_plan.raw_bytes() +
                            flux_plan.raw_bytes() + land_plan.raw_bytes();
    const double share = static_cast<double>(land_cells) / static_cast<double>(land.size());
    say("world: " + std::to_string(fine.rows()) + " x " + std::to_string(fine.cols()) + " cells, " +
        std::to_string(months.size()) + " months, about " +
        gigabytes(static_cast<std::size_t>(static_cast<double>(raw) * 0.85 * share)) + " on disk (" + gigabytes(raw) +
        " before compression)");

    // The order matters where files are written by processes: the last that was started is the first to end.
    const auto land_file = io::create_netcdf(files.land, land_plan, overwrite, image_limit);
    const auto truth = io::create_netcdf(files.truth, truth_plan, overwrite, image_limit);
    const auto gwsa = io::create_netcdf(files.gwsa, gwsa_plan, overwrite, image_limit);
    const auto state_file = io::create_netcdf(files.era5[0], state_plan, overwrite, image_limit);
    const auto flux_file = io::create_netcdf(files.era5[1], flux_plan, overwrite, image_limit);

    put(*land_file, land_plan, "land_fraction", -1, land);
    put(*land_file, land_plan, "elevation", -1, world.elevation());

    world::LandModel weather(options.seed, nodes.lats, nodes.turned_lons());
    const world::Satellite satellite(fine, coarse, options.seed);
    MonthFields fields, at_nodes;
    std::vector<float> value(static_cast<std::size_t>(coarse.cells())), sigma(value.size());
    world.read(0, fields); // the baseline and the past have a progress of their own
    Progress before("weather's past", months.front().index - weather.next().index);
    for (const int start = weather.next().index; weather.next() < months.front();) {
        weather.step(nullptr);
        before.update(weather.next().index - start);
    }
    Progress progress("world", world.time().size());
    Index observed = 0;
    for (Index t = 0; t < world.time().size(); ++t) {
        const geo::Month month = months[static_cast<std::size_t>(t)];
        if (t > 0) world.read(t, fields);
        put(*truth, truth_plan, "gws", t, io::with_fill(fields.storage));
        if (observed < std::ssize(seen) && seen[static_cast<std::size_t>(observed)] == month) {
            satellite.observe(month, fields.storage, value, sigma);
            put(*gwsa, gwsa_plan, "GWSA", observed, with_g3p_fill(value));
            put(*gwsa, gwsa_plan, "uncertainty", observed++, with_g3p_fill(sigma));
        }
        weather.step(&at_nodes);
        put(*state_file, state_plan, "swvl1", t, nodes.from_north(at_nodes.swvl1));
        put(*state_file, state_plan, "t2m", t, nodes.from_north(at_nodes.t2m));
        put(*state_file, state_plan, "sp", t, nodes.from_north(at_nodes.sp));
        // mm in the month to m a day, as the archive has it.
        const auto days = static_cast<float>(geo::days_in(month));
        for (float& p : at_nodes.tp) p /= 1000.0F * days;
        put(*flux_file, flux_plan, "tp", t, nodes.from_north(at_nodes.tp));
        progress.update(t + 1, geo::to_string(month));
    }
    for (const auto& file : {&land_file, &truth, &gwsa, &state_file, &flux_file}) (*file)->finish();
    return files;
}

} // namespace gwsd::data
