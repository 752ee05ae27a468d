#pragma once

#include "gwsd/core/parallel.hpp"
#include "gwsd/kernels/precision.hpp"
#include "gwsd/tensor/bfloat16.hpp"
#include "gwsd/tensor/tensor.hpp"

namespace gwsd::kernels {

/// The values rounded to bf16, as floats: what bf16 arithmetic reads, for processors that have none.
inline Tensor<float> rounded_to_bf16(TensorView<const float, 4> x)
{
    const auto& e = x.extents;
    auto y = Tensor<float>::empty({e[0], e[1], e[2], e[3]});
    parallel_for(x.elements(), 16384, [&, to = y.data()](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) to[i] = bfloat16(x.data[i]);
    });
    return y;
}

/// What arithmetic of a precision reads of a tensor: the tensor itself, or for bf16 a rounded copy.
struct Operand {
    Tensor<float> copy;
    TensorView<const float, 4> view;

    Operand(TensorView<const float, 4> x, Precision precision) : view(x)
    {
        if (precision != Precision::bf16) return;
        copy = rounded_to_bf16(x);
        view = copy.view<4>();
    }
};

} // namespace gwsd::kernels
