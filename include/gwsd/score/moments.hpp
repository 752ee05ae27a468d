#pragma once

#include <cmath>
#include <limits>

namespace gwsd::score {

inline constexpr double not_defined = std::numeric_limits<double>::quiet_NaN();

/// Kling-Gupta efficiency (Gupta et al. 2009) in the form for anomalies, whose mean is near zero: the ratio of the
/// means, or of the coefficients of variation (Kling et al. 2012), divides by that mean, so the bias counts in standard
/// deviations of the truth (Tang et al. 2021). 1 is perfect; the truth's mean as prediction, r = alpha = 0, has
/// 1 - sqrt(2) = -0.41 (Knoben et al. 2019).
struct KlingGupta {
    double r = not_defined;
    double alpha = not_defined; ///< sd of prediction / sd of truth
    double beta = not_defined;  ///< (mean of prediction - mean of truth) / sd of truth

    double value() const { return 1.0 - std::sqrt((r - 1) * (r - 1) + (alpha - 1) * (alpha - 1) + beta * beta); }
};

/// Weighted sums over pairs (prediction p, truth t): all that MAE, RMSE, bias, R2, NSE, KGE and correlation need.
/// Sums add, so months, regions and bootstrap blocks are merged with +=. A pair with a NaN is not to be added.
struct Moments {
    double n = 0, w = 0, p = 0, t = 0, pp = 0, tt = 0, pt = 0, abs = 0, square = 0;

    void add(double weight, double prediction, double truth)
    {
        const double e = prediction - truth;
        n += 1;
        w += weight;
        p += weight * prediction;
        t += weight * truth;
        pp += weight * prediction * prediction;
        tt += weight * truth * truth;
        pt += weight * prediction * truth;
        abs += weight * std::abs(e);
        square += weight * e * e;
    }
    Moments& operator+=(const Moments& o)
    {
        n += o.n, w += o.w, p += o.p, t += o.t, pp += o.pp, tt += o.tt, pt += o.pt, abs += o.abs, square += o.square;
        return *this;
    }

    double mae() const { return w > 0 ? abs / w : not_defined; }
    double rmse() const { return w > 0 ? std::sqrt(square / w) : not_defined; }
    double bias() const { return w > 0 ? (p - t) / w : not_defined; }
    double truth_mean() const { return w > 0 ? t / w : not_defined; }
    double prediction_mean() const { return w > 0 ? p / w : not_defined; }
    double truth_variance() const { return variance(tt, t); }
    double prediction_variance() const { return variance(pp, p); }
    double truth_sd() const { return std::sqrt(truth_variance()); }
    double prediction_sd() const { return std::sqrt(prediction_variance()); }

    /// Coefficient of determination, 1 - SSE / SS(truth about its mean). Of the time series of one cell this is the
    /// Nash-Sutcliffe efficiency (Nash & Sutcliffe 1970).
    double r2() const
    {
        const double spread = truth_variance();
        return spread > 0 ? 1.0 - square / w / spread : not_defined;
    }
    double nse() const { return r2(); }
    double correlation() const
    {
        const double product = truth_variance() * prediction_variance();
        return product > 0 ? (pt / w - p / w * t / w) / std::sqrt(product) : not_defined;
    }
    /// Kling-Gupta efficiency with its parts, for anomalies.
    KlingGupta kling_gupta() const
    {
        const double r = correlation(), sd = truth_sd();
        if (!(sd > 0) || std::isnan(r)) return {};
        return {r, prediction_sd() / sd, bias() / sd};
    }
    double kge() const { return kling_gupta().value(); }

private:
    /// Zero where only rounding is left of the difference of the two sums.
    double variance(double squares, double sum) const
    {
        if (!(w > 0)) return not_defined;
        const double mean_square = squares / w, mean = sum / w, v = mean_square - mean * mean;
        return v > 1e-13 * mean_square ? v : 0.0;
    }
};

/// Sums for the sub-grid R2 = 1 - sum w [(p - <p>) - (t - <t>)]^2 / sum w (t - <t>)^2, where <.> is each field's own
/// area-weighted mean over the coarse cell, pooled over cells and months (SPEC 6).
struct SubgridSums {
    double error = 0, truth = 0, prediction = 0;

    SubgridSums& operator+=(const SubgridSums& o)
    {
        error += o.error, truth += o.truth, prediction += o.prediction;
        return *this;
    }
    double r2() const { return truth > 0 ? 1.0 - error / truth : not_defined; }
};

/// One coarse cell of SubgridSums, from its pairs; exact because the means are known before anything is added.
class SubgridCell {
public:
    void add(double weight, double prediction, double truth)
    {
        w_ += weight;
        const double dp = prediction - mean_p_, dt = truth - mean_t_; // Welford's update: no cancellation
        mean_p_ += weight / w_ * dp;
        mean_t_ += weight / w_ * dt;
        pp_ += weight * dp * (prediction - mean_p_);
        tt_ += weight * dt * (truth - mean_t_);
        const double de = dp - dt, mean_e = mean_p_ - mean_t_;
        ee_ += weight * de * (prediction - truth - mean_e);
        ++count_;
    }
    /// Cells with a single valid pair have no sub-grid part.
    SubgridSums sums() const { return count_ < 2 ? SubgridSums{} : SubgridSums{ee_, tt_, pp_}; }
    double weight() const { return w_; }
    double mean_prediction() const { return mean_p_; }

private:
    double w_ = 0, mean_p_ = 0, mean_t_ = 0, pp_ = 0, tt_ = 0, ee_ = 0;
    int count_ = 0;
};

} // namespace gwsd::score
