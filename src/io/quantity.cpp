#include "io/quantity.hpp"

#include <algorithm>
#include <cctype>

#include "gwsd/core/error.hpp"
#include "gwsd/io/units.hpp"
#include "io/text.hpp"

namespace gwsd::io {
namespace {

using Names = std::vector<std::string>;

// In order of preference, without case; a trailing * stands for anything. G3P up to v1.5 offers leakage variants.
const Names gwsa_names{"gwsa",   "gwsa_la_hyd",          "gws",           "gwsa_la_grav",    "gws_tavg", "gws_inst",
                       "gwstor", "groundwater_storage*", "groundwater*",  "gwsa*",           "gws*",     "storgw*",
                       "s3",     "totalgroundwater*",    "ground_water*", "storgroundwater*"};
const Names tws_names{"twsa",       "tws",  "lwe_thickness",      "lwe_thickness_*",      "twsa*",
                      "tws*",       "cmwe", "totalwaterstorage*", "total_water_storage*", "terrestrial_water_storage*",
                      "gravis_tws*"};
const Names tp_names{"tp",           "total_precipitation", "tp_*",   "var228", "totprec",
                     "tot_prec",     "precipitation",       "precip", "prcp",   "pr",
                     "rainf_f_tavg", "rainf_tavg",          "pre",    "ppt"};
const Names swvl1_names{"swvl1", "volumetric_soil_water_layer_1", "swvl1_*", "var39"};
const Names t2m_names{"t2m", "2t", "2m_temperature", "t2m_*", "var167", "tas", "air_temperature"};
const Names sp_names{"sp", "surface_pressure", "sp_*", "var134", "ps"};
const Names sigma_names{"uncertainty", "*_uncertainty", "uncertainty_*", "std_*", "*_std",   "*_standard_error",
                        "*_unc",       "unc_*",         "*_sigma",       "sigma", "*_error", "error"};

const Names* names_of(const std::string& quantity)
{
    if (quantity == "gwsa" || quantity == "reference") return &gwsa_names;
    if (quantity == "tws") return &tws_names;
    if (quantity == "tp") return &tp_names;
    if (quantity == "swvl1") return &swvl1_names;
    if (quantity == "t2m") return &t2m_names;
    if (quantity == "sp") return &sp_names;
    return nullptr;
}

bool matches(const std::string& name, const std::string& pattern)
{
    if (pattern.back() == '*') return name.rfind(pattern.substr(0, pattern.size() - 1), 0) == 0;
    if (pattern.front() == '*') return name.size() >= pattern.size() - 1 && name.ends_with(pattern.substr(1));
    return name == pattern;
}

bool is_sigma_name(const std::string& name)
{
    return std::any_of(sigma_names.begin(), sigma_names.end(), [&](const auto& p) { return matches(name, p); });
}

/// Place of a field's name in a list, or -1. GRIB names count as well, since converters rename.
int rank_in(const InputField& field, const Names& names, bool allow_sigma)
{
    const std::string name = lower(field.short_name()), grib = lower(field.text("GRIB_shortName"));
    if (!allow_sigma && is_sigma_name(name)) return -1;
    for (std::size_t rank = 0; rank < names.size(); ++rank)
        if (matches(name, names[rank]) || (!grib.empty() && grib == names[rank])) return static_cast<int>(rank);
    return -1;
}

std::string list_text(const InputFile& file, const std::vector<int>& which)
{
    std::string text;
    for (const int i : which) append(text, file.fields()[static_cast<std::size_t>(i)].name);
    return text;
}

int best_of(const InputFile& file, const Names& names)
{
    int best_rank = -1;
    std::vector<int> best;
    for (std::size_t i = 0; i < file.fields().size(); ++i) {
        const int rank = rank_in(file.fields()[i], names, false);
        if (rank < 0 || (best_rank >= 0 && rank > best_rank)) continue;
        if (rank != best_rank) best.clear();
        best_rank = rank;
        best.push_back(static_cast<int>(i));
    }
    if (best.size() > 1)
        throw DataError(file.shown() + ": more than one variable fits: " + list_text(file, best) +
                        "; choose one with " + file.shown() + ":VARIABLE");
    return best.empty() ? -1 : best[0];
}

/// G3P's own name inside the single file is not documented: the only field of a length over time will be it.
int only_storage(const InputFile& file)
{
    int only = -1;
    for (std::size_t i = 0; i < file.fields().size(); ++i) {
        const InputField& field = file.fields()[i];
        if (!field.has_time || is_sigma_name(lower(field.short_name())) || !units_convertible(field.units(), "mm") ||
            recognise(field) != "")
            continue;
        if (only >= 0) return -1;
        only = static_cast<int>(i);
    }
    return only;
}

bool named_g3p(const InputFile& file)
{
    const std::string text =
        lower(file.shown().substr(file.shown().rfind('/') + 1) + " " + attribute_text(file.attributes(), "title"));
    return text.find("gwsa") != std::string::npos || text.find("groundwater storage") != std::string::npos;
}

int find_named(const InputFile& file, const std::string& variable)
{
    std::vector<int> exact, same;
    const std::string wanted = variable[0] == '/' ? variable.substr(1) : variable;
    for (std::size_t i = 0; i < file.fields().size(); ++i) {
        const InputField& field = file.fields()[i];
        const std::string full = field.name[0] == '/' ? field.name.substr(1) : field.name;
        if (full == wanted) return static_cast<int>(i);
        if (field.short_name() == wanted) exact.push_back(static_cast<int>(i));
        if (lower(field.short_name()) == lower(wanted)) same.push_back(static_cast<int>(i));
    }
    const std::vector<int>& found = exact.empty() ? same : exact;
    if (found.size() > 1)
        throw DataError(file.shown() + ": more than one variable is named '" + variable +
                        "': " + list_text(file, found) + "; choose one with " + file.shown() + ":/group/name");
    if (!found.empty()) return found[0];
    for (const OtherVariable& other : file.others()) {
        const std::string full = other.name[0] == '/' ? other.name.substr(1) : other.name;
        if (lower(full) == lower(wanted) || lower(other.name.substr(other.name.rfind('/') + 1)) == lower(wanted))
            throw DataError(file.shown() + ": variable '" + other.name + "' " + other.why);
    }
    return -1;
}

} // namespace

Quantity quantity_of(const std::string& name)
{
    using Kind = Quantity::Kind;
    if (name == "gwsa" || name == "tws" || name == "reference") return {Kind::storage, "mm", -1e6, 1e6};
    if (name == "tp") return {Kind::precipitation, "mm/month", 0, 3000};
    if (name == "swvl1") return {Kind::soil_moisture, "m3 m-3", 0, 0.8};
    if (name == "t2m") return {Kind::temperature, "K", 200, 330};
    if (name == "sp") return {Kind::pressure, "Pa", 4e4, 1.1e5};
    return {};
}

std::string recognise(const InputField& field)
{
    for (const char* quantity : {"tp", "swvl1", "t2m", "sp", "gwsa", "tws"})
        if (rank_in(field, *names_of(quantity), false) >= 0) return quantity;
    return {};
}

bool is_tws(const InputField& field)
{
    if (rank_in(field, gwsa_names, true) >= 0) return false;
    if (rank_in(field, tws_names, true) >= 0) return true;
    const std::string text = lower(field.text("long_name") + " " + field.text("standard_name"));
    for (const char* words : {"total water storage", "terrestrial water storage", "liquid_water_equivalent_thickness",
                              "liquid water equivalent thickness", "total_water_storage"})
        if (text.find(words) != std::string::npos) return true;
    return false;
}

FieldMatch find_field(const InputFile& file, const std::string& quantity, const std::string& variable)
{
    if (!variable.empty()) return {find_named(file, variable), false};
    const Names* names = names_of(quantity);
    if (!names) return {quantity.empty() ? -1 : find_named(file, quantity), false};
    if (const int found = best_of(file, *names); found >= 0) return {found, false};
    if (quantity != "gwsa" && quantity != "reference" && quantity != "tws") return {};
    if (quantity != "tws")
        if (const int found = best_of(file, tws_names); found >= 0) return {found, true};
    return {named_g3p(file) || quantity == "reference" ? only_storage(file) : -1, true};
}

int find_sigma(const InputFile& file, std::size_t of)
{
    const InputField& field = file.fields()[of];
    const auto fits = [&](const InputField& other) {
        return &other != &field && other.axes->order.raw_cells() == field.axes->order.raw_cells() &&
               other.steps.size() == field.steps.size();
    };
    const std::string linked = field.text("ancillary_variables"), own = lower(field.short_name());
    for (std::size_t i = 0; i < file.fields().size(); ++i)
        if (fits(file.fields()[i]) && is_sigma_name(lower(file.fields()[i].short_name())) &&
            lists_word(linked, file.fields()[i].short_name()))
            return static_cast<int>(i);
    int best = -1, best_rank = 1 << 20;
    for (std::size_t i = 0; i < file.fields().size(); ++i) {
        const InputField& other = file.fields()[i];
        const std::string name = lower(other.short_name());
        if (!fits(other) || !is_sigma_name(name)) continue;
        int rank = rank_in(other, sigma_names, true);
        if (name.find(own) == std::string::npos) rank += 100; // its own name in it is the best sign
        if (name == "uncertainty") rank -= 150;
        if (rank < best_rank) {
            best = static_cast<int>(i);
            best_rank = rank;
        }
    }
    return best;
}

std::string not_found_text(const InputFile& file, const std::string& quantity, const std::string& variable)
{
    std::string text = file.shown() + ": ";
    if (!variable.empty()) {
        text += "has no variable '" + variable + "'";
    } else if (const Names* names = names_of(quantity)) {
        text += "no variable for '" + quantity + "' (usual names: " + (*names)[0];
        for (std::size_t i = 1; i < std::min<std::size_t>(5, names->size()); ++i) text += ", " + (*names)[i];
        text += ")";
    } else {
        text += "has no variable '" + quantity + "'";
    }
    text += "; it has";
    if (file.fields().empty()) text += " no field over latitude and longitude";
    for (std::size_t i = 0; i < std::min<std::size_t>(20, file.fields().size()); ++i)
        text += (i == 0 ? " " : ", ") + file.fields()[i].name + " [" + file.fields()[i].units() + "]";
    // A variable that was meant, but cannot be read, says why.
    const Names* names = names_of(quantity);
    for (const OtherVariable& other : file.others()) {
        const std::string name = lower(other.name.substr(other.name.rfind('/') + 1));
        const bool meant = names && std::any_of(names->begin(), names->end(),
                                                [&](const std::string& pattern) { return matches(name, pattern); });
        if (other.meant_as_field && (file.fields().empty() || meant))
            return text + "; variable '" + other.name + "' " + other.why;
    }
    return text + "; choose one with PATH:VARIABLE";
}

} // namespace gwsd::io
