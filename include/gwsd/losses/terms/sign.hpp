#pragma once

#include <cmath>

#include "gwsd/kernels/loss_sign_cuda.hpp"
#include "gwsd/losses/change_fields.hpp"
#include "gwsd/losses/sums.hpp"

namespace gwsd::losses {

/// Storage should rise where recharge is above its usual: mean of relu(-tanh(d / s_d) tanh(R / s_R)) over land, with d
/// the month's change and R = alpha(theta) P' (SPEC 5). The physical figure is the share of cells that agree, in %.
struct Sign {
    static constexpr const char* name = "sign";
    static constexpr const char* description = "change of storage and recharge signal agree in sign";
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
        const auto weight_of = [&](Index i) {
            return static_cast<double>(in.land.data()[i]) * static_cast<double>(in.area.data()[i]) *
                   static_cast<double>(in.change_weight.data()[i / cells]);
        };
        const double weight = sum_cells<1>(samples * cells, [&](Index i) { return Sums<1>{weight_of(i)}; })[0];
        if (!(weight > 0)) return make_loss(in, 0.0, std::move(gradient), 0.0, "% agree");
        const auto [sum, agree] = sum_cells<2>(samples * cells, [&](Index i) {
            const double w = weight_of(i) / weight;
            if (!(w > 0)) return Sums<2>{};
            const double d =
                static_cast<double>(in.mean.value().data()[i]) - static_cast<double>(in.change_reference.data()[i]);
            const double change = std::tanh(d / in.change_scale),
                         signal = std::tanh(static_cast<double>(in.recharge.data()[i]));
            if (change * signal >= 0) return Sums<2>{0, w};
            if (gradient.wanted)
                gradient.mean.data()[i] = static_cast<T>(-w * signal * (1 - change * change) / in.change_scale);
            return Sums<2>{-w * change * signal, 0};
        });
        return make_loss(in, sum, std::move(gradient), 100 * agree, "% agree");
    }

    template <class T>
    LossValue<T, Cuda> operator()(const LossInput<T, Cuda>& in) const
    {
        return make_loss_on_device(in, false, "% agree", [&](const kernels::LossOutput<T>& output) {
            kernels::loss_sign(Cuda{}, change_fields(in), output);
        });
    }
};

} // namespace gwsd::losses
