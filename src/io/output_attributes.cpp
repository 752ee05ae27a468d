#include "io/output_attributes.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdio>

#include "io/output_grid.hpp"

namespace gwsd::io {
namespace {

std::string duration(const geo::TimeAxis& time)
{
    std::string text("P");
    text += std::to_string(time.steps.back() - time.steps.front() + 1);
    text += time.monthly ? 'M' : 'D';
    return text;
}

std::string resolution_text(const std::vector<double>& edges)
{
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.6g degree",
                  (edges.back() - edges.front()) / static_cast<double>(edges.size() - 1));
    return text.data();
}

void add_coverage(std::vector<plan::Attribute>& list, const OutputInfo& info)
{
    // The polygon is that of the cells; minimum and maximum are those of the coordinates, as ACDD checkers compare
    // them.
    const geo::Region bounds = info.grid.bounds();
    list.push_back({"geospatial_bounds_crs", "EPSG:4326"});
    std::array<char, 256> polygon{};
    std::snprintf(polygon.data(), polygon.size(), "POLYGON ((%.6g %.6g, %.6g %.6g, %.6g %.6g, %.6g %.6g, %.6g %.6g))",
                  bounds.south, bounds.west, bounds.south, bounds.east, bounds.north, bounds.east, bounds.north,
                  bounds.west, bounds.south, bounds.west);
    list.push_back({"geospatial_bounds", polygon.data()});
    list.push_back({"geospatial_lat_min", info.grid.lat(0)});
    list.push_back({"geospatial_lat_max", info.grid.lat(info.grid.rows() - 1)});
    list.push_back({"geospatial_lat_units", "degrees_north"});
    list.push_back({"geospatial_lat_resolution", resolution_text(info.grid.lat_edges)});
    list.push_back({"geospatial_lon_min", info.grid.lon(0)});
    list.push_back({"geospatial_lon_max", info.grid.lon(info.grid.cols() - 1)});
    list.push_back({"geospatial_lon_units", "degrees_east"});
    list.push_back({"geospatial_lon_resolution", resolution_text(info.grid.lon_edges)});
    const Index last = info.time.size() - 1;
    const auto first_day = info.time.monthly ? geo::first_day(info.time.month(0)) : info.time.day(0);
    const auto last_day =
        info.time.monthly ? geo::first_day({info.time.month(last).index + 1}) - 1 : info.time.day(last);
    list.push_back({"time_coverage_start", geo::date_text(first_day) + "T00:00:00Z"});
    list.push_back({"time_coverage_end", geo::date_text(last_day) + "T23:59:59Z"});
    list.push_back({"time_coverage_duration", duration(info.time)});
    list.push_back({"time_coverage_resolution", info.time.monthly ? "P1M" : "P1D"});
}

const std::array computed{"Conventions",
                          "id",
                          "geospatial_bounds_crs",
                          "geospatial_bounds",
                          "geospatial_lat_min",
                          "geospatial_lat_max",
                          "geospatial_lat_units",
                          "geospatial_lat_resolution",
                          "geospatial_lon_min",
                          "geospatial_lon_max",
                          "geospatial_lon_units",
                          "geospatial_lon_resolution",
                          "time_coverage_start",
                          "time_coverage_end",
                          "time_coverage_duration",
                          "time_coverage_resolution",
                          "gwsd_baseline",
                          "gwsd_absent_months",
                          "history",
                          "date_created",
                          "date_modified",
                          "date_issued",
                          "date_metadata_modified"};

} // namespace

bool is_computed_attribute(const std::string& name)
{
    return std::find(computed.begin(), computed.end(), name) != computed.end();
}

std::string long_name(const OutputInfo& info)
{
    const std::string what = info.quantity == "twsa"   ? "Total water storage anomaly"
                             : info.quantity == "gwsa" ? "Groundwater storage anomaly"
                                                       : info.quantity;
    const bool thickness = info.unit == "mm" || info.unit == "cm" || info.unit == "m";
    return thickness ? what + " as liquid water equivalent thickness" : what;
}

std::string lower_first(std::string text)
{
    if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    return text;
}

std::optional<geo::Period> baseline_period(const std::string& text)
{
    std::string period = text;
    if (const auto slash = period.find('/'); slash != std::string::npos) period[slash] = ':';
    if (const auto dots = period.find(".."); dots != std::string::npos)
        period = period.substr(0, dots) + ':' + period.substr(dots + 2);
    try {
        return geo::Period::parse(period, "baseline");
    } catch (const Error&) {
        return std::nullopt;
    }
}

std::vector<plan::Attribute> global_attributes(const OutputInfo& info, const std::string& title)
{
    const std::string water = info.quantity == "twsa" ? "total water storage" : "groundwater storage",
                      stamp = time_stamp();
    const Index last = info.time.size() - 1;
    std::vector<plan::Attribute> list{
        {"Conventions", "CF-" + info.cf + ", ACDD-1.3"},
        {"title", title},
        {"summary", "Anomaly of " + water +
                        " observed by satellite gravimetry (GRACE, GRACE-FO), refined statistically to a finer grid "
                        "with meteorological and soil predictors, with an estimate of its uncertainty for each cell."},
        {"keywords", "groundwater, terrestrial water storage, GRACE, downscaling"},
        {"id", "gwsd_" + info.quantity + "_" + info.time.label(0) + "_" + info.time.label(last)},
        {"naming_authority", "gwsd"},
        {"institution", "not stated"},
        {"creator_name", "not stated"},
        {"creator_email", "not stated"},
        {"creator_url", "not stated"},
        {"publisher_name", "not stated"},
        {"publisher_email", "not stated"},
        {"publisher_url", "not stated"},
        {"project", "not stated"},
        {"source", "gwsd " GWSD_VERSION},
        {"processing_level", "L4"},
        {"references", "Ibrahim et al. 2026, doi:10.64388/irev9i9-1714801"},
        {"acknowledgment", "see the documentation of the input products named in this file"},
        {"license", "the licences of the input products apply"},
        {"standard_name_vocabulary", "CF Standard Name Table v83"},
        {"cdm_data_type", "Grid"},
    };
    add_coverage(list, info);
    list.push_back({"gwsd_baseline", info.baseline});
    std::string absent;
    for (const std::string& month : info.absent_months) absent += (absent.empty() ? "" : " ") + month;
    if (!absent.empty()) list.push_back({"gwsd_absent_months", absent});
    for (const char* name : {"date_created", "date_modified", "date_issued", "date_metadata_modified"})
        list.push_back({name, stamp});
    list.push_back({"history", stamp + " " + info.history});
    for (const auto& [name, value] : info.attributes) {
        const auto known =
            std::find_if(list.begin(), list.end(), [&name = name](const auto& a) { return a.name == name; });
        if (known != list.end())
            known->value = value;
        else
            list.push_back({name, value});
    }
    return list;
}

} // namespace gwsd::io
