#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "gwsd/core/error.hpp"
#include "gwsd/core/message.hpp"
#include "gwsd/data/correlated_noise.hpp"
#include "prepare_fields.hpp"

namespace gwsd::data::prepare_detail {

/// The reference on the fine grid as anomalies, and the satellite's view of it.
class ReferenceMaker {
public:
    ReferenceMaker(Inputs& inputs, const PrepareOptions& options, Plan& plan)
        : reader_(*inputs.reference, options.minimum_valid_fraction),
          plan_(plan),
          view_(plan.wide, plan.info.coarse, options.operator_kind == "area-mean" ? 0.0 : options.smoothing_radius),
          options_(options)
    {
        anomalies(inputs);
        if (!options.noise) return;
        if (!inputs.sigma && !(options.noise_sigma > 0))
            throw ConfigError(
                "prepare: --noise has no size, since no coarse field with an uncertainty is given; give "
                "--noise-sigma");
        noise_.emplace(plan.info.coarse, options.noise_correlation, options.seed);
    }

    /// False if there is no such step. `sigma` is the product's, empty where it has none.
    bool make(Index t, const Field& sigma, Field& reference, Field& seen)
    {
        const Index step = step_of(reader_.series(), plan_.info.time, t);
        if (step < 0) return false;
        reader_.read(step);
        Field wide = reader_.on(plan_.wide);
        for (std::size_t i = 0; i < mean_.size(); ++i) wide[i] -= mean_[i];
        reference = cut(wide, plan_.wide, plan_.info.fine, plan_.wide_row, plan_.wide_col);
        seen.assign(static_cast<std::size_t>(plan_.info.coarse.cells()), missing);
        view_.apply(wide, seen);
        if (noise_) add_noise(t, sigma, seen);
        return any_valid(reference);
    }

    Index infinite() const { return reader_.infinite(); }

private:
    /// Storage becomes anomalies; anomalies against other months are shifted to the coarse field's baseline.
    void anomalies(const Inputs& inputs)
    {
        const io::Series& reference = *inputs.reference;
        const std::string own = reference.baseline(), given = inputs.gwsa ? inputs.gwsa->baseline() : own;
        const bool shift = !reference.is_absolute() && given != "unknown" && own != "unknown" && given != own;
        if (!reference.is_absolute() && !shift) return;
        const geo::TimeAxis& time = reference.time();
        const geo::Period period = baseline_period(given);
        Index wanted = 0, found = 0;
        if (!period.empty()) {
            wanted = period.last_month().index - period.first_month().index + 1;
            for (Index t = 0; t < time.size(); ++t) found += period.contains(time.day(t)) ? 1 : 0;
        }
        const std::string name = reference.files().front() + ": the reference '" + reference.name() + "' ";
        if (shift && found < wanted * 9 / 10) {
            warn(name + "is against " + own + ", the coarse field against " + given +
                 ", of which the reference has only " + std::to_string(found) + " of " + std::to_string(wanted) +
                 " months: the two keep different baselines");
            return;
        }
        // Storage with little of the baseline: its own months are all there is.
        const std::string used = found > 0 ? given : "unknown";
        Index months = 0;
        mean_ = baseline_mean(reader_, plan_.wide, used, months);
        std::string text = used;
        if (used == "unknown") {
            const auto first = geo::first_day(time.month(0)),
                       last = geo::first_day({time.month(time.size() - 1).index + 1}) - 1;
            text = geo::date_text(first) + "/" + geo::date_text(last);
        }
        if (!inputs.gwsa) plan_.info.baseline = text;
        note(name + (reference.is_absolute() ? "holds storage" : "is against " + own) +
             ": it is turned into anomalies against " + text + " (" + std::to_string(months) + " steps)");
    }

    void add_noise(Index t, const Field& sigma, Field& seen)
    {
        Field noise(seen.size());
        noise_->read(plan_.info.time.steps[static_cast<std::size_t>(t)], noise);
        for (std::size_t i = 0; i < seen.size(); ++i) {
            const bool own = sigma.size() == seen.size() && std::isfinite(sigma[i]);
            const double size = options_.noise_sigma > 0 ? options_.noise_sigma
                                : own                    ? static_cast<double>(sigma[i])
                                                         : usual_;
            if (own) usual_ = static_cast<double>(sigma[i]);
            seen[i] += static_cast<float>(size) * noise[i];
        }
    }

    Reader reader_;
    Plan& plan_;
    geo::ObservationOperator view_;
    const PrepareOptions& options_;
    Field mean_;
    std::optional<CorrelatedNoise> noise_;
    double usual_ = 0;
};

} // namespace gwsd::data::prepare_detail
