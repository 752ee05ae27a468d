#include "gwsd/io/inspect.hpp"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "gwsd/core/error.hpp"
#include "gwsd/io/checkpoint.hpp"
#include "gwsd/io/cube.hpp"
#include "io/inspect_field.hpp"
#include "io/number_text.hpp"
#include "io/open_inputs.hpp"
#include "io/product.hpp"
#include "io/quantity.hpp"
#include "io/text.hpp"

namespace gwsd::io {
namespace {

using nlohmann::json;

/// "network.hidden" = "64" and so on; lists of plain values are joined.
void flatten(const json& value, const std::string& name, std::vector<Fact>& facts)
{
    const auto text = [](const json& v) {
        return v.is_string() ? v.get<std::string>() : v.is_null() ? "unknown" : v.dump();
    };
    if (value.is_object()) {
        for (const auto& [key, inner] : value.items()) flatten(inner, name.empty() ? key : name + "." + key, facts);
    } else if (value.is_array()) {
        std::string list;
        for (const json& item : value) append(list, text(item), " ");
        facts.emplace_back(name, list);
    } else {
        facts.emplace_back(name, text(value));
    }
}

/// A fact for each file of a JSON list as to_json(FileIdentity) writes it.
void list_sources(const std::string& sources, std::vector<Fact>& facts)
{
    const json list = json::parse(sources, nullptr, false);
    if (!list.is_array()) return;
    for (const json& source : list)
        if (source.is_object())
            facts.emplace_back("source", source.value("role", "") + " " + source.value("path", "") + " (xxh3 " +
                                             source.value("xxh3", "") + ")");
}

void inspect_model(const std::string& path, Inspection& result)
{
    const Checkpoint model = load_checkpoint(path);
    result.kind = "model";
    result.format = "safetensors";
    const auto about = model.metadata.find("gwsd.model");
    result.product = about == model.metadata.end() ? "gwsd checkpoint" : "gwsd model";
    result.facts.emplace_back("hash", model_hash(model));
    if (about != model.metadata.end()) {
        const json description = json::parse(about->second, nullptr, false);
        if (description.is_discarded()) throw DataError(path + ": its description 'gwsd.model' is not valid JSON");
        flatten(description, {}, result.facts);
    }
    for (const auto& [name, text] : model.metadata) {
        if (name == "gwsd.sources") list_sources(text, result.facts);
        if (name != "gwsd.model" && name != "gwsd.sources") result.facts.emplace_back(name, text);
    }
    const bool has_model = std::any_of(model.arrays.begin(), model.arrays.end(),
                                       [](const NamedArray& a) { return a.name.rfind("model.", 0) == 0; });
    for (const NamedArray& array : model.arrays) {
        result.parameters.push_back({array.name, array.dtype, array.shape});
        if (array.dtype[0] == 'F' && (!has_model || array.name.rfind("model.", 0) == 0))
            result.parameter_count += array.shape.elements();
    }
}

FieldReport cube_field(const FieldSource& cube, const std::string& name, const std::string& unit, bool fine, bool steps,
                       std::int64_t most_values)
{
    const CubeInfo& info = cube.info();
    const geo::Grid& grid = fine ? info.fine : info.coarse;
    FieldReport report;
    report.name = name;
    report.unit = report.file_unit = unit;
    report.quantity = name;
    describe_grid(grid, report);
    describe_time(info.time, steps, report);
    // Absent satellite months are all missing; the coarse field is small enough to look at each.
    const bool given = name == "gwsa";
    describe_values(
        grid, steps ? info.time.size() : 1, given ? most_values * 100 : most_values,
        [&](Index t, std::span<float> out) {
            const auto field = cube.field(name, t);
            std::copy(field->begin(), field->end(), out.begin());
            if (given && std::all_of(out.begin(), out.end(), [](float v) { return v != v; }))
                report.absent.push_back(info.time.label(t));
        },
        report);
    if (!steps) report.steps = 1;
    return report;
}

void inspect_cube(const std::string& path, const InspectOptions& options, Inspection& result)
{
    const auto cube = open_cube(path, std::size_t{1} << 28);
    const CubeInfo& info = cube->info();
    result.kind = "cube";
    result.product = info.synthetic ? "gwsd cube of the built-in world" : "gwsd cube";
    const auto grid = [](const geo::Grid& g) {
        return std::to_string(g.rows()) + " x " + std::to_string(g.cols()) + " cells";
    };
    result.facts = {{"quantity", info.quantity},
                    {"unit", info.unit},
                    {"baseline", info.baseline},
                    {"factor", std::to_string(info.factor)},
                    {"coarse grid", grid(info.coarse)},
                    {"fine grid", grid(info.fine)},
                    {"predictors", join(info.predictors, " ")},
                    {"statics", join(info.statics, " ")},
                    {"given field", info.has_given ? "yes" : "no"},
                    {"uncertainty", info.has_sigma ? "yes" : "no"},
                    {"reference", info.has_reference ? "yes" : "no"},
                    {"synthetic", info.synthetic ? "yes" : "no"}};
    list_sources(info.sources, result.facts);
    // A quarter of the usual sample for each of the many variables.
    const std::int64_t most = options.most_values / 4;
    const auto add = [&](const std::string& name, const std::string& unit, bool fine, bool steps) {
        result.fields.push_back(cube_field(*cube, name, unit, fine, steps, most));
    };
    if (info.has_given) add("gwsa", info.unit, false, true);
    if (info.has_sigma) add("gwsa_sigma", info.unit, false, true);
    if (info.has_reference) {
        add("gwsa_operator", info.unit, false, true);
        add("reference", info.unit, true, true);
    }
    for (std::size_t p = 0; p < info.predictors.size(); ++p)
        add(info.predictors[p], p < info.predictor_units.size() ? info.predictor_units[p] : "1", true, true);
    add("land_fraction", "1", true, false);
    for (const std::string& name : info.statics) add(name, "", true, false);
}

void inspect_fields(const InputName& input, const InspectOptions& options, Inspection& result)
{
    result.kind = "fields";
    std::vector<std::string> products;
    for (auto& opened : open_inputs(input.path, {options.allow_remote})) {
        const std::shared_ptr<InputFile> file = std::move(opened);
        result.format = file->format();
        const std::string product = product_of(*file);
        if (std::find(products.begin(), products.end(), product) == products.end()) products.push_back(product);
        if (input.variable.empty()) {
            for (std::size_t i = 0; i < file->fields().size(); ++i)
                result.fields.push_back(inspect_field(file, i, options));
            for (const OtherVariable& other : file->others())
                if (other.meant_as_field) result.others.emplace_back(other.name, other.why);
        } else if (const int found = find_field(*file, "", input.variable).index; found >= 0) {
            result.fields.push_back(inspect_field(file, static_cast<std::size_t>(found), options));
        } else {
            throw DataError(not_found_text(*file, "", input.variable));
        }
    }
    result.product = join(products);
    if (result.fields.empty())
        throw DataError(result.others.empty()
                            ? input.path + ": is " + result.format + ", but holds no field over latitude and longitude"
                            : input.path + ": holds no field that can be read: variable '" + result.others[0].first +
                                  "' " + result.others[0].second);
}

bool is_cube_file(const std::string& path)
{
    for (const auto& file : open_inputs(path, {}))
        if (find_attribute(file->attributes(), "gwsd_cube_version")) return true;
    return false;
}

} // namespace

Inspection inspect_file(const std::string& path, const InspectOptions& options)
{
    Inspection result;
    result.path = path;
    if (std::error_code error; std::filesystem::is_directory(path, error)) {
        result.format = "folder";
        inspect_cube(path, options, result);
        return result;
    }
    const InputName input = split_input(path);
    if (is_remote(input.path)) {
        inspect_fields(input, options, result);
        return result;
    }
    result.bytes = check_input_file(input.path).size;
    const FileKind kind = sniff(input.path);
    if (kind == FileKind::model) {
        inspect_model(input.path, result);
    } else if (kind == FileKind::netcdf4 && input.variable.empty() && is_cube_file(input.path)) {
        result.format = "netCDF-4";
        inspect_cube(input.path, options, result);
    } else {
        inspect_fields(input, options, result);
    }
    return result;
}

} // namespace gwsd::io
