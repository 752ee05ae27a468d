#include "score/file_truth.hpp"

#include <cmath>
#include <limits>
#include <mutex>

#include "gwsd/core/error.hpp"
#include "gwsd/core/message.hpp"
#include "gwsd/geo/interpolate.hpp"
#include "gwsd/io/series.hpp"
#include "io/output_attributes.hpp"
#include "score/text.hpp"

namespace gwsd::score {

namespace {

double cell_size(const geo::Grid& grid)
{
    return (grid.lat_edges.back() - grid.lat_edges.front()) / static_cast<double>(grid.rows());
}

class FileTruth : public TruthSource {
public:
    FileTruth(const std::string& text, std::shared_ptr<const io::FieldSource> cube)
        : text_(text), cube_(std::move(cube))
    {
        const io::CubeInfo& info = cube_->info();
        io::SeriesOptions options;
        options.quantity = "reference";
        options.instants = !info.time.monthly;
        series_ = io::open_series({text}, options);
        check();
        if (!geo::same_grid(series_->grid(), info.fine)) {
            regridder_ = geo::make_regridder(geo::Method::conservative, series_->grid(), info.fine);
            note(text + ": '" + series_->name() + "' is regridded conservatively from cells of " +
                 fixed_text(cell_size(series_->grid()), 4) + " to those of the prediction, " +
                 fixed_text(cell_size(info.fine), 4) + " degrees");
        }
        if (series_->is_absolute()) subtract_baseline();
    }

    std::string description() const override
    {
        return "'" + series_->name() + "' of " + text_ +
               (baseline_.empty() ? "" : ", less its mean over " + baseline_text_);
    }

    std::shared_ptr<const std::vector<float>> field(Index t) const override
    {
        auto values = raw(t);
        for (std::size_t i = 0; i < baseline_.size(); ++i)
            values[i] = static_cast<float>(static_cast<double>(values[i]) - baseline_[i]);
        return std::make_shared<const std::vector<float>>(std::move(values));
    }

private:
    Index step_of(Index t) const { return series_->time().find(cube_->info().time.steps[static_cast<std::size_t>(t)]); }

    void check()
    {
        const io::CubeInfo& info = cube_->info();
        const std::string what = text_ + ": variable '" + series_->name() + "'";
        if (series_->is_total_water_storage() != (info.quantity == "twsa"))
            throw DataError(what +
                            (series_->is_total_water_storage()
                                 ? " is total water storage, but the cube holds groundwater storage"
                                 : " is groundwater storage, but the cube holds total water storage") +
                            "; give a truth of the same water");
        const auto factor = unit_factor(series_->unit(), info.unit);
        if (!factor)
            throw DataError(what + " has units '" + series_->unit() + "', the cube has '" + info.unit +
                            "'; give a truth in a unit that converts");
        factor_ = *factor;
        if (cell_size(series_->grid()) > 1.5 * cell_size(info.fine))
            throw DataError(what + " has cells of " + fixed_text(cell_size(series_->grid()), 4) +
                            " degrees, the prediction has " + fixed_text(cell_size(info.fine), 4) +
                            "; interpolated to finer cells it would be no truth for them");
        if (series_->time().monthly != info.time.monthly)
            throw DataError(
                what + (series_->time().monthly ? " is monthly, the cube is not" : " is not monthly, the cube is"));
        for (Index t = 0; t < info.time.size(); ++t)
            if (step_of(t) >= 0) return;
        throw DataError(what + " has no step in common with the cube; it holds " + series_->time().label(0) + " to " +
                        series_->time().label(series_->time().size() - 1));
    }

    /// Step t as the file has it, on the fine grid in the cube's unit.
    std::vector<float> raw(Index t) const { return read(step_of(t)); }

    std::vector<float> read(Index step) const
    {
        std::vector<float> values(static_cast<std::size_t>(cube_->info().fine.cells()),
                                  std::numeric_limits<float>::quiet_NaN());
        if (step < 0) return values;
        const std::lock_guard lock(mutex_);
        if (regridder_) {
            std::vector<float> own(static_cast<std::size_t>(series_->grid().cells()));
            series_->read(step, own);
            regridder_->apply(own, values);
        } else {
            series_->read(step, values);
        }
        if (factor_ != 1)
            for (float& v : values) v = static_cast<float>(static_cast<double>(v) * factor_);
        return values;
    }

    void subtract_baseline()
    {
        const io::CubeInfo& info = cube_->info();
        const auto period = io::baseline_period(info.baseline);
        std::vector<double> counts(static_cast<std::size_t>(info.fine.cells()));
        std::vector<double> sums(counts.size());
        const geo::TimeAxis& axis = series_->time();
        for (Index step = 0; step < axis.size(); ++step) {
            const bool inside = period ? axis.day(step) >= period->first && axis.day(step) <= period->last
                                       : info.time.find(axis.steps[static_cast<std::size_t>(step)]) >= 0;
            if (!inside) continue;
            const auto values = read(step);
            for (std::size_t i = 0; i < values.size(); ++i)
                if (std::isfinite(values[i])) sums[i] += static_cast<double>(values[i]), counts[i] += 1;
        }
        baseline_text_ = period ? info.baseline : "the steps of the cube (its baseline is unknown)";
        bool any = false;
        for (std::size_t i = 0; i < sums.size(); ++i) any = any || counts[i] > 0, sums[i] /= counts[i];
        if (!any)
            throw DataError(text_ + ": '" + series_->name() + "' is storage, but has no step in the cube's baseline " +
                            info.baseline + " to turn it into anomalies");
        baseline_ = std::move(sums);
        note(text_ + ": '" + series_->name() + "' is storage; its mean over " + baseline_text_ + " is subtracted");
    }

    std::string text_, baseline_text_;
    std::shared_ptr<const io::FieldSource> cube_;
    std::unique_ptr<io::Series> series_;
    std::shared_ptr<const geo::Regridder> regridder_;
    std::vector<double> baseline_;
    double factor_ = 1;
    mutable std::mutex mutex_;
};

} // namespace

std::unique_ptr<TruthSource> open_truth(const std::string& text, std::shared_ptr<const io::FieldSource> cube)
{
    return std::make_unique<FileTruth>(text, std::move(cube));
}

} // namespace gwsd::score
