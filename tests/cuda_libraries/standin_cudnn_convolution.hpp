#pragma once

// Convolutions as the stand-in for cuDNN reads them from descriptors, computed on the host.

#include <array>
#include <cstdint>
#include <vector>

#include "standin_cudnn_graph.hpp"

namespace gwsd::test {

/// A tensor's description, and its values while a convolution runs.
struct Field {
    std::vector<std::int64_t> dims, strides;
    std::int64_t id = 0;
    bool bf16 = false;
    std::vector<double> values;

    explicit Field(const Node& n)
        : dims(get<std::int64_t>(n, CUDNN_ATTR_TENSOR_DIMENSIONS)),
          strides(get<std::int64_t>(n, CUDNN_ATTR_TENSOR_STRIDES)),
          id(get<std::int64_t>(n, CUDNN_ATTR_TENSOR_UNIQUE_ID).at(0)),
          bf16(get<cudnnDataType_t>(n, CUDNN_ATTR_TENSOR_DATA_TYPE).at(0) == CUDNN_DATA_BFLOAT16)
    {
    }
    std::size_t elements() const { return static_cast<std::size_t>(dims[0] * dims[1] * dims[2] * dims[3]); }
    double& operator()(std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t d)
    {
        return values.at(static_cast<std::size_t>(a * strides[0] + b * strides[1] + c * strides[2] + d * strides[3]));
    }
};

/// An operation as its descriptors say it.
struct Convolution {
    std::array<int, 6> names; ///< of the convolution, x, w, y, alpha, beta
    Field x, w, y;
    std::vector<std::int64_t> padding, after, stride;
    int result; ///< 0: x, 1: w, 2: y

    static std::array<int, 6> names_of(cudnnBackendDescriptorType_t type)
    {
        if (type == CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR)
            return {CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,         CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,     CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA};
        if (type == CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR)
            return {
                CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
                CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,         CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
                CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,     CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA};
        return {
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW,        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,     CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA};
    }
    explicit Convolution(const Node& operation)
        : names(names_of(operation.type)),
          x(part(operation, names[1])),
          w(part(operation, names[2])),
          y(part(operation, names[3])),
          padding(get<std::int64_t>(part(operation, names[0]), CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS)),
          after(get<std::int64_t>(part(operation, names[0]), CUDNN_ATTR_CONVOLUTION_POST_PADDINGS)),
          stride(get<std::int64_t>(part(operation, names[0]), CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES)),
          result(operation.type == CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR         ? 2
                 : operation.type == CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR ? 0
                                                                                                  : 1)
    {
    }
    Field& field(int n) { return n == 0 ? x : n == 1 ? w : y; }
    bool shapes_fit() const
    {
        const auto out = [&](std::size_t axis) {
            return (x.dims[axis] + padding[axis - 2] + after[axis - 2] - w.dims[axis]) / stride[axis - 2] + 1;
        };
        return y.dims == std::vector<std::int64_t>{x.dims[0], w.dims[0], out(2), out(3)} && w.dims[1] == x.dims[1];
    }
    /// Tensor cores take channels in eights.
    bool in_eights() const { return w.dims[0] % 8 == 0 && w.dims[1] % 8 == 0; }

    void run()
    {
        for (std::int64_t n = 0; n < y.dims[0]; ++n)
            for (std::int64_t p = 0; p < y.dims[2]; ++p)
                for (std::int64_t q = 0; q < y.dims[3]; ++q)
                    for (std::int64_t r = 0; r < w.dims[2]; ++r)
                        for (std::int64_t s = 0; s < w.dims[3]; ++s) {
                            const std::int64_t row = p * stride[0] - padding[0] + r,
                                               col = q * stride[1] - padding[1] + s;
                            if (row < 0 || row >= x.dims[2] || col < 0 || col >= x.dims[3]) continue;
                            for (std::int64_t k = 0; k < w.dims[0]; ++k)
                                for (std::int64_t c = 0; c < w.dims[1]; ++c) {
                                    double &a = x(n, c, row, col), &b = w(k, c, r, s), &to = y(n, k, p, q);
                                    result == 2 ? to += a* b : result == 0 ? a += b* to : b += a * to;
                                }
                        }
    }
};

} // namespace gwsd::test
