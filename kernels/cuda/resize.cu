// Bilinear resize, of axes whose lengths multiply to less than 2^30. Positions between pixels are fractions of whole
// numbers, so no thread computes in double for them: output i of `out` lies at ((2 i + 1) in - out) / (2 out) of `in`
// inputs.

#pragma nv_diag_suppress 554 // views of constant values also have a conversion to themselves
#include "gwsd/kernels/resize_cuda.hpp"

#include <string>

#include "gwsd/core/error.hpp"
#include "packs.cuh"
#include "seed_bug.cuh"

namespace gwsd::kernels {
namespace {

using cuda::load, cuda::store, cuda::Pack;

/// Numerator of an output's position, over 2 out; not before the first input.
__device__ int position(int i, int in, int out)
{
    const int at = (2 * i + 1) * in - out;
    return at > 0 ? at : 0;
}

/// Inputs low and high of an output, with weights 1 - share and share.
template <class T>
struct Tap {
    int low, high;
    T share;
    __device__ Tap(int i, int in, int out)
    {
        const int at = position(i, in, out), whole = at / (2 * out);
        low = whole < in ? whole : in - 1;
        high = low + 1 < in || cuda::seeded(315) ? low + 1 : in - 1;
        share = static_cast<T>(at - low * 2 * out) / static_cast<T>(2 * out);
    }
};

/// The weight of input `low` in an output: a hat of height 1 that ends at the neighbours, flat beyond the last input.
template <class T>
__device__ T hat(int i, int low, int in, int out)
{
    int apart = position(i, in, out) - low * 2 * out;
    if (apart > 0 && low == in - 1 && !cuda::seeded(316)) apart = 0;
    const int left = 2 * out - (apart < 0 ? -apart : apart);
    return left > 0 ? static_cast<T>(left) / static_cast<T>(2 * out) : T{};
}

/// Outputs that may read an input, [first, last): those whose position is less than one input away.
struct Readers {
    int first, last;
    __device__ Readers(int low, int in, int out)
    {
        first = low == 0 ? 0 : ((2 * low - 1) * out - in) / (2 * in);
        if (first < 0) first = 0;
        last = low == in - 1 ? out : ((2 * low + 3) * out - in) / (2 * in) + 1;
        if (last > out) last = out;
        if (cuda::seeded(317)) --last;
    }
};

struct ResizeShape {
    int batch, rows, cols, out_rows, out_cols, channels;
};

/// One thread a pack of channels of one output pixel.
template <class T, int N>
__global__ void __launch_bounds__(cuda::block_threads) resize_kernel(ResizeShape s, const T* x, T* y)
{
    const int line = cuda::line_here(), col = cuda::col_here(), k = static_cast<int>(cuda::pack_here()) * N;
    if (col >= s.out_cols || k >= s.channels) return;
    const int b = line / s.out_rows;
    const Tap<T> row_tap(line % s.out_rows, s.rows, s.out_rows), col_tap(col, s.cols, s.out_cols);
    const auto at = [&](int r, int c) { return load<N>(x + ((Index{b} * s.rows + r) * s.cols + c) * s.channels + k); };
    const auto a = at(row_tap.low, col_tap.low), a1 = at(row_tap.low, col_tap.high), d = at(row_tap.high, col_tap.low),
               d1 = at(row_tap.high, col_tap.high);
    const T v = row_tap.share, h = col_tap.share;
    Pack<T, N> result;
#pragma unroll
    for (int i = 0; i < N; ++i)
        result.at[i] = (1 - v) * ((1 - h) * a.at[i] + h * a1.at[i]) + v * ((1 - h) * d.at[i] + h * d1.at[i]);
    store(result, y + (Index{line} * s.out_cols + col) * s.channels + k);
}

/// One thread a pack of channels of one input pixel: it gathers from the outputs that read it, in order.
template <class T, int N>
__global__ void __launch_bounds__(cuda::block_threads) resize_backward_kernel(ResizeShape s, const T* grad_y, T* grad_x)
{
    const int line = cuda::line_here(), col = cuda::col_here(), k = static_cast<int>(cuda::pack_here()) * N;
    if (col >= s.cols || k >= s.channels) return;
    const int b = line / s.rows, row = line % s.rows;
    const Readers rows(row, s.rows, s.out_rows), cols(col, s.cols, s.out_cols);
    Pack<T, N> sum{};
    for (int r = rows.first; r < rows.last; ++r) {
        const T v = hat<T>(r, row, s.rows, s.out_rows);
        for (int c = cols.first; c < cols.last; ++c) {
            const T weight = v * hat<T>(c, col, s.cols, s.out_cols);
            const auto g = load<N>(grad_y + ((Index{b} * s.out_rows + r) * s.out_cols + c) * s.channels + k);
#pragma unroll
            for (int i = 0; i < N; ++i) sum.at[i] += weight * g.at[i];
        }
    }
    T* to = grad_x + (Index{line} * s.cols + col) * s.channels + k;
    const auto before = cuda::seeded(318) ? Pack<T, N>{} : load<N>(to);
#pragma unroll
    for (int i = 0; i < N; ++i) sum.at[i] += before.at[i];
    store(sum, to);
}

template <class T>
ResizeShape resize_shape(TensorView<T, 4> in, TensorView<const T, 4> out)
{
    for (const int axis : {1, 2})
        if (in.extent(axis) * out.extent(axis) >= Index{1} << 30)
            throw ShapeError("resize_bilinear: axes of " + std::to_string(in.extent(axis)) + " and " +
                             std::to_string(out.extent(axis)) + " are too long for this device");
    const auto number = [](Index i) { return static_cast<int>(i); };
    return {number(in.extent(0)),  number(in.extent(1)),  number(in.extent(2)),
            number(out.extent(1)), number(out.extent(2)), number(in.extent(3))};
}

} // namespace

template <class T>
void resize_bilinear_forward(Cuda, TensorView<const T, 4> x, TensorView<T, 4> y)
{
    const auto s = resize_shape<const T>(x, y);
    if (y.elements() == 0) return;
    cuda::with_packs<T>(s.channels, {x.data, y.data}, [&](auto width) {
        constexpr int n = decltype(width)::value;
        const auto [grid, block] = cuda::line_blocks(Index{s.batch} * s.out_rows, s.out_cols, s.channels / n);
        resize_kernel<T, n><<<grid, block, 0, cuda::stream()>>>(s, x.data, y.data);
    });
    cuda::check_launch("resize_bilinear");
}

template <class T>
void resize_bilinear_backward(Cuda, TensorView<const T, 4> grad_y, TensorView<T, 4> grad_x)
{
    const auto s = resize_shape<T>(grad_x, grad_y);
    if (grad_x.elements() == 0) return;
    cuda::with_packs<T>(s.channels, {grad_y.data, grad_x.data}, [&](auto width) {
        constexpr int n = decltype(width)::value;
        const auto [grid, block] = cuda::line_blocks(Index{s.batch} * s.rows, s.cols, s.channels / n);
        resize_backward_kernel<T, n><<<grid, block, 0, cuda::stream()>>>(s, grad_y.data, grad_x.data);
    });
    cuda::check_launch("resize_bilinear, backward");
}

#define GWSD_INSTANTIATE(T)                                                                \
    template void resize_bilinear_forward(Cuda, TensorView<const T, 4>, TensorView<T, 4>); \
    template void resize_bilinear_backward(Cuda, TensorView<const T, 4>, TensorView<T, 4>);
GWSD_INSTANTIATE(float)
GWSD_INSTANTIATE(double)

} // namespace gwsd::kernels
