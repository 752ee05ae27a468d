#include "gwsd/core/error.hpp"
#include "io/file_series.hpp"

namespace gwsd::io {
namespace {

constexpr std::size_t most_open = 2; ///< files held open at a time; each keeps a month (26 MB of ERA5-Land) and chunks

} // namespace

void FileSeries::read(Index t, std::span<float> out)
{
    if (t < 0 || t >= time_.axis.size() || std::ssize(out) != axes_->grid.cells())
        throw ShapeError("series '" + name_ + "': step " + std::to_string(t) + " into " + std::to_string(out.size()) +
                         " values, but it has " + std::to_string(time_.axis.size()) + " steps of " +
                         std::to_string(axes_->grid.cells()) + " cells");
    const std::vector<StepPlace>& from = time_.places[static_cast<std::size_t>(t)];
    if (from.size() == 1)
        read_place(from[0], t, out);
    else
        average(from, t, out);
    mask_.apply(out);
    values_->apply(t, has_time_ ? time_.axis.label(t) : "its field", out);
}

/// The mean over the steps of a month: a cell counts where every step has a value.
void FileSeries::average(const std::vector<StepPlace>& from, Index t, std::span<float> out)
{
    std::vector<double> sum(out.size(), 0.0);
    for (const StepPlace& place : from) {
        read_place(place, t, out);
        for (std::size_t i = 0; i < out.size(); ++i) sum[i] += static_cast<double>(out[i]);
    }
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<float>(sum[i] / static_cast<double>(from.size()));
}

void FileSeries::read_place(const StepPlace& place, Index t, std::span<float> out)
{
    InputFile& file = *inputs_[place.file];
    hold_open(place.file);
    file.read(place.field, place.step, out);
    file.check_unchanged();
    if (gains_.used()) gains_.apply(file, place.file, place.field, out);
    const SeriesUnits& units = units_[place.file];
    const double days = units.per_day ? geo::days_in(time_.axis.month(t)) : 1;
    const double scale = units.conversion.scale * days;
    if (scale == 1 && units.conversion.offset == 0) return;
    for (float& value : out) value = static_cast<float>(scale * static_cast<double>(value) + units.conversion.offset);
}

void FileSeries::hold_open(std::size_t file)
{
    if (!open_.empty() && open_.front() == file) return;
    open_.remove(file);
    open_.push_front(file);
    if (open_.size() <= most_open) return;
    inputs_[open_.back()]->close();
    open_.pop_back();
}

} // namespace gwsd::io
