#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "gwsd/core/message.hpp"
#include "gwsd/core/progress.hpp"
#include "gwsd/data/prepare.hpp"
#include "gwsd/data/region.hpp"
#include "gwsd/geo/calendar.hpp"
#include "gwsd/train/config.hpp"

namespace gwsd::cli::prepare_command {
namespace {

/// Options given on the command line come after the configuration and win.
struct Given {
    data::PrepareOptions values;
    std::string output;
    std::vector<std::pair<const CLI::Option*, std::function<void(data::PrepareOptions&)>>> taken;

    template <class T>
    CLI::Option* add(CLI::App& app, const std::string& names, T data::PrepareOptions::*member, const std::string& help)
    {
        CLI::Option* option = nullptr;
        if constexpr (std::is_same_v<T, bool>)
            option = app.add_flag(names, values.*member, help);
        else
            option = app.add_option(names, values.*member, help);
        taken.emplace_back(option, [this, member](data::PrepareOptions& to) { to.*member = values.*member; });
        return option;
    }
};

data::PrepareOptions effective(const Given& given)
{
    train::Config config;
    const train::Schema schema = train::schema_of(config);
    if (!common().config.empty()) schema.read_file(common().config);
    for (const std::string& assignment : common().set) schema.set(assignment);
    data::PrepareOptions options = config.prepare;
    for (const auto& [option, take] : given.taken)
        if (option->count() > 0) take(options);
    options.seed = common().seed;
    return options;
}

std::string command_text(const data::PrepareOptions& o)
{
    std::string text = "gwsd prepare";
    const auto list = [&](const char* name, const std::vector<std::string>& values) {
        if (values.empty()) return;
        text += std::string(" ") + name;
        for (const std::string& value : values) text += " " + value;
    };
    list("--gwsa", o.gwsa);
    list("--era5", o.era5);
    list("--reference", o.reference);
    list("--static", o.statics);
    list("--predictors", o.predictors);
    list("--subtract", o.subtract);
    if (!o.region.empty()) text += " --region " + o.region;
    if (!o.period.empty()) text += " --period " + o.period;
    return text;
}

void print(const data::PrepareSummary& s)
{
    if (common().json) {
        std::printf("%s\n", nlohmann::ordered_json{{"cube", s.path},
                                                   {"steps", s.steps},
                                                   {"steps_with_coarse", s.steps_with_coarse},
                                                   {"steps_with_reference", s.steps_with_reference},
                                                   {"coarse", {s.coarse_rows, s.coarse_cols}},
                                                   {"fine", {s.fine_rows, s.fine_cols}},
                                                   {"land_share", s.land},
                                                   {"predictors", s.predictors},
                                                   {"seconds", s.seconds}}
                                .dump(2)
                                .c_str());
        return;
    }
    char land[32];
    std::snprintf(land, sizeof land, "%.0f %%", 100 * s.land);
    std::string predictors;
    for (const std::string& name : s.predictors) predictors += (predictors.empty() ? "" : ", ") + name;
    say("wrote " + s.path + " in " + duration_text(s.seconds) + ": " + std::to_string(s.steps) + " steps, " +
        std::to_string(s.steps_with_coarse) + " with a coarse field, " + std::to_string(s.steps_with_reference) +
        " with a reference; " + land + " land; predictors " + (predictors.empty() ? "none" : predictors));
}

std::function<void()> define(CLI::App& app)
{
    using O = data::PrepareOptions;
    const auto given = std::make_shared<Given>();
    add_output(
        app, given->output,
        "The cube: a name in .nc gives one file, another a folder with a file a year; cube.nc or cube by default");
    const auto files = [&](const std::string& names, std::vector<std::string> O::*member, const std::string& help,
                           const char* type) { given->add(app, names, member, help)->type_name(type); };
    files("--gwsa", &O::gwsa, "Coarse groundwater storage anomaly: files, or FILE:VARIABLE", "FILE ...");
    files("--era5", &O::era5, "ERA5-Land or ERA5 monthly files; predictors are found among them", "FILE ...");
    files("--reference", &O::reference, "Fine field that stands for the truth: files, or FILE:VARIABLE", "FILE ...");
    files("--static", &O::statics, "Fields without time, such as relief: FILE:VARIABLE or NAME=FILE:VARIABLE",
          "FILE:VARIABLE ...");
    given
        ->add(app, "--land", &O::land,
              "Land fraction; else a static named land_fraction, land or lsm, else where fields are valid")
        ->type_name("FILE:VARIABLE");
    given
        ->add(app, "--predictors", &O::predictors,
              "Predictors, separated by commas: names in --era5, or NAME=FILE:VARIABLE")
        ->delimiter(',')
        ->type_name("NAME,...");
    files("--subtract", &O::subtract,
          "Storages to take from total water storage, same filter and baseline: FILE:VARIABLE,VARIABLE",
          "FILE:VARIABLES ...");
    given->add(app, "--quantity", &O::quantity, "What is refined: gwsa, or tws for total water storage as it is")
        ->check(CLI::IsMember({"gwsa", "tws"}));
    given
        ->add(app, "--region", &O::region,
              "West, south, east, north, snapped outward to coarse cells; by default what the inputs share")
        ->type_name("W,S,E,N");
    given->add(app, "--period", &O::period, "Both ends included; by default what the inputs share")
        ->type_name("YYYY-MM:YYYY-MM");
    given
        ->add(app, "--resolution", &O::resolution,
              "Coarse resolution in degrees; by default the coarse field's own, or 0.5")
        ->type_name("DEGREES");
    given->add(app, "--factor", &O::factor, "Fine cells along a coarse cell")->capture_default_str();
    given
        ->add(app, "--operator", &O::operator_kind,
              "View of the reference that stands for the satellite: gaussian or area-mean")
        ->check(CLI::IsMember({"gaussian", "area-mean"}));
    given->add(app, "--smoothing-radius", &O::smoothing_radius, "Radius of the gaussian operator in km")
        ->capture_default_str();
    given->add(app, "--noise", &O::noise, "Add noise at the product's 1-sigma to that view");
    given->add(app, "--noise-sigma", &O::noise_sigma,
               "1-sigma of that noise in the target's unit, where the product gives none");
    given->add(app, "--noise-correlation", &O::noise_correlation, "Correlation length of that noise in km")
        ->capture_default_str();
    given->add(app, "--min-valid-fraction", &O::minimum_valid_fraction, "Least valid share of a regridded cell")
        ->capture_default_str();
    given->add(app, "--assume-units", &O::assume_units, "Unit of inputs that state none")->type_name("UNIT");
    given->add(app, "--instants", &O::instants, "Keep each step as an instant, even where no month has two");
    given->add(app, "--subset", &O::subset, "Accept predictors that cover only a part of region or period");
    given
        ->add(app, "--outside", &O::outside,
              "With --subset, predictors beyond their files: nearest (default) or missing")
        ->check(CLI::IsMember({"nearest", "missing"}));
    return [given] {
        data::PrepareOptions options = effective(*given);
        if (!options.region.empty()) parsed([&] { return data::parse_region(options.region, "--region"); });
        if (!options.period.empty()) parsed([&] { return geo::Period::parse(options.period, "--period"); });
        options.command = command_text(options);
        print(data::prepare(options, given->output, common().overwrite));
    };
}

const Register registered{
    "prepare", "one cube from downloaded files: coarse field, predictors, reference, statics",
    "gwsd prepare --gwsa gwsa_g3p.nc --era5 era5land_*.nc --output cube.nc\n"
    "  gwsd prepare --gwsa world/gwsa.nc --era5 world/era5land_*.nc --reference world/truth.nc \\\n"
    "      --static world/land.nc:elevation --land world/land.nc:land_fraction --output cube.nc\n"
    "  gwsd prepare --gwsa TWSA.nc --quantity tws --static relief.nc:z --output cube.nc\n"
    "  gwsd prepare --gwsa JPL_mascons.nc --subtract GLDAS.nc:SoilMoist,SWE --era5 era5land.nc --output cube.nc\n"
    "  gwsd prepare --reference GRACEDADM_*.nc4:gws_inst --predictors sfsm=A.nc4:sfsm_inst \\\n"
    "      --operator area-mean --resolution 1.0 --factor 4 --output weeks.nc",
    define, reads_configuration};

} // namespace
} // namespace gwsd::cli::prepare_command
