#include "gwsd/io/field_writer.hpp"

#include <algorithm>

#include "gwsd/core/error.hpp"
#include "io/output_grid.hpp"
#include "io/output_sink.hpp"

namespace gwsd::io {
namespace {

plan::Attribute planned(const FieldAttribute& attribute)
{
    return std::visit([&](const auto& value) { return plan::Attribute{attribute.name, value}; }, attribute.value);
}

plan::Variable field_plan(const FieldInfo& info, bool has_area)
{
    plan::Variable field = field_variable(info.name, info.grid, info.has_time);
    for (const FieldAttribute& attribute : info.attributes) field.attributes.push_back(planned(attribute));
    field.attributes.push_back({"units", info.unit});
    field.attributes.push_back({"_FillValue", fill_value});
    field.attributes.push_back({"grid_mapping", "crs"});
    if (has_area) field.attributes.push_back({"cell_measures", "area: cell_area"});
    return field;
}

std::vector<plan::Attribute> file_attributes(const FieldInfo& info)
{
    const std::string stamp = time_stamp();
    std::vector<plan::Attribute> list{{"Conventions", "CF-1.11"}};
    std::string before;
    for (const FieldAttribute& attribute : info.file_attributes) {
        if (attribute.name == "Conventions") continue;
        if (attribute.name != "history")
            list.push_back(planned(attribute));
        else if (const auto* text = std::get_if<std::string>(&attribute.value))
            before = "\n" + *text;
    }
    list.push_back({"date_created", stamp});
    // The latest step comes first, as NCO and CDO write it.
    list.push_back({"history", stamp + " " + info.history + before});
    return list;
}

class FieldFileWriter : public FieldWriter {
public:
    FieldFileWriter(const std::string& path, const FieldInfo& info, bool overwrite)
        : path_(path), cells_(info.grid.cells()), steps_(info.has_time ? info.time.size() : 1), has_time_(info.has_time)
    {
        if (cells_ < 1 || steps_ < 1) throw DataError(path + ": there is no cell or no step to write");
        plan::File file;
        file.dimensions.push_back({"nv", 2, false});
        if (info.has_time) add_time(file, info.time);
        add_grid(file, info.grid);
        file.variables.push_back(crs());
        const auto taken = [&](const plan::Variable& variable) { return variable.name == info.name; };
        if (std::any_of(file.variables.begin(), file.variables.end(), taken) || info.name == "nv")
            throw DataError(path + ": the field has the name '" + info.name +
                            "', which the file needs for a coordinate; rename it first, such as with ncrename or "
                            "cdo chname");
        const bool has_area = info.name != "cell_area";
        if (has_area) file.variables.push_back(cell_area(info.grid));
        file.variables.insert(file.variables.begin(), field_plan(info, has_area));
        file.attributes = file_attributes(info);
        sink_ = create_netcdf(path, file, overwrite);
    }

    void write(Index t, std::span<const float> field) override
    {
        if (t < 0 || t >= steps_ || std::ssize(field) != cells_)
            throw ShapeError(path_ + ": step " + std::to_string(t) + " of " + std::to_string(field.size()) +
                             " values, but the file has " + std::to_string(steps_) + " steps of " +
                             std::to_string(cells_) + " cells");
        sink_->put(0, has_time_ ? t : -1, std::as_bytes(std::span<const float>(with_fill(field))));
    }
    void finish() override { sink_->finish(); }

private:
    std::string path_;
    Index cells_, steps_;
    bool has_time_;
    std::unique_ptr<NetcdfSink> sink_;
};

} // namespace

std::unique_ptr<FieldWriter> create_field(const std::string& path, const FieldInfo& info, bool overwrite)
{
    return std::make_unique<FieldFileWriter>(path, info, overwrite);
}

} // namespace gwsd::io
