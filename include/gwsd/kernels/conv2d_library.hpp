#pragma once

#include <string>

#include "gwsd/kernels/conv2d_options.hpp"
#include "gwsd/tensor/tensor_view.hpp"

namespace gwsd::kernels {

/// f32 convolutions of another library behind the contract of conv2d.hpp. Each returns false, and has written nothing,
/// for a precision or shape that the library has no implementation of: then gwsd's own kernels serve.
/// That results do not depend on the number of threads is not promised here.
struct ConvLibrary {
    const char* name;
    bool (*forward)(TensorView<const float, 4> x, TensorView<const float, 4> w, Conv2dOptions o, Conv2dInto<float> into,
                    TensorView<float, 4> y);
    bool (*backward_input)(TensorView<const float, 4> grad_y, TensorView<const float, 4> w, Conv2dOptions o,
                           Conv2dInto<float> into, TensorView<float, 4> grad_x);
    bool (*backward_weight)(TensorView<const float, 4> x, TensorView<const float, 4> grad_y, Conv2dOptions o,
                            TensorView<float, 4> grad_w);
};

namespace onednn {
/// oneDNN in precision f32 and, where the processor has bf16 arithmetic, bf16; null where the build lacks it.
const ConvLibrary* convolutions();
} // namespace onednn

/// The library that environment variable GWSD_CONVOLUTION may name: "onednn", or "own" for none, which is null. Throws
/// ConfigError for any other name, and for a library that the build lacks.
const ConvLibrary* conv_library(const std::string& name);

} // namespace gwsd::kernels
