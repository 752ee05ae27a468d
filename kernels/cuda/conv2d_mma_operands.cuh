#pragma once

// Operands of the products: rows of whole chunks of 16 bytes, on multiples of 16 bytes. A tensor that is so already is
// read where it lies; any other is copied to scratch, rounded if asked to, with zeros behind its last channel.

#include <cstdint>
#include <limits>
#include <optional>

#include "gwsd/core/error.hpp"
#include "gwsd/kernels/conv2d_options.hpp"
#include "gwsd/tensor/tensor_view.hpp"
#include "launch.hpp"
#include "mma_product.cuh"

namespace gwsd::cuda {

/// to[i][c] = from[i][c] for c < channels, 0 up to `padded`.
template <class From, class To>
void pack(Index rows, Index channels, const From* from, Index padded, To* to);

/// to[k][tap][n] = from[n][tap][k] for n < out, 0 up to `padded`.
template <class From, class To>
void turn(Index out, Index taps, Index in, const From* from, Index padded, To* to);

template <class Element>
constexpr Index padded(Index channels)
{
    return (channels + chunk_values<Element> - 1) / chunk_values<Element> * chunk_values<Element>;
}

template <class Element>
int chunks_of(Index channels)
{
    return static_cast<int>(padded<Element>(channels) / chunk_values<Element>);
}

/// Pixels with their channels, or weights with their inputs.
template <class Element>
class Operand {
public:
    /// [rows, channels].
    template <class From>
    Operand(Index rows, Index channels, const From* from)
    {
        if constexpr (std::is_same_v<From, Element>)
            if (padded<Element>(channels) == channels && aligned(from)) {
                data_ = from;
                return;
            }
        pack(rows, channels, from, padded<Element>(channels), allocate(rows * padded<Element>(channels)));
    }
    /// Weights [out, taps, in] turned to [in, taps, out].
    template <class From>
    Operand(Index out, Index taps, Index in, const From* from)
    {
        turn(out, taps, in, from, padded<Element>(out), allocate(in * taps * padded<Element>(out)));
    }
    const uint4* chunks() const { return reinterpret_cast<const uint4*>(data_); }

private:
    Element* allocate(Index count)
    {
        copy_.emplace(count, "operand of a convolution");
        data_ = copy_->data();
        return copy_->data();
    }
    std::optional<Scratch<Element>> copy_;
    const Element* data_ = nullptr;
};

/// A convolution without its channels. Numbers of pixels fit an int.
struct Conv2dShape {
    int batch, rows, cols, out_rows, out_cols, kernel_rows, kernel_cols, stride, padding;

    template <class X, class W, class Y>
    Conv2dShape(const TensorView<X, 4>& x, const TensorView<W, 4>& w, const TensorView<Y, 4>& y,
                const kernels::Conv2dOptions& o)
        : batch(number(x.extent(0))),
          rows(number(x.extent(1))),
          cols(number(x.extent(2))),
          out_rows(number(y.extent(1))),
          out_cols(number(y.extent(2))),
          kernel_rows(number(w.extent(1))),
          kernel_cols(number(w.extent(2))),
          stride(number(o.stride)),
          padding(number(o.padding))
    {
        number(x.extent(0) * x.extent(1) * x.extent(2)), number(y.extent(0) * y.extent(1) * y.extent(2));
    }
    int taps() const { return kernel_rows * kernel_cols; }
    int in_pixels() const { return batch * rows * cols; }
    int out_pixels() const { return batch * out_rows * out_cols; }

private:
    static int number(Index value)
    {
        if (value > std::numeric_limits<int>::max() / 2)
            throw ShapeError("conv2d: a batch of " + std::to_string(value) +
                             " pixels on the device; at most 2^30 are possible");
        return static_cast<int>(value);
    }
};

} // namespace gwsd::cuda
