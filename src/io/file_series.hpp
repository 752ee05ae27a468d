#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gwsd/io/series.hpp"
#include "io/mascon.hpp"
#include "io/month_axis.hpp"
#include "io/notes.hpp"
#include "io/quantity.hpp"
#include "io/series_units.hpp"
#include "io/storage_facts.hpp"
#include "io/value_check.hpp"

namespace gwsd::io {

/// The series of open_series: steps of files, found, dated and joined when it is made, read one by one later.
class FileSeries : public Series {
public:
    FileSeries(const std::vector<std::string>& files, const SeriesOptions& options, Notes notes = {});
    /// Of one field of a file that is open already.
    FileSeries(std::shared_ptr<InputFile> file, std::size_t field, const SeriesOptions& options, Notes notes);

    const geo::Grid& grid() const override { return axes_->grid; }
    const geo::TimeAxis& time() const override { return time_.axis; }
    const std::string& name() const override { return name_; }
    const std::string& unit() const override { return unit_; }
    bool is_total_water_storage() const override { return facts_.total; }
    bool is_absolute() const override { return facts_.absolute; }
    bool has_time() const override { return has_time_; }
    const std::string& baseline() const override { return facts_.baseline; }
    const std::vector<std::string>& files() const override { return files_; }
    void read(Index t, std::span<float> out) override;

private:
    void take(const std::string& text);
    bool take_mask(InputFile& file);
    void add(std::shared_ptr<InputFile> file, std::size_t chosen);
    void check_fits(const InputFile& file, const InputField& field) const;
    void settle();
    void settle_time();
    void settle_units();
    const InputField& field(const StepPlace& place) const { return inputs_[place.file]->fields()[place.field]; }
    void read_place(const StepPlace& place, Index t, std::span<float> out);
    void average(const std::vector<StepPlace>& from, Index t, std::span<float> out);
    void hold_open(std::size_t file);

    SeriesOptions options_;
    Quantity quantity_;
    Notes notes_;
    std::vector<std::string> files_;
    std::vector<std::shared_ptr<InputFile>> inputs_;
    std::vector<StepPlace> first_; ///< of each input
    std::vector<DatedStep> steps_; ///< of all inputs, until they are joined
    std::list<std::size_t> open_;  ///< inputs held open, the one used last in front
    std::shared_ptr<const geo::OrderedGrid> axes_;
    bool has_time_ = false, by_hour_ = false, hourly_ = false;
    std::string name_, unit_, why_none_;
    SeriesTime time_;
    std::vector<SeriesUnits> units_; ///< of each input
    StorageFacts facts_;
    MasconGains gains_;
    MasconMask mask_;
    std::optional<ValueCheck> values_;
};

} // namespace gwsd::io
