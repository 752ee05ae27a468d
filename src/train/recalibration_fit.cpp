#include "train/recalibration_fit.hpp"

#include <algorithm>
#include <cmath>

#include "gwsd/score/probabilistic.hpp"

namespace gwsd::train {
namespace {

constexpr double nominal = 0.9;

/// Half the width of the central Gaussian interval of a probability, in sigmas.
double half_width(double probability) { return score::normal_quantile(0.5 * (1 + probability)); }

/// No factor may be zero: a network that is right to the last bit is so by accident.
double positive(double factor) { return std::clamp(factor, 1e-3, 1e6); }

double conformal_factor(const GroupedErrors::Group& group)
{
    const auto pieces = static_cast<double>(group.pieces.size());
    return positive(group.ratios.quantile(std::min(1.0, nominal * (1 + 1 / pieces))) / half_width(nominal));
}

/// The factor that serves all groups of a kind of places.
double common_factor(const std::string& method, const GroupedErrors::Group& all)
{
    if (method == "none") return 1;
    if (method == "variance") return positive(all.ratios.rms());
    if (method == "isotonic") return positive(all.ratios.quantile(nominal) / half_width(nominal));
    return conformal_factor(all);
}

/// Factors of the groups `first` to `last` of one kind of places; returns how many are a group's own.
Index fit_place(Recalibration& r, const GroupedErrors& errors, const RecalibrationOptions& options, Index first,
                Index last)
{
    const double common = common_factor(options.method, errors.sum(first, last));
    std::fill(r.factors.begin() + first, r.factors.begin() + last, common);
    if (options.method != "conformal") return 0;
    const auto enough = [&](const GroupedErrors::Group& group) {
        return static_cast<Index>(group.pieces.size()) >= options.least;
    };
    Index own = 0;
    for (Index zone = first; zone < last; zone += Recalibration::seasons) {
        const GroupedErrors::Group whole = errors.sum(zone, zone + Recalibration::seasons);
        const double parent = enough(whole) ? conformal_factor(whole) : common;
        for (Index g = zone; g < zone + Recalibration::seasons; ++g) {
            const bool is_own = enough(errors[g]);
            r.factors[static_cast<std::size_t>(g)] = is_own ? conformal_factor(errors[g]) : parent;
            own += is_own;
        }
    }
    return own;
}

/// Observed coverage of corrected Gaussian intervals in trained places. The pairs (predicted, observed probability) are
/// a distribution function: already isotonic, so that pooling adjacent violators would change nothing.
std::vector<double> observed_levels(const Recalibration& r, const GroupedErrors& errors, Index last)
{
    double total = 0;
    for (Index g = 0; g < last; ++g) total += errors[g].ratios.total();
    const auto share = [&](double corrected) {
        double inside = 0;
        for (Index g = 0; g < last; ++g)
            inside += errors[g].ratios.total() *
                      errors[g].ratios.share_below(corrected * r.factors[static_cast<std::size_t>(g)]);
        return inside / total;
    };
    // In units of the half width that holds exactly 90 %, since that is what sigma stands for.
    double low = 0, high = 1e6;
    for (int i = 0; i < 200; ++i) {
        const double middle = 0.5 * (low + high);
        (share(middle) < nominal ? low : high) = middle;
    }
    std::vector<double> observed;
    for (int i = 0; i < Recalibration::levels; ++i)
        observed.push_back(share(high * half_width(Recalibration::level(i)) / half_width(nominal)));
    observed[17] = nominal;
    observed[18] = std::max(observed[18], nominal);
    for (std::size_t i = 17; i-- > 0;) observed[i] = std::min(observed[i], observed[i + 1]);
    return observed;
}

} // namespace

Index fit_recalibration(Recalibration& r, const GroupedErrors& errors, const RecalibrationOptions& options)
{
    const Index half = r.groups() / 2;
    r.method = options.method;
    r.factors.assign(static_cast<std::size_t>(r.groups()), 1.0);
    if (!(errors.sum(0, half).ratios.total() > 0))
        throw NumericalError(
            "calibration: no validation error of a place that trained; is the validation period's "
            "truth missing?");
    Index own = fit_place(r, errors, options, 0, half);
    if (errors.sum(half, 2 * half).ratios.total() > 0) {
        own += fit_place(r, errors, options, half, 2 * half);
    } else {
        std::copy_n(r.factors.begin(), half, r.factors.begin() + half);
        r.unseen_from = "trained";
    }
    r.observed.clear();
    if (options.method == "isotonic" || options.method == "conformal") r.observed = observed_levels(r, errors, half);
    return own;
}

} // namespace gwsd::train
