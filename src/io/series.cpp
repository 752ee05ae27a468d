#include "gwsd/io/series.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <list>
#include <optional>

#include "gwsd/core/error.hpp"
#include "gwsd/core/message.hpp"
#include "io/input_name.hpp"
#include "io/mascon.hpp"
#include "io/month_axis.hpp"
#include "io/open_inputs.hpp"
#include "io/quantity.hpp"
#include "io/series_units.hpp"
#include "io/storage_facts.hpp"
#include "io/text.hpp"
#include "io/value_check.hpp"

namespace gwsd::io {
namespace {

constexpr std::size_t most_open = 8; ///< files held open at a time

class FileSeries : public Series {
public:
    FileSeries(const std::vector<std::string>& files, const SeriesOptions& options) : options_(options)
    {
        std::vector<std::string> paths;
        for (const std::string& text : files) paths.push_back(split_input(text).path);
        probe_inputs(paths);
        for (const std::string& text : files) take(text);
        if (places_.empty()) throw DataError(none_found());
        if (mask_grid_ && !geo::same_grid(mask_grid_->grid, grid_->grid))
            throw DataError(mask_file_ + ": the land mask is on another grid (" + grid_text(mask_grid_->grid) +
                            ") than '" + name_ + "' (" + grid_text(grid_->grid) + ")");
        SeriesTimeOptions rules;
        rules.keep_instants = options.instants;
        rules.variable = name_;
        const Quantity quantity = quantity_of(options.quantity);
        rules.may_average = quantity.kind != Quantity::Kind::precipitation;
        rules.by_hour = by_hour_;
        if (has_time_) {
            time_ = join_steps(std::move(steps_), rules);
        } else {
            if (places_.size() > 1)
                throw DataError(inputs_[places_[1].file]->shown() + ": variable '" + name_ + "' has no time, as in " +
                                inputs_[places_[0].file]->shown() + "; give one of them");
            time_.axis.steps = {0};
            time_.places = {{places_[0]}};
        }
        for (const std::string& text : time_.notes) note(files_.front() + ": " + text);
        settle_units(quantity);
        facts_ = storage_facts(*inputs_[places_[0].file], field(places_[0]), quantity, unit_);
        const bool checked = unit_ == quantity.unit && !options.companion_sigma;
        values_.emplace(checked ? quantity : Quantity{}, files_.front(), name_, time_.axis.size());
        if (gain_ >= 0) note(files_.front() + ": '" + name_ + "' is multiplied by the gains in 'scale_factor', once");
        if (!mask_.empty()) note(mask_file_ + ": its ocean cells are left out of '" + name_ + "'");
    }

    const geo::Grid& grid() const override { return grid_->grid; }
    const geo::TimeAxis& time() const override { return time_.axis; }
    const std::string& name() const override { return name_; }
    const std::string& unit() const override { return unit_; }
    bool is_total_water_storage() const override { return facts_.total; }
    bool is_absolute() const override { return facts_.absolute; }
    bool has_time() const override { return has_time_; }
    const std::string& baseline() const override { return facts_.baseline; }
    const std::vector<std::string>& files() const override { return files_; }

    void read(Index t, std::span<float> out) override
    {
        if (t < 0 || t >= time_.axis.size() || std::ssize(out) != grid_->grid.cells())
            throw ShapeError("series '" + name_ + "': step " + std::to_string(t) + " into " +
                             std::to_string(out.size()) + " values, but it has " + std::to_string(time_.axis.size()) +
                             " steps of " + std::to_string(grid_->grid.cells()) + " cells");
        const std::vector<StepPlace>& from = time_.places[static_cast<std::size_t>(t)];
        read_place(from[0], t, out);
        if (from.size() > 1) average(from, t, out);
        for (std::size_t i = 0; i < mask_.size(); ++i)
            if (!(mask_[i] > 0)) out[i] = std::numeric_limits<float>::quiet_NaN();
        values_->apply(t, has_time_ ? time_.axis.label(t) : "its field", out);
    }

private:
    /// The mean over the steps of a month: a cell counts where every step has a value.
    void average(const std::vector<StepPlace>& from, Index t, std::span<float> out)
    {
        std::vector<double> sum(out.size(), 0.0);
        for (const StepPlace& place : from) {
            read_place(place, t, out);
            for (std::size_t i = 0; i < out.size(); ++i) sum[i] += static_cast<double>(out[i]);
        }
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = static_cast<float>(sum[i] / static_cast<double>(from.size()));
    }

    const InputField& field(const StepPlace& place) const { return inputs_[place.file]->fields()[place.field]; }

    /// Adds the files that an entry stands for; an archive is many.
    void take(const std::string& text)
    {
        const InputName input = split_input(text);
        const std::string variable = input.variable.empty() ? options_.variable : input.variable;
        ++files_given_;
        auto files = open_inputs(input.path, {options_.allow_remote});
        std::vector<FieldMatch> matches;
        std::string why;
        bool sure = false;
        for (const auto& file : files) {
            FieldMatch match = find_field(*file, options_.quantity, variable);
            if (match.index < 0 && why.empty()) why = not_found_text(*file, options_.quantity, variable);
            if (match.index >= 0 && options_.companion_sigma) {
                const auto of = static_cast<std::size_t>(match.index);
                match.index = find_sigma(*file, of);
                if (match.index < 0)
                    why = file->shown() + ": has no uncertainty beside '" + file->fields()[of].name + "'";
            }
            sure = sure || (match.index >= 0 && !match.fallback);
            matches.push_back(match);
        }
        bool found = false;
        for (std::size_t i = 0; i < files.size(); ++i)
            if (matches[i].index < 0 && take_mask(*files[i])) found = true;
        for (std::size_t i = 0; i < files.size(); ++i) {
            // Beside groundwater, an archive's total water storage is another product.
            if (matches[i].index < 0 || (sure && matches[i].fallback)) continue;
            add(std::move(files[i]), static_cast<std::size_t>(matches[i].index));
            found = true;
        }
        if (found) files_.push_back(input.path);
        if (!found && !options_.skip_files_without) throw DataError(why);
        if (!found) {
            detail(why);
            last_reason_ = why;
        }
    }

    /// CSR's land mask among the files of a storage field.
    bool take_mask(InputFile& file)
    {
        const int found = find_land_mask(file);
        if (found < 0 || quantity_of(options_.quantity).kind != Quantity::Kind::storage) return false;
        const auto index = static_cast<std::size_t>(found);
        mask_grid_ = file.fields()[index].axes;
        mask_.resize(static_cast<std::size_t>(mask_grid_->grid.cells()));
        file.read(index, 0, mask_);
        mask_file_ = file.shown();
        return true;
    }

    void add(std::unique_ptr<InputFile> file, std::size_t chosen)
    {
        const InputField& field = file->fields()[chosen];
        const std::string stream =
            lower(field.text("GRIB_stream")) + lower(attribute_text(file->attributes(), "history"));
        by_hour_ = by_hour_ || contains(stream, "mnth");
        if (!options_.companion_sigma) gain_ = find_gain(*file, chosen);
        const std::size_t index = inputs_.size();
        if (!grid_) {
            grid_ = field.axes;
            name_ = field.short_name();
            has_time_ = field.has_time;
        } else {
            if (!geo::same_grid(grid_->grid, field.axes->grid))
                throw DataError(file->shown() + ": variable '" + field.name + "' is on another grid (" +
                                grid_text(field.axes->grid) + ") than in " + inputs_.front()->shown() + " (" +
                                grid_text(grid_->grid) + "); give files of one grid");
            if (field.has_time != has_time_)
                throw DataError(file->shown() + ": variable '" + field.name + "' " +
                                (has_time_ ? "has no time" : "has a time") + ", unlike in " + inputs_.front()->shown());
        }
        for (const std::string& text : field.notes) note(file->shown() + ": '" + field.name + "': " + text);
        for (std::size_t s = 0; s < field.steps.size(); ++s) {
            const StepPlace place{index, chosen, static_cast<Index>(s)};
            places_.push_back(place);
            if (has_time_) steps_.push_back({field.steps[s], place, file->shown()});
        }
        inputs_.push_back(std::move(file));
        hold_open(index);
    }

    static std::string grid_text(const geo::Grid& grid)
    {
        return std::to_string(grid.rows()) + " x " + std::to_string(grid.cols()) + " cells from " +
               geo::detail::degrees_text(grid.lat_edges.front()) + " N, " +
               geo::detail::degrees_text(grid.lon_edges.front()) + " E";
    }

    std::string none_found() const
    {
        const std::string wanted = options_.variable.empty() ? options_.quantity : options_.variable;
        return "none of the " + std::to_string(files_given_) + " files holds '" + wanted + "'; " + last_reason_;
    }

    void settle_units(const Quantity& quantity)
    {
        for (std::size_t i = 0; i < inputs_.size(); ++i) {
            const StepPlace* place = nullptr;
            for (const StepPlace& p : places_)
                if (p.file == i) {
                    place = &p;
                    break;
                }
            conversions_.push_back(place ? series_units(*inputs_[i], field(*place), quantity, options_.assume_units)
                                         : SeriesUnits{});
            if (i > 0 && conversions_[i].unit != conversions_[0].unit)
                throw DataError(inputs_[i]->shown() + ": variable '" + name_ + "' has the unit '" +
                                conversions_[i].unit + "', but in " + inputs_[0]->shown() + " it has '" +
                                conversions_[0].unit + "'");
        }
        unit_ = conversions_[0].unit;
        if (!conversions_[0].note.empty()) note(files_.front() + ": " + conversions_[0].note);
    }

    void read_place(const StepPlace& place, Index t, std::span<float> out)
    {
        InputFile& file = *inputs_[place.file];
        hold_open(place.file);
        file.read(place.field, place.step, out);
        file.check_unchanged();
        if (gain_ >= 0) apply_gain(place.file, out);
        const SeriesUnits& units = conversions_[place.file];
        const double days = time_.axis.monthly && has_time_ ? geo::days_in(time_.axis.month(t)) : 1;
        const double scale = units.conversion.scale * (units.per_day ? days : 1.0);
        if (scale == 1 && units.conversion.offset == 0) return;
        for (float& value : out)
            value = static_cast<float>(scale * static_cast<double>(value) + units.conversion.offset);
    }

    /// Cells without a gain (the sea) keep their value.
    void apply_gain(std::size_t file, std::span<float> out)
    {
        if (gains_.empty() || gains_of_ != file) {
            const int found = find_gain(*inputs_[file], places_[0].field);
            gains_.assign(out.size(), 1.0F);
            if (found >= 0) inputs_[file]->read(static_cast<std::size_t>(found), 0, gains_);
            gains_of_ = file;
        }
        for (std::size_t i = 0; i < out.size(); ++i)
            if (!std::isnan(gains_[i])) out[i] *= gains_[i];
    }

    void hold_open(std::size_t file)
    {
        if (!open_.empty() && open_.front() == file) return;
        open_.remove(file);
        open_.push_front(file);
        if (open_.size() <= most_open) return;
        inputs_[open_.back()]->close();
        open_.pop_back();
    }

    SeriesOptions options_;
    std::vector<std::string> files_;
    std::vector<std::unique_ptr<InputFile>> inputs_;
    std::vector<StepPlace> places_;
    std::vector<DatedStep> steps_;
    std::shared_ptr<const geo::OrderedGrid> grid_;
    bool has_time_ = false;
    std::string name_, unit_, last_reason_;
    std::size_t files_given_ = 0;
    SeriesTime time_;
    std::vector<SeriesUnits> conversions_;
    StorageFacts facts_;
    std::optional<ValueCheck> values_;
    int gain_ = -1;
    bool by_hour_ = false;
    std::vector<float> gains_, mask_;
    std::size_t gains_of_ = 0;
    std::shared_ptr<const geo::OrderedGrid> mask_grid_;
    std::string mask_file_;
    std::list<std::size_t> open_;
};

} // namespace

std::unique_ptr<Series> open_series(const std::vector<std::string>& files, const SeriesOptions& options)
{
    if (files.empty()) throw InputMissing("no input file is given for '" + options.quantity + "'");
    return std::make_unique<FileSeries>(files, options);
}

std::vector<FileField> list_fields(const std::vector<std::string>& files, bool allow_remote)
{
    std::vector<std::string> paths;
    for (const std::string& text : files) paths.push_back(split_input(text).path);
    probe_inputs(paths);
    std::vector<FileField> list;
    for (const std::string& path : paths)
        for (const auto& file : open_inputs(path, {allow_remote}))
            for (const InputField& field : file->fields())
                list.push_back({file->shown(), field.name, recognise(field), field.units(), std::ssize(field.steps),
                                field.has_time});
    return list;
}

} // namespace gwsd::io
