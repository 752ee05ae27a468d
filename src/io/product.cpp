#include "io/product.hpp"

#include <cmath>

#include "io/quantity.hpp"
#include "io/text.hpp"

namespace gwsd::io {
namespace {

bool has_field(const InputFile& file, const std::string& name)
{
    for (const InputField& field : file.fields())
        if (lower(field.short_name()) == name) return true;
    return false;
}

double lon_step(const InputFile& file)
{
    const geo::Grid& grid = file.fields().front().axes->grid;
    return (grid.lon_edges.back() - grid.lon_edges.front()) / static_cast<double>(grid.cols());
}

std::string mascon(const std::string& about)
{
    for (const auto& [word, name] : {std::pair{"jpl", "JPL"}, std::pair{"csr", "CSR"}, std::pair{"gsfc", "GSFC"}})
        if (contains(about, word)) return std::string(name) + " mascons, total water storage anomaly";
    return "GRACE mascons or grid, total water storage anomaly";
}

/// Months apart, hours apart, or one step.
std::string era5_kind(const InputFile& file, const std::string& about)
{
    for (const InputField& field : file.fields()) {
        if (field.steps.size() < 2) continue;
        const double days = field.steps[1].at.days - field.steps[0].at.days;
        return days > 27                 ? "monthly means"
               : days > 0.9              ? "daily"
               : contains(about, "mnth") ? "monthly means by hour of day"
                                         : "hourly";
    }
    return contains(about, "moda") || contains(about, "avgua") || contains(about, "avgad") ? "monthly means"
           : file.fields().front().has_time                                                ? "one step"
                                                                                           : "static fields";
}

std::string era5(const InputFile& file, const std::string& about)
{
    const bool land = std::abs(lon_step(file) - 0.1) < 1e-3;
    bool new_layout = false;
    for (const InputField& field : file.fields()) new_layout = new_layout || !field.text("GRIB_paramId").empty();
    const std::string layout = file.format().rfind("GRIB", 0) == 0 ? "GRIB"
                               : new_layout                        ? "layout since 2024"
                                                                   : "layout before 2024";
    return std::string(land ? "ERA5-Land " : "ERA5 ") + era5_kind(file, about) + " (" + layout + ")";
}

} // namespace

std::string product_of(const InputFile& file)
{
    const auto text = [&](const char* name) { return lower(attribute_text(file.attributes(), name)); };
    const std::string name = lower(file.shown().substr(file.shown().rfind('/') + 1)), title = text("title"),
                      about = name + " " + title + " " + text("institution") + " " + text("source") + " " +
                              text("history") + " " + text("summary");
    if (file.fields().empty()) return "no field over latitude and longitude";
    if (!attribute_text(file.attributes(), "gwsd_quantity").empty() ||
        !attribute_text(file.attributes(), "gwsd_truth_mode").empty())
        return "output of gwsd downscale";
    if (has_field(file, "gws_inst") || contains(title, "grace data assimilation"))
        return "GRACE-DA-DM drought indicator (percentiles)";
    if (contains(about, "gldas")) return "GLDAS land surface model";
    if (contains(about, "pcr-globwb") || contains(about, "pcrglobwb")) return "PCR-GLOBWB hydrological model";
    if (contains(about, "watergap")) return "WaterGAP hydrological model";
    if (contains(about, "g3p") || (has_field(file, "gwsa") && has_field(file, "uncertainty")))
        return has_field(file, "gwsa") || contains(name, "gwsa") ? "G3P groundwater storage anomaly"
                                                                 : "G3P compartment of water storage";
    if (has_field(file, "lwe_thickness")) return mascon(about);
    if (contains(about, "gravis")) return "GravIS Level 3, total water storage anomaly";
    const bool ecmwf = contains(about, "ecmwf") || contains(about, "european centre") ||
                       contains(about, "grib_to_netcdf") || contains(about, "cfgrib") ||
                       file.format().rfind("GRIB", 0) == 0;
    if (ecmwf) return era5(file, about);
    for (const InputField& field : file.fields())
        if (is_tws(field)) return "total water storage anomaly";
    return "grid of latitude and longitude";
}

} // namespace gwsd::io
