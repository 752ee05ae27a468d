#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "gwsd/core/message.hpp"
#include "gwsd/data/region.hpp"
#include "gwsd/data/world_files.hpp"

namespace gwsd::cli::world_command {
namespace {

std::function<void()> define(CLI::App& app)
{
    struct Options {
        std::string output, region, period = "2002-04:2023-09";
        double unseen = 1;
    };
    const auto options = std::make_shared<Options>();
    add_output(app, options->output, "Folder for the files; made if it is not there")->required();
    app.add_option("--region", options->region,
                   "West, south, east and north in degrees, snapped outward to 0.5; the globe by default")
        ->type_name("W,S,E,N");
    app.add_option("--period", options->period, "Months, both ends included, not before 2000-01")
        ->type_name("YYYY-MM:YYYY-MM")
        ->capture_default_str();
    app.add_option(
           "--unseen", options->unseen,
           "Strength of the storage changes that no predictor shows, 0 to 1; 0 leaves them out: the difference to "
           "the world with them is what no method can take from the predictors")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    app.footer(
        "Writes, all of a synthetic planet with the Earth's relief:\n"
        "  truth.nc      gws, 0.125 degrees, mm, every month\n"
        "  gwsa.nc       what a satellite would see of it: layout of G3P, 0.5 degrees, with noise and its "
        "1-sigma;\n                the months that GRACE missed are absent\n"
        "  era5land_*.nc tp, swvl1, t2m, sp in the layout of ERA5-Land monthly means, 0.1 degrees\n"
        "  land.nc       land fraction and elevation, 0.125 degrees\n"
        "Next: gwsd prepare --gwsa DIR/gwsa.nc --era5 DIR/era5land_*.nc --reference DIR/truth.nc ...");
    return [options] {
        const auto files = data::write_world(
            {.seed = common().seed,
             .region = parsed([&] { return data::parse_region(options->region, "--region"); }),
             .period = parsed([&] { return geo::Period::parse(options->period, "--period"); }),
             .unseen = options->unseen},
            options->output, common().overwrite,
            "gwsd world --region " + (options->region.empty() ? "-180,-90,180,90" : options->region) + " --period " +
                options->period + (options->unseen < 1 ? " --unseen " + std::to_string(options->unseen) : "") +
                " --seed " + std::to_string(common().seed));
        if (common().json) {
            std::printf(
                "%s\n",
                nlohmann::json{{"truth", files.truth}, {"gwsa", files.gwsa}, {"era5", files.era5}, {"land", files.land}}
                    .dump(2)
                    .c_str());
            return;
        }
        say("wrote " + files.truth + ", " + files.gwsa + ", " + files.land + " and " +
            std::to_string(files.era5.size()) + " files of ERA5-Land; all of it is synthetic");
    };
}

const Register registered{"world", "files of a synthetic planet in the layouts of the real products",
                          "gwsd world --output world --region -10,36,22,60 --period 2003-01:2012-12\n"
                          "  gwsd world --output planet                     the globe, 258 months, 7 GB",
                          define};

} // namespace
} // namespace gwsd::cli::world_command
