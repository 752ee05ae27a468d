#pragma once

// What the innermost kernels work on: plain pointers and extents, so that they can be compiled for one instruction set.

#include "gwsd/core/shape.hpp"

namespace gwsd::kernels {

/// Some rows of a convolution's output, [rows, pixels, out], each from `kernel_rows` runs of `run` floats:
///   y[l, p, o] = bias[o] + sum over i, n of inputs[l * row_stride + i][p * pixel_stride + n] * weight[i, n, o]
/// An input row that is null is left out, as if it were zero. Strides count floats.
struct ConvBand {
    Index rows, pixels, out;
    Index kernel_rows, run;
    const float* const* inputs;
    Index row_stride, pixel_stride;
    const float* weights; ///< packed, see CpuPaths::lanes
    const float* bias;    ///< [out], or null for zero
    bool add;             ///< adds to y, or overwrites it
    float* y;
    Index y_row, y_stride; ///< floats from row to row and from pixel to pixel
};

/// The gradient of one kernel row's weights, summed over some rows of output:
///   grad_w[o, n] += sum over l, p of grad_y[l, p, o] * inputs[l * row_stride][p * pixel_stride + n]
/// Reads of the inputs go up to 2 * lanes floats beyond the last run.
struct ConvWeightBand {
    Index rows, pixels, out, run;
    const float* const* inputs;
    Index row_stride, pixel_stride;
    const float* grad_y;
    Index grad_row, grad_stride;
    float* grad_w;
    Index w_stride;
};

/// Where the 36 numbers of transformed tiles lie: number k of channel c of tile t at at(t, c)[k apart]. Channels lie in
/// blocks, [block][tile][channel of the block].
struct WinogradLayout {
    float* data;
    Index apart, block, block_apart;
    float* at(Index t, Index c) const { return data + c / block * block_apart + t * block + c % block; }
};

/// Pixels of one ConvLSTM step with `hidden` channels; formulas in conv_lstm_gates.hpp.
template <class T>
struct LstmStep {
    Index pixels, hidden;
    T* gates;                                                    ///< [pixels, 4 hidden]
    const T* previous;                                           ///< [pixels, hidden] cell state, or null for zero
    const T *input_peephole, *forget_peephole, *output_peephole; ///< [hidden] each, or all null
    T* cell;                                                     ///< [pixels, hidden] new cell state
};

/// Pixels of one sample for group normalisation, with the moments of each channel's group; see group_norm.hpp.
template <class T>
struct NormChunk {
    Index pixels, channels;
    const T* x;                           ///< [pixels, channels]
    const T *mean, *rstd, *scale, *shift; ///< [channels]
    bool then_silu;
};

} // namespace gwsd::kernels
