#include "io/file_series.hpp"

#include "gwsd/core/error.hpp"
#include "io/input_name.hpp"
#include "io/open_inputs.hpp"
#include "io/text.hpp"

namespace gwsd::io {
namespace {

std::string grid_text(const geo::Grid& grid)
{
    return std::to_string(grid.rows()) + " x " + std::to_string(grid.cols()) + " cells from " +
           geo::detail::degrees_text(grid.lat_edges.front()) + " N, " +
           geo::detail::degrees_text(grid.lon_edges.front()) + " E";
}

} // namespace

FileSeries::FileSeries(const std::vector<std::string>& files, const SeriesOptions& options, Notes notes)
    : options_(options), quantity_(quantity_of(options.quantity)), notes_(notes)
{
    std::vector<std::string> paths;
    for (const std::string& text : files) paths.push_back(split_input(text).path);
    probe_inputs(paths);
    for (const std::string& text : files) take(text);
    if (inputs_.empty()) {
        const std::string wanted = options.variable.empty() ? options.quantity : options.variable;
        throw DataError(why_none_.empty() ? files.front() + ": is a land mask; give the field '" + wanted + "' as well"
                        : files.size() == 1 ? why_none_
                                            : "none of the " + std::to_string(files.size()) + " files holds '" +
                                                  wanted + "'; " + why_none_);
    }
    settle();
}

FileSeries::FileSeries(std::shared_ptr<InputFile> file, std::size_t field, const SeriesOptions& options, Notes notes)
    : options_(options), quantity_(quantity_of(options.quantity)), notes_(notes)
{
    files_.push_back(file->shown());
    add(std::move(file), field);
    settle();
}

void FileSeries::settle()
{
    if (mask_.used() && !geo::same_grid(mask_.grid(), axes_->grid))
        throw DataError(mask_.file() + ": the land mask is on another grid (" + grid_text(mask_.grid()) + ") than '" +
                        name_ + "' (" + grid_text(axes_->grid) + ")");
    settle_time();
    settle_units();
    facts_ = storage_facts(*inputs_[0], field(first_[0]), quantity_, unit_);
    const bool checked = unit_ == quantity_.unit && !options_.companion_sigma;
    values_.emplace(checked ? quantity_ : Quantity{}, files_.front() + ": variable '" + name_ + "'", time_.axis.size(),
                    notes_);
    if (gains_.used())
        notes_.tell(files_.front() + ": '" + name_ + "' is multiplied by the gains in 'scale_factor', once");
    if (mask_.used()) notes_.tell(mask_.file() + ": its ocean cells are left out of '" + name_ + "'");
}

/// Adds the files that an entry stands for; an archive is many.
void FileSeries::take(const std::string& text)
{
    const InputName input = split_input(text);
    const std::string variable = input.variable.empty() ? options_.variable : input.variable;
    auto files = open_inputs(input.path, {options_.allow_remote});
    std::vector<FieldMatch> matches;
    std::string why;
    bool sure = false, found = false;
    for (const auto& file : files) {
        FieldMatch match = find_field(*file, options_.quantity, variable);
        if (match.index < 0 && why.empty()) why = not_found_text(*file, options_.quantity, variable);
        if (match.index >= 0 && options_.companion_sigma) {
            const auto of = static_cast<std::size_t>(match.index);
            match.index = find_sigma(*file, of);
            if (match.index < 0) why = file->shown() + ": has no uncertainty beside '" + file->fields()[of].name + "'";
        }
        sure = sure || (match.index >= 0 && !match.fallback);
        matches.push_back(match);
    }
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (matches[i].index < 0) {
            found = take_mask(*files[i]) || found;
        } else if (!matches[i].fallback || !sure) { // beside groundwater, an archive's TWS is another product
            add(std::move(files[i]), static_cast<std::size_t>(matches[i].index));
            found = true;
        }
    }
    if (found) {
        files_.push_back(input.path);
        return;
    }
    why_none_ = why;
    if (!options_.skip_files_without) throw DataError(why);
    detail(why);
}

bool FileSeries::take_mask(InputFile& file) { return quantity_.kind == Quantity::Kind::storage && mask_.take(file); }

void FileSeries::check_fits(const InputFile& file, const InputField& field) const
{
    const std::string place = file.shown() + ": variable '" + field.name + "' ";
    if (!geo::same_grid(axes_->grid, field.axes->grid))
        throw DataError(place + "is on another grid (" + grid_text(field.axes->grid) + ") than in " +
                        inputs_.front()->shown() + " (" + grid_text(axes_->grid) + "); give files of one grid");
    if (field.has_time != has_time_)
        throw DataError(place + (has_time_ ? "has no time" : "has a time") + ", unlike in " + inputs_.front()->shown());
}

void FileSeries::add(std::shared_ptr<InputFile> file, std::size_t chosen)
{
    const InputField& field = file->fields()[chosen];
    const std::size_t index = inputs_.size();
    if (axes_) {
        check_fits(*file, field);
        file->share_axes(axes_);
    } else {
        axes_ = field.axes;
        name_ = field.short_name();
        has_time_ = field.has_time;
    }
    const std::string stream = lower(field.text("GRIB_stream")),
                      history = lower(attribute_text(file->attributes(), "history"));
    by_hour_ = by_hour_ || stream == "mnth" || contains(history, "\"mnth\"");
    hourly_ = hourly_ || stream == "oper" || contains(history, "\"oper\"");
    if (!options_.companion_sigma) gains_.look(*file, chosen);
    for (const std::string& text : field.notes) notes_.tell(file->shown() + ": '" + field.name + "': " + text);
    first_.push_back({index, chosen, 0});
    for (std::size_t s = 0; s < field.steps.size(); ++s)
        steps_.push_back({field.steps[s], {index, chosen, static_cast<Index>(s)}, file->shown()});
    inputs_.push_back(std::move(file));
    hold_open(index);
}

void FileSeries::settle_time()
{
    if (has_time_) {
        if (steps_.empty())
            throw DataError(inputs_[0]->shown() + ": variable '" + name_ + "' has a time axis without a single step");
        SeriesTimeOptions rules;
        rules.keep_instants = options_.instants;
        rules.may_average = quantity_.kind != Quantity::Kind::precipitation;
        rules.by_hour = by_hour_;
        // A land mask or soil type at some hour is a static field; a temperature is not.
        rules.hourly = hourly_ && quantity_.kind != Quantity::Kind::generic;
        rules.variable = name_;
        time_ = join_steps(std::move(steps_), rules);
    } else {
        if (inputs_.size() > 1)
            throw DataError(inputs_[1]->shown() + ": variable '" + name_ + "' has no time, as in " +
                            inputs_[0]->shown() + "; give one of them");
        time_.axis.steps = {0};
        time_.places = {{first_[0]}};
    }
    steps_ = std::vector<DatedStep>();
    for (const std::string& text : time_.notes) notes_.tell(files_.front() + ": " + text);
}

void FileSeries::settle_units()
{
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
        units_.push_back(series_units(*inputs_[i], field(first_[i]), quantity_, options_.assume_units));
        if (units_[i].unit != units_[0].unit)
            throw DataError(inputs_[i]->shown() + ": variable '" + name_ + "' has the unit '" + units_[i].unit +
                            "', but in " + inputs_[0]->shown() + " it has '" + units_[0].unit + "'");
    }
    unit_ = units_[0].unit;
    if (!units_[0].note.empty()) notes_.tell(files_.front() + ": " + units_[0].note);
}

} // namespace gwsd::io
