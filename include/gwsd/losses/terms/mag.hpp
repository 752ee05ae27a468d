#pragma once

#include <cmath>

#include "gwsd/kernels/loss_mag_cuda.hpp"
#include "gwsd/losses/change_fields.hpp"
#include "gwsd/losses/sums.hpp"

namespace gwsd::losses {

/// Changes should be large where recharge is: 1 - area-weighted Pearson correlation of |d| and |R| over the land of
/// each sample, 0 where either variance is below 1e-6 of its scale squared; mean over samples (SPEC 5). The physical
/// figure is the mean correlation.
struct Mag {
    static constexpr const char* name = "mag";
    static constexpr const char* description = "magnitudes of change and recharge signal correlate";
    static constexpr const char* needs = "precipitation, soil moisture";
    static constexpr double default_weight = 0.1;
    static constexpr bool is_data = false;

    /// True if the input holds what `needs` says.
    template <class T, class Device>
    static bool available(const LossInput<T, Device>& in)
    {
        return in.recharge.defined() && in.change_reference.defined();
    }

    template <class T>
    LossValue<T, Cpu> operator()(const LossInput<T, Cpu>& in) const
    {
        LossGradient<T, Cpu> gradient(in);
        const Index samples = in.land.extent(0), cells = in.land.elements() / std::max<Index>(samples, 1);
        double total = 0;
        for (Index b = 0; b < samples; ++b) total += static_cast<double>(in.change_weight.data()[b]);
        if (!(total > 0)) return make_loss(in, 0.0, std::move(gradient), 0.0, "correlation");
        // Threads share the samples.
        const auto [sum, correlations] = sum_cells<2>(
            samples,
            [&](Index b) {
                const double share = static_cast<double>(in.change_weight.data()[b]) / total;
                if (!(share > 0)) return Sums<2>{};
                const Index first = b * cells;
                const auto weight = [&](Index i) {
                    return static_cast<double>(in.land.data()[first + i]) *
                           static_cast<double>(in.area.data()[first + i]);
                };
                const auto change = [&](Index i) {
                    return (static_cast<double>(in.mean.value().data()[first + i]) -
                            static_cast<double>(in.change_reference.data()[first + i])) /
                           in.change_scale;
                };
                const auto signal = [&](Index i) {
                    return std::abs(static_cast<double>(in.recharge.data()[first + i]));
                };
                double w = 0, a = 0, r = 0;
                for (Index i = 0; i < cells; ++i)
                    if (weight(i) > 0) w += weight(i), a += weight(i) * std::abs(change(i)), r += weight(i) * signal(i);
                if (!(w > 0)) return Sums<2>{};
                a /= w, r /= w;
                double aa = 0, rr = 0, ar = 0;
                for (Index i = 0; i < cells; ++i) {
                    if (!(weight(i) > 0)) continue;
                    const double da = std::abs(change(i)) - a, dr = signal(i) - r;
                    aa += weight(i) * da * da / w, rr += weight(i) * dr * dr / w, ar += weight(i) * da * dr / w;
                }
                if (aa < 1e-6 || rr < 1e-6) return Sums<2>{};
                const double deviation = std::sqrt(aa * rr), correlation = ar / deviation;
                for (Index i = 0; gradient.wanted && i < cells; ++i) {
                    if (!(weight(i) > 0)) continue;
                    const double d = change(i), sign = d > 0 ? 1.0 : d < 0 ? -1.0 : 0.0;
                    const double slope =
                        weight(i) / w * ((signal(i) - r) / deviation - correlation * (std::abs(d) - a) / aa);
                    gradient.mean.data()[first + i] = static_cast<T>(-share * slope * sign / in.change_scale);
                }
                return Sums<2>{share * (1 - correlation), share * correlation};
            },
            1);
        return make_loss(in, sum, std::move(gradient), correlations, "correlation");
    }

    template <class T>
    LossValue<T, Cuda> operator()(const LossInput<T, Cuda>& in) const
    {
        return make_loss_on_device(in, false, "correlation", [&](const kernels::LossOutput<T>& output) {
            kernels::loss_mag(Cuda{}, change_fields(in), output);
        });
    }
};

} // namespace gwsd::losses
