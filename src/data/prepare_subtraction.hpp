#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "gwsd/core/error.hpp"
#include "gwsd/core/message.hpp"
#include "prepare_fields.hpp"

namespace gwsd::data::prepare_detail {

/// Storages that are taken from total water storage: the same filter, the same baseline, on the coarse grid.
class Subtraction {
public:
    Subtraction(Inputs& inputs, const PrepareOptions& options, const Plan& plan)
        : plan_(plan), view_(plan.wide, plan.info.coarse, options.smoothing_radius)
    {
        std::string baseline = inputs.gwsa->baseline();
        const geo::Period common = baseline_period(baseline);
        for (auto& [name, series] : inputs.subtract) {
            readers_.emplace_back(*series, options.minimum_valid_fraction);
            Index months = 0;
            means_.push_back(baseline_mean(readers_.back(), plan.wide, baseline, months));
            if (months == 0)
                throw DataError(series->files().front() + ": variable '" + name + "' has no step in the baseline " +
                                baseline + " of the total water storage; give a longer series");
            if (common.empty())
                note("the baseline of the total water storage is unknown: '" + name +
                     "' is taken against its own mean of " + std::to_string(months) + " steps");
        }
    }

    /// Takes the storages from `total`; false if one of them has no such step.
    bool apply(Index t, Field& total)
    {
        for (std::size_t i = 0; i < readers_.size(); ++i) {
            const Index step = step_of(readers_[i].series(), plan_.info.time, t);
            if (step < 0) return false;
            readers_[i].read(step);
            Field anomaly = readers_[i].on(plan_.wide);
            for (std::size_t c = 0; c < anomaly.size(); ++c) anomaly[c] -= means_[i][c];
            Field seen(total.size());
            view_.apply(anomaly, seen);
            // Where the model has no cell, as over ice, nothing can be subtracted and nothing is known.
            for (std::size_t c = 0; c < total.size(); ++c) total[c] -= seen[c];
        }
        return true;
    }

private:
    const Plan& plan_;
    geo::ObservationOperator view_;
    std::vector<Reader> readers_;
    std::vector<Field> means_;
};

} // namespace gwsd::data::prepare_detail
