#include "gwsd/io/field_description.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include "gwsd/core/error.hpp"
#include "io/input_name.hpp"
#include "io/open_inputs.hpp"
#include "io/quantity.hpp"
#include "io/text.hpp"

namespace gwsd::io {
namespace {

/// Attributes that speak of how values are stored, of other variables, or of the old grid.
bool stays_true(const std::string& name)
{
    static constexpr std::array<const char*, 22> stale{"units",          "_fillvalue",
                                                       "missing_value",  "scale_factor",
                                                       "add_offset",     "valid_range",
                                                       "valid_min",      "valid_max",
                                                       "actual_range",   "coordinates",
                                                       "grid_mapping",   "cell_measures",
                                                       "bounds",         "ancillary_variables",
                                                       "axis",           "_unsigned",
                                                       "_chunksizes",    "dimension_list",
                                                       "reference_list", "class",
                                                       "name",           "least_significant_digit"};
    const std::string lowered = lower(name);
    if (std::find(stale.begin(), stale.end(), lowered) != stale.end()) return false;
    // Of GRIB's keys those that name the parameter stay; the others describe grid, packing and counts.
    if (lowered.rfind("grib_", 0) != 0) return lowered.rfind("_netcdf4", 0) != 0 && lowered.rfind("_nc", 0) != 0;
    return lowered == "grib_shortname" || lowered == "grib_name" || lowered == "grib_paramid" ||
           lowered == "grib_steptype" || lowered == "grib_units" || lowered == "grib_cfname" ||
           lowered == "grib_cfvarname";
}

void keep(std::vector<FieldAttribute>& list, const NcAttribute& attribute)
{
    if (attribute.numbers.size() == 1)
        list.push_back({attribute.name, attribute.numbers[0]});
    else if (attribute.numbers.empty() && !attribute.text.empty())
        list.push_back({attribute.name, attribute.text});
}

/// Fields that are the uncertainty, area or mask of another.
bool serves_another(const InputFile& file, std::size_t i)
{
    for (std::size_t k = 0; k < file.fields().size(); ++k) {
        const InputField& other = file.fields()[k];
        if (k == i) continue;
        if (find_sigma(file, k) == static_cast<int>(i) && find_sigma(file, i) != static_cast<int>(k)) return true;
        const std::string links = other.text("ancillary_variables") + " " + other.text("cell_measures");
        if (lists_word(links, file.fields()[i].short_name())) return true;
    }
    return false;
}

/// The field that is meant where no name is given.
std::size_t only_field(const InputFile& file)
{
    std::vector<std::size_t> main;
    for (std::size_t i = 0; i < file.fields().size(); ++i)
        if (!serves_another(file, i)) main.push_back(i);
    if (main.size() == 1) return main[0];
    std::string list;
    for (const std::size_t i : main) {
        append(list, file.fields()[i].name);
        list.append(" [").append(file.fields()[i].units()).append("]");
    }
    if (main.empty()) {
        std::string why = file.shown() + ": holds no field over latitude and longitude";
        for (const OtherVariable& other : file.others())
            if (other.meant_as_field) why.append("; '").append(other.name).append("' ").append(other.why);
        throw DataError(why);
    }
    throw DataError(file.shown() + ": holds " + std::to_string(main.size()) + " fields: " + list +
                    "; choose one with --variable or PATH:VARIABLE");
}

FieldDescription description(const InputFile& file, std::size_t chosen)
{
    const InputField& field = file.fields()[chosen];
    FieldDescription result;
    result.name = field.name;
    result.unit = trimmed(field.units());
    if (result.unit.empty()) result.unit.assign(1, '1');
    result.grid = field.axes->grid;
    if (const int sigma = find_sigma(file, chosen); sigma >= 0)
        result.sigma = file.fields()[static_cast<std::size_t>(sigma)].name;
    for (const NcAttribute& attribute : field.attributes)
        // "unknown" is what cfgrib writes where the CF table has no name.
        if (stays_true(attribute.name) && !(attribute.name == "standard_name" && attribute.text == "unknown"))
            keep(result.attributes, attribute);
    for (const char* name : {"title", "institution", "source", "references", "comment", "license", "history"})
        if (const NcAttribute* attribute = find_attribute(file.attributes(), name))
            keep(result.file_attributes, {name, attribute->text, attribute->numbers});
    return result;
}

} // namespace

FieldDescription describe_field(const std::string& file, const std::string& variable)
{
    const InputName input = split_input(file);
    const std::string wanted = input.variable.empty() ? variable : input.variable;
    std::string why;
    for (const std::unique_ptr<InputFile>& opened : open_inputs(input.path, {})) {
        if (wanted.empty()) return description(*opened, only_field(*opened));
        if (const int found = find_field(*opened, "", wanted).index; found >= 0)
            return description(*opened, static_cast<std::size_t>(found));
        if (why.empty()) why = not_found_text(*opened, "", wanted);
    }
    throw DataError(why);
}

} // namespace gwsd::io
