#include "prepare_inputs.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "gwsd/core/error.hpp"
#include "gwsd/core/message.hpp"
#include "io/input_name.hpp"
#include "io/open_inputs.hpp"
#include "prepare_names.hpp"

namespace gwsd::data::prepare_detail {
namespace {

const std::vector<std::string> era5_names{"tp", "swvl1", "t2m", "sp"};

std::unique_ptr<io::Series> open(const std::vector<std::string>& files, const std::string& quantity,
                                 const PrepareOptions& options, bool skip = false)
{
    io::SeriesOptions how;
    how.quantity = quantity;
    how.assume_units = options.assume_units;
    how.skip_files_without = skip;
    how.instants = options.instants;
    return io::open_series(files, how);
}

/// The 1-sigma beside the coarse field, null where the files have none.
std::unique_ptr<io::Series> open_sigma(const PrepareOptions& options, const std::string& quantity)
{
    io::SeriesOptions how;
    how.quantity = quantity;
    how.assume_units = options.assume_units;
    how.companion_sigma = true;
    how.instants = options.instants;
    try {
        return io::open_series(options.gwsa, how);
    } catch (const DataError& error) {
        if (std::string(error.what()).find("no uncertainty beside") == std::string::npos) throw;
        note(std::string(error.what()) + "; the cube holds no uncertainty of the coarse field");
        return nullptr;
    }
}

void check_kind(const PrepareOptions& options, const io::Series& series, const std::string& role)
{
    const std::string where = series.files().front() + ": variable '" + series.name() + "' ";
    const bool wants_total = options.quantity == "tws";
    if (series.is_total_water_storage() && !wants_total && options.subtract.empty())
        throw DataError(where + "is total water storage, not groundwater storage (" + role +
                        "); give --subtract FILE:VARIABLES with soil moisture, snow, canopy and surface water, or "
                        "--quantity tws if total water storage is what you want refined");
    std::string name = series.name();
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const bool groundwater = name.rfind("gws", 0) == 0 || name.find("groundwater") != std::string::npos;
    if (wants_total && groundwater)
        throw DataError(where + "is groundwater storage, but --quantity tws says so (" + role +
                        "); leave --quantity out, or name the variable with FILE:VARIABLE");
    if (!series.is_total_water_storage() && !options.subtract.empty() && role == "--gwsa")
        throw DataError(where + "is groundwater storage already; --subtract is for total water storage");
}

void open_predictors(const PrepareOptions& options, Inputs& inputs)
{
    const auto add = [&](const std::string& name, std::unique_ptr<io::Series> series) {
        if (!series->has_time())
            throw DataError(series->files().front() + ": variable '" + series->name() +
                            "' has no time, so it is no predictor; give it with --static");
        for (const NamedSeries& other : inputs.predictors) {
            if (other.name == name) throw ConfigError("predictor '" + name + "' is given twice");
            if (other.series->files() == series->files() && other.series->name() == series->name())
                warn("predictors '" + other.name + "' and '" + name + "' are the same variable '" + series->name() +
                     "' of " + series->files().front());
        }
        inputs.predictors.push_back({name, std::move(series)});
    };
    std::set<std::string> done;
    for (const std::string& text : options.predictors) {
        const NamedInput given = split_named(text);
        if (!given.name.empty()) {
            // The same name again brings more files of it.
            std::vector<std::string> files;
            for (const std::string& other : options.predictors)
                if (const NamedInput more = split_named(other); more.name == given.name) files.push_back(more.file);
            if (done.insert(given.name).second) add(given.name, open(files, given.name, options));
        } else if (options.era5.empty()) {
            throw ConfigError("predictor '" + text +
                              "': there are no --era5 files to find it in; give them, or "
                              "NAME=FILE:VARIABLE");
        } else {
            add(text, open(options.era5, text, options, true));
        }
    }
    if (!options.predictors.empty() || options.era5.empty()) return;
    std::set<std::string> found;
    for (const io::FileField& field : io::list_fields(options.era5)) found.insert(field.quantity);
    std::string missing;
    for (const std::string& name : era5_names)
        if (found.contains(name))
            add(name, open(options.era5, name, options, true));
        else
            missing += (missing.empty() ? "" : ", ") + name;
    if (inputs.predictors.empty())
        throw DataError(options.era5.front() +
                        ": none of tp, swvl1, t2m, sp is in the --era5 files; name the predictors, as in "
                        "--predictors NAME=FILE:VARIABLE");
    if (!missing.empty()) note("the --era5 files do not hold " + missing + "; the cube goes without");
}

void open_statics(const PrepareOptions& options, Inputs& inputs)
{
    static const std::set<std::string> land_names{"land_fraction", "land", "lsm", "land_mask", "landmask"};
    if (!options.land.empty()) {
        inputs.land = open({options.land}, "land_fraction", options);
        inputs.land_source = options.land;
    }
    for (const std::string& text : options.statics) {
        const NamedInput given = split_named(text);
        const io::InputName input = io::split_input(given.file);
        const std::string name = !given.name.empty() ? given.name : input.variable;
        if (name.empty())
            throw ConfigError("static '" + text + "' names no variable; give FILE:VARIABLE or NAME=FILE:VARIABLE");
        auto series = open({given.file}, name, options);
        if (series->has_time() && series->time().size() > 1)
            throw DataError(input.path + ": variable '" + series->name() + "' has " +
                            std::to_string(series->time().size()) +
                            " steps, so it is no static field; give it with --predictors NAME=FILE:VARIABLE");
        if (!inputs.land && land_names.contains(name)) {
            inputs.land = std::move(series);
            inputs.land_source = text;
        } else {
            inputs.statics.push_back({name, std::move(series)});
        }
    }
}

void open_subtracted(const PrepareOptions& options, Inputs& inputs)
{
    for (const std::string& text : options.subtract) {
        const io::InputName input = io::split_input(text);
        if (input.variable.empty())
            throw ConfigError("--subtract '" + text + "' names no variables; give FILE:VARIABLE,VARIABLE");
        for (std::size_t from = 0; from <= input.variable.size();) {
            const std::size_t comma = std::min(input.variable.find(',', from), input.variable.size());
            const std::string name = input.variable.substr(from, comma - from);
            // "reference" converts a storage of any name to mm.
            inputs.subtract.push_back({name, open({input.path + ":" + name}, "reference", options)});
            from = comma + 1;
        }
    }
}

bool says_synthetic(const std::string& path)
{
    for (const auto& file : io::open_inputs(path, {}))
        if (io::attribute_text(file->attributes(), "gwsd_synthetic") == "1") return true;
    return false;
}

void identify(Inputs& inputs)
{
    std::set<std::string> seen;
    const auto add = [&](const io::Series* series, const std::string& role) {
        if (!series) return;
        for (const std::string& file : series->files())
            if (seen.insert(file).second) {
                inputs.sources.push_back(io::identify_file(file, role));
                inputs.synthetic = inputs.synthetic || says_synthetic(file);
            }
    };
    add(inputs.gwsa.get(), "gwsa");
    add(inputs.reference.get(), "reference");
    for (const auto& [name, series] : inputs.predictors) add(series.get(), "predictor");
    for (const auto& [name, series] : inputs.statics) add(series.get(), "static");
    for (const auto& [name, series] : inputs.subtract) add(series.get(), "subtracted");
    add(inputs.land.get(), "land");
}

void check_names(const Inputs& inputs)
{
    std::set<std::string> taken{
        "gwsa", "gwsa_sigma", "gwsa_operator", "reference", "land_fraction", "land_fraction_coarse",
        "time", "lat",        "lon",           "crs"};
    const auto check = [&](const std::string& name, const char* what) {
        if (!is_variable_name(name))
            throw ConfigError(std::string(what) + " '" + name + "': a name is made of letters, digits and _");
        if (!taken.insert(name).second)
            throw ConfigError(std::string(what) + " '" + name +
                              "': the name is taken in the cube; choose another with NAME=FILE:VARIABLE");
    };
    for (const auto& [name, series] : inputs.predictors) check(name, "predictor");
    for (const auto& [name, series] : inputs.statics) check(name, "static");
}

void check_leaks(const Inputs& inputs)
{
    for (const auto& [name, series] : inputs.predictors)
        for (const io::Series* target : {inputs.gwsa.get(), inputs.reference.get()})
            if (target && target->name() == series->name() && target->files() == series->files())
                throw DataError(target->files().front() + ": variable '" + target->name() +
                                "' is the target and the "
                                "predictor '" +
                                name + "' at once; a model would copy it. Leave the predictor out");
}

} // namespace

Inputs open_inputs(const PrepareOptions& given)
{
    PrepareOptions options = given;
    for (auto* list :
         {&options.gwsa, &options.era5, &options.reference, &options.statics, &options.subtract, &options.predictors})
        *list = expanded(*list);
    if (options.quantity != "" && options.quantity != "gwsa" && options.quantity != "tws")
        throw ConfigError("quantity '" + options.quantity + "' is not known; expected gwsa or tws");
    if (options.gwsa.empty() && options.reference.empty())
        throw ConfigError("prepare: neither --gwsa nor --reference is given; a cube needs one of them");
    Inputs inputs;
    const std::string quantity = options.quantity == "tws" || !options.subtract.empty() ? "tws" : "gwsa";
    if (!options.gwsa.empty()) {
        inputs.gwsa = open(options.gwsa, quantity, options);
        check_kind(options, *inputs.gwsa, "--gwsa");
        if (!inputs.gwsa->has_time())
            throw DataError(inputs.gwsa->files().front() + ": variable '" + inputs.gwsa->name() + "' has no time");
        inputs.sigma = open_sigma(options, quantity);
        open_subtracted(options, inputs);
    } else if (!options.subtract.empty()) {
        throw ConfigError("--subtract takes storages from the total water storage of --gwsa, which is not given");
    }
    if (!options.reference.empty()) {
        inputs.reference = open(options.reference, options.quantity == "tws" ? "tws" : "reference", options);
        PrepareOptions kind = options;
        if (!options.subtract.empty()) kind.subtract.clear();
        check_kind(kind, *inputs.reference, "--reference");
        if (!inputs.reference->has_time())
            throw DataError(inputs.reference->files().front() + ": variable '" + inputs.reference->name() +
                            "' has no time");
        if (inputs.gwsa && inputs.gwsa->unit() != inputs.reference->unit())
            throw DataError(inputs.reference->files().front() + ": variable '" + inputs.reference->name() +
                            "' is in '" + inputs.reference->unit() + "', but the coarse field is in '" +
                            inputs.gwsa->unit() + "'; the two must be the same quantity");
    }
    open_predictors(options, inputs);
    open_statics(options, inputs);
    check_names(inputs);
    check_leaks(inputs);
    identify(inputs);
    inputs.synthetic = inputs.synthetic || options.synthetic;
    return inputs;
}

} // namespace gwsd::data::prepare_detail
