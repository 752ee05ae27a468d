#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gwsd/core/error.hpp"
#include "gwsd/core/message.hpp"
#include "gwsd/data/splits.hpp"
#include "prepare_fields.hpp"

namespace gwsd::data::prepare_detail {

/// A predictor on both grids, gaps on land filled from the nearest valid cell; beyond what its files cover it may be
/// left missing, which a network reads as the mean of training.
class PredictorMaker {
public:
    PredictorMaker(const std::string& name, io::Series& series, const PrepareOptions& options, const Plan& plan,
                   const Field& land, const Field& land_coarse)
        : name_(name), reader_(series, options.minimum_valid_fraction), plan_(plan), subset_(options.subset)
    {
        Field fillable = land, fillable_coarse = land_coarse;
        if (options.outside == "missing") {
            leave_beyond(series.grid(), plan.info.fine, fillable);
            leave_beyond(series.grid(), plan.info.coarse, fillable_coarse);
        }
        fill_ = std::make_unique<geo::NearestFill>(plan.info.fine, fillable);
        fill_coarse_ = std::make_unique<geo::NearestFill>(plan.info.coarse, fillable_coarse);
    }

    /// The target on both grids, empty where it is not known, is what the predictor must not equal.
    void make(Index t, io::CubeWriter& out, const Field& target, const Field& coarse_target)
    {
        const Index step = step_of(reader_.series(), plan_.info.time, t);
        if (step < 0) return;
        reader_.read(step);
        Field fine = reader_.on(plan_.info.fine), coarse = reader_.on(plan_.info.coarse);
        if (!any_valid(fine)) {
            const std::string text = reader_.series().files().front() + ": variable '" + reader_.series().name() +
                                     "' has no value in the region in " + plan_.info.time.label(t);
            if (!subset_) throw DataError(text + "; give a --period without it, or --subset to leave it missing");
            warn(text + "; it stays missing");
            return;
        }
        const Index filled = (*fill_)(fine);
        (*fill_coarse_)(coarse);
        most_filled_ = std::max(most_filled_, filled);
        statistics_.add(fine);
        if (!target.empty())
            statistics_.add_pairs(fine, target);
        else if (!coarse_target.empty())
            statistics_.add_pairs(coarse, coarse_target);
        out.write(name_, t, fine);
        out.write(name_ + "_coarse", t, coarse);
    }

    /// What the user should know, once all steps are made. Throws DataError for a predictor that is the target.
    void report(double land_cells) const
    {
        if (most_filled_ > 0)
            note("predictor " + name_ + ": " + std::to_string(most_filled_) + " land cells (" +
                 percent_text(static_cast<double>(most_filled_) / land_cells) +
                 ") lack a value in the input; they have that of the nearest valid cell");
        if (reader_.infinite() > 0)
            warn("predictor " + name_ + ": " + std::to_string(reader_.infinite()) +
                 " values are infinite; they count as missing");
        if (statistics_.constant())
            warn("predictor " + name_ + ": it has the same value everywhere and always, so it tells nothing");
        if (std::abs(statistics_.correlation()) > 0.99999)
            throw DataError("predictor " + name_ + " (variable '" + reader_.series().name() +
                            "'): it equals the target (correlation " + std::to_string(statistics_.correlation()) +
                            "), so a model would copy it; leave it out");
    }

private:
    /// Cells whose centre the files do not reach are none to fill.
    static void leave_beyond(const geo::Grid& files, const geo::Grid& grid, Field& fillable)
    {
        const auto beyond = outside_regions(grid, {files.bounds()}, 0);
        for (std::size_t i = 0; i < fillable.size(); ++i)
            if (beyond[i]) fillable[i] = 0;
    }

    std::string name_;
    Reader reader_;
    const Plan& plan_;
    bool subset_;
    std::unique_ptr<const geo::NearestFill> fill_, fill_coarse_;
    Statistics statistics_;
    Index most_filled_ = 0;
};

} // namespace gwsd::data::prepare_detail
