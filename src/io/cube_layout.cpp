#include "io/cube_layout.hpp"

#include "io/output_grid.hpp"

namespace gwsd::io {
namespace {

std::string joined(const std::vector<std::string>& list)
{
    std::string text;
    for (const std::string& item : list) text += (text.empty() ? "" : " ") + item;
    return text;
}

std::vector<plan::Attribute> global_attributes(const CubeInfo& info)
{
    std::string units;
    for (const std::string& unit : info.predictor_units) units += (units.empty() ? "" : "|") + unit;
    const auto flag = [](bool value) { return std::int32_t{value}; };
    return {{"Conventions", "CF-1.11"},
            {"title", info.quantity == "twsa" ? "gwsd cube: total water storage anomaly and predictors"
                                              : "gwsd cube: groundwater storage anomaly and predictors"},
            {"source", "gwsd " GWSD_VERSION},
            {"history", time_stamp() + " " + info.history},
            {"gwsd_cube_version", std::int32_t{cube_version}},
            {"gwsd_factor", static_cast<std::int32_t>(info.factor)},
            {"gwsd_quantity", info.quantity},
            {"gwsd_unit", info.unit},
            {"gwsd_baseline", info.baseline},
            {"gwsd_time", info.time.monthly ? "months" : "instants"},
            {"gwsd_predictors", joined(info.predictors)},
            {"gwsd_predictor_units", units},
            {"gwsd_statics", joined(info.statics)},
            {"gwsd_has_given", flag(info.has_given)},
            {"gwsd_has_sigma", flag(info.has_sigma)},
            {"gwsd_has_reference", flag(info.has_reference)},
            {"gwsd_synthetic", flag(info.synthetic)},
            {"gwsd_sources", info.sources}};
}

} // namespace

std::vector<CubeVariable> cube_variables(const CubeInfo& info)
{
    std::vector<CubeVariable> list;
    const std::string water = info.quantity == "twsa" ? "total water storage anomaly" : "groundwater storage anomaly";
    if (info.has_given) list.push_back({"gwsa", info.unit, water + " as given", false, true});
    if (info.has_sigma)
        list.push_back({"gwsa_sigma", info.unit, "1-sigma uncertainty of the " + water + " as given", false, true});
    if (info.has_reference) {
        list.push_back({"gwsa_operator", info.unit, "GRACE observation operator's view of the reference", false, true});
        list.push_back({"reference", info.unit, "fine reference of the " + water, true, true});
    }
    for (std::size_t p = 0; p < info.predictors.size(); ++p) {
        const std::string unit = p < info.predictor_units.size() ? info.predictor_units[p] : "1";
        list.push_back({info.predictors[p], unit, "predictor " + info.predictors[p], true, true});
        list.push_back({info.predictors[p] + "_coarse", unit, "predictor " + info.predictors[p] + " on the coarse grid",
                        false, true});
    }
    list.push_back({"land_fraction", "1", "land fraction", true, false});
    list.push_back({"land_fraction_coarse", "1", "land fraction on the coarse grid", false, false});
    for (const std::string& name : info.statics) list.push_back({name, "1", "static field " + name, true, false});
    return list;
}

plan::File cube_plan(const CubeInfo& info, Index first, Index count, bool statics)
{
    plan::File file;
    file.dimensions.push_back({"nv", 2, false});
    if (count > 0) {
        geo::TimeAxis time{info.time.monthly, {}};
        time.steps.assign(info.time.steps.begin() + first, info.time.steps.begin() + first + count);
        add_time(file, time);
    }
    add_grid(file, info.fine);
    add_grid(file, info.coarse, "_coarse");
    file.variables.push_back(crs());
    for (const CubeVariable& variable : cube_variables(info)) {
        if (variable.steps ? count == 0 : !statics) continue;
        plan::Variable field = field_variable(variable.name, variable.fine ? info.fine : info.coarse, variable.steps,
                                              variable.fine ? "" : "_coarse");
        field.attributes = {{"long_name", variable.long_name},
                            {"units", variable.unit},
                            {"_FillValue", fill_value},
                            {"grid_mapping", "crs"}};
        file.variables.push_back(field);
    }
    file.attributes = global_attributes(info);
    return file;
}

} // namespace gwsd::io
