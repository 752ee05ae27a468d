#include "gwsd/io/output.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <optional>

#include "gwsd/core/error.hpp"
#include "io/output_attributes.hpp"
#include "io/output_grid.hpp"
#include "io/output_sink.hpp"

namespace gwsd::io {
namespace {

using plan::Attribute;

void check_info(const std::string& path, const OutputInfo& info)
{
    if (info.grid.rows() < 1 || info.grid.cols() < 1) throw ShapeError(path + ": the grid of the output has no cells");
    if (info.time.size() < 1)
        throw DataError(path + ": no step is to be written; does the period hold a month with data?");
    if (info.cf != "1.11" && info.cf != "1.13")
        throw ConfigError("--cf: '" + info.cf + "' is not supported; expected 1.11 or 1.13");
    if (info.cf == "1.13" && !baseline_period(info.baseline))
        throw ConfigError("--cf 1.13 states the baseline of the anomaly, but it is '" + info.baseline +
                          "'; give it with --baseline YYYY-MM-DD/YYYY-MM-DD");
}

plan::Variable value_variable(const OutputInfo& info)
{
    const bool norm = info.cf == "1.13";
    plan::Variable value = field_variable(info.quantity, info.grid, true);
    if (info.unit == "kg m-2")
        value.attributes.push_back({"standard_name", info.quantity == "twsa"
                                                         ? "change_over_time_in_land_water_amount"
                                                         : "change_over_time_in_groundwater_amount"});
    value.attributes.push_back({"long_name", long_name(info)});
    value.attributes.push_back({"units", info.unit});
    value.attributes.push_back({"_FillValue", fill_value});
    value.attributes.push_back(
        {"cell_methods", norm ? "area: mean time: mean time: anomaly_wrt baseline" : "time: mean area: mean"});
    value.attributes.push_back({"comment", info.baseline == "unknown"
                                               ? std::string("anomaly relative to a time mean over an unknown period")
                                               : "anomaly relative to the " + info.baseline + " time mean"});
    value.attributes.push_back({"gwsd_baseline", info.baseline});
    value.attributes.push_back({"grid_mapping", "crs"});
    if (norm) value.attributes.push_back({"coordinates", "baseline_time"});
    std::string ancillary = info.has_error ? info.quantity + "_standard_error" : "";
    if (norm) ancillary += ancillary.empty() ? "baseline" : " baseline";
    if (!ancillary.empty()) value.attributes.push_back({"ancillary_variables", ancillary});
    value.attributes.push_back({"cell_measures", "area: cell_area"});
    value.attributes.push_back({"coverage_content_type", "modelResult"});
    return value;
}

plan::Variable error_variable(const OutputInfo& info)
{
    plan::Variable error = field_variable(info.quantity + "_standard_error", info.grid, true);
    if (info.unit == "kg m-2")
        error.attributes.push_back(
            {"standard_name", std::string(info.quantity == "twsa" ? "change_over_time_in_land_water_amount"
                                                                  : "change_over_time_in_groundwater_amount") +
                                  " standard_error"});
    error.attributes.push_back({"long_name", "1-sigma uncertainty of " + lower_first(long_name(info))});
    error.attributes.push_back({"units", info.unit});
    error.attributes.push_back({"_FillValue", fill_value});
    error.attributes.push_back({"grid_mapping", "crs"});
    error.attributes.push_back({"cell_measures", "area: cell_area"});
    error.attributes.push_back({"coverage_content_type", "qualityInformation"});
    return error;
}

/// The norm of the anomaly as CF-1.13, section 7.5, wants it: a variable without data whose cell methods name its
/// period.
void add_norm(plan::File& file, const OutputInfo& info)
{
    const auto period = *baseline_period(info.baseline);
    const double from = days_since_2002(static_cast<double>(period.first)),
                 to = days_since_2002(static_cast<double>(period.last) + 1);
    file.variables.push_back({"baseline",
                              plan::Type::int32,
                              {},
                              {{"long_name", "baseline of the anomaly"},
                               {"coordinates", "baseline_time"},
                               {"cell_methods", "baseline_time: mean"},
                               {"_FillValue", std::int32_t{-999}}},
                              {},
                              {}});
    file.variables.push_back({"baseline_time",
                              plan::Type::float64,
                              {},
                              {{"standard_name", "time"},
                               {"long_name", "baseline period"},
                               {"units", "days since 2002-01-01 00:00:00"},
                               {"calendar", "standard"},
                               {"units_metadata", "leap_seconds: none"},
                               {"bounds", "baseline_time_bnds"}},
                              {},
                              {0.5 * (from + to)}});
    file.variables.push_back({"baseline_time_bnds", plan::Type::float64, {"nv"}, {}, {}, {from, to}});
}

plan::File common_plan(const OutputInfo& info)
{
    plan::File file;
    file.dimensions.push_back({"nv", 2, false});
    add_time(file, info.time);
    add_grid(file, info.grid);
    file.variables.push_back(cell_area(info.grid));
    file.variables.push_back(crs());
    return file;
}

class RefinedFileWriter : public OutputWriter {
public:
    RefinedFileWriter(const std::string& path, const OutputInfo& info, bool overwrite) : path_(path), info_(info)
    {
        check_info(path, info);
        plan::File file = common_plan(info);
        file.variables.insert(file.variables.begin(), value_variable(info));
        if (info.has_error) file.variables.insert(file.variables.begin() + 1, error_variable(info));
        if (info.cf == "1.13") add_norm(file, info);
        file.attributes = global_attributes(info, long_name(info));
        sink_ = create_netcdf(path, file, overwrite);
    }

    void write(Index t, std::span<const float> value, std::span<const float> error) override
    {
        check_step(t);
        check_field(value.size());
        if (info_.has_error) check_field(error.size());
        sink_->put(0, t, std::as_bytes(std::span<const float>(with_fill(value))));
        if (info_.has_error) sink_->put(1, t, std::as_bytes(std::span<const float>(with_fill(error))));
    }
    void set_attribute(const std::string& name, const std::string& text) override { sink_->put_attribute(name, text); }
    void finish() override { sink_->finish(); }

private:
    void check_step(Index t) const
    {
        if (t < 0 || t >= info_.time.size())
            throw ShapeError(path_ + ": step " + std::to_string(t) + " is outside the " +
                             std::to_string(info_.time.size()) + " steps of the output");
    }
    void check_field(std::size_t cells) const
    {
        if (static_cast<Index>(cells) != info_.grid.cells())
            throw ShapeError(path_ + ": a field expects " + std::to_string(info_.grid.cells()) + " cells, got " +
                             std::to_string(cells));
    }

    std::string path_;
    OutputInfo info_;
    std::unique_ptr<NetcdfSink> sink_;
};

class FlagWriter : public FlagsWriter {
public:
    FlagWriter(const std::string& path, const OutputInfo& info, bool overwrite) : cells_(info.grid.cells())
    {
        if (info.time.size() < 1) throw DataError(path + ": no step is to be written");
        plan::File file = common_plan(info);
        plan::Variable status = field_variable("status_flag", info.grid, true);
        status.type = plan::Type::int8;
        status.attributes = {{"standard_name", "status_flag"},
                             {"long_name", "status of " + lower_first(long_name(info))},
                             {"flag_masks", std::vector<std::int8_t>{1, 2, 4}},
                             {"flag_meanings", "land no_satellite_month outside_training_domain"},
                             {"grid_mapping", "crs"},
                             {"cell_measures", "area: cell_area"},
                             {"coverage_content_type", "qualityInformation"}};
        file.variables.insert(file.variables.begin(), status);
        file.attributes = global_attributes(info, "Status flags of " + lower_first(long_name(info)));
        sink_ = create_netcdf(path, file, overwrite);
    }
    void write(Index t, std::span<const std::uint8_t> flags) override
    {
        if (std::ssize(flags) != cells_)
            throw ShapeError("status flags: expects " + std::to_string(cells_) + " cells, got " +
                             std::to_string(flags.size()));
        sink_->put(0, t, std::as_bytes(flags));
    }
    void finish() override { sink_->finish(); }

private:
    Index cells_;
    std::unique_ptr<NetcdfSink> sink_;
};

} // namespace

std::unique_ptr<OutputWriter> create_output(const std::string& path, const OutputInfo& info, bool overwrite)
{
    return std::make_unique<RefinedFileWriter>(path, info, overwrite);
}

std::unique_ptr<FlagsWriter> create_flags(const std::string& path, const OutputInfo& info, bool overwrite)
{
    return std::make_unique<FlagWriter>(path, info, overwrite);
}

} // namespace gwsd::io
