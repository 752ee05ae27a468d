#pragma once

#include <string>
#include <vector>

#include "gwsd/autograd/variable.hpp"

namespace gwsd::losses {

/// What a loss term may read. Fields are [batch, rows, cols] on the fine grid; "normalised" means
/// (value - target mean) / scale, with `scale` in the target's unit.
template <class T, class Device>
struct LossInput {
    Variable<T, Device> mean{}, log_variance{}; ///< predicted, normalised; log_variance of the normalised value
    Tensor<T, Device> target{};                 ///< normalised; 0 where not valid
    Tensor<T, Device> valid{};                  ///< 1 where the target is known and counts, else 0
    Tensor<T, Device> land{};                   ///< 1 where a prediction counts, else 0
    Tensor<T, Device> area{};                   ///< area weight: row weight times land fraction
    Tensor<T, Device> product_variance{};       ///< the product's sigma^2, normalised; undefined if not used
    Tensor<T, Device> change_reference{}; ///< d = mean - change_reference, normalised; undefined without precipitation
                                          ///< and soil moisture
    Tensor<T, Device> recharge{};         ///< R / s_R; undefined likewise
    Tensor<T, Device> change_weight{};    ///< [batch] 1, or 0 for a sample without satellite month t - 1
    double change_scale = 1;              ///< s_d, normalised
    Tensor<T, Device> coarse{},
        coarse_valid{}; ///< [batch, rows / factor, cols / factor]: GWSA, normalised, and 1 where it is known
    std::vector<Index> row_origin{},
        col_origin{}; ///< per sample: the tile's first fine row and column on the globe's grid
    Index factor = 4;
    Index region_size = 32; ///< fine cells along the side of a mass-balance region
    double scale = 1;       ///< target's unit per normalised unit
    std::string unit = "mm";
};

/// The same input in other tensors: bring(tensor) makes each of them, undefined ones too. Predictions are left out.
template <class T, class To, class S, class From, class Bring>
LossInput<T, To> brought(const LossInput<S, From>& in, Bring&& bring)
{
    return {.target = bring(in.target),
            .valid = bring(in.valid),
            .land = bring(in.land),
            .area = bring(in.area),
            .product_variance = bring(in.product_variance),
            .change_reference = bring(in.change_reference),
            .recharge = bring(in.recharge),
            .change_weight = bring(in.change_weight),
            .change_scale = in.change_scale,
            .coarse = bring(in.coarse),
            .coarse_valid = bring(in.coarse_valid),
            .row_origin = in.row_origin,
            .col_origin = in.col_origin,
            .factor = in.factor,
            .region_size = in.region_size,
            .scale = in.scale,
            .unit = in.unit};
}

/// The same input on another device. Predictions come as constants unless they want a gradient.
template <class To, class T, class From>
LossInput<T, To> copy_to(const LossInput<T, From>& in)
{
    auto out = brought<T, To>(in, [](const Tensor<T, From>& from) { return gwsd::copy_to<To>(from); });
    const auto predicted = [](const Variable<T, From>& from) {
        return from.defined() ? Variable<T, To>(gwsd::copy_to<To>(from.value()), from.requires_gradient())
                              : Variable<T, To>();
    };
    out.mean = predicted(in.mean), out.log_variance = predicted(in.log_variance);
    return out;
}

} // namespace gwsd::losses
