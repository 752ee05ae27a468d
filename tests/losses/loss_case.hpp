#pragma once

#include "gwsd/losses/loss_input.hpp"
#include "support/gradcheck.hpp"

namespace gwsd::test {

/// An input that every loss term can read: two samples of 12 x 8 fine cells, some of them masked, no two fields alike.
template <class T>
losses::LossInput<T, Cpu> loss_case(const Variable<T>& mean, const Variable<T>& log_variance)
{
    const Shape fine{2, 12, 8}, coarse{2, 3, 2};
    const auto mask = [](const Shape& shape, std::uint64_t seed, double share) {
        auto field = random_tensor<T>(shape, seed);
        for (Index i = 0; i < field.elements(); ++i)
            field.data()[i] = static_cast<double>(field.data()[i]) < share ? T{1} : T{0};
        return field;
    };
    auto area = random_tensor<T>(fine, 5, 0.1);
    for (Index i = 0; i < area.elements(); ++i) area.data()[i] += T{1};
    auto land = mask(fine, 3, 0.8), valid = mask(fine, 4, 0.8);
    for (Index i = 0; i < land.elements(); ++i) valid.data()[i] *= land.data()[i];
    return {.mean = mean,
            .log_variance = log_variance,
            .target = random_tensor<T>(fine, 6),
            .valid = valid,
            .land = land,
            .area = area,
            .change_reference = random_tensor<T>(fine, 7),
            .recharge = random_tensor<T>(fine, 8),
            .change_weight = Tensor<T>::full({2}, T{1}),
            .change_scale = 0.7,
            .coarse = random_tensor<T>(coarse, 9),
            .coarse_valid = mask(coarse, 10, 1.0),
            .row_origin = {4, 20},
            .col_origin = {0, 12},
            .factor = 4,
            .region_size = 8,
            .scale = 30,
            .unit = "mm"};
}

inline Tensor<double> loss_mean() { return random_tensor<double>({2, 12, 8}, 1); }
inline Tensor<double> loss_log_variance() { return random_tensor<double>({2, 12, 8}, 2, 0.5); }

} // namespace gwsd::test
