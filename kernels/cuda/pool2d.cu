// Largest value and mean of windows. Each gradient is gathered: a pixel asks the windows that hold it.

#pragma nv_diag_suppress 554 // views of constant values also have a conversion to themselves
#include "gwsd/kernels/pool2d_cuda.hpp"

#include "packs.cuh"
#include "seed_bug.cuh"

namespace gwsd::kernels {
namespace {

using cuda::load, cuda::store, cuda::Pack;

struct PoolShape {
    int batch, rows, cols, small_rows, small_cols, channels, size, stride;
    __device__ Index large(int b, int r, int c) const { return ((Index{b} * rows + r) * cols + c) * channels; }
    __device__ Index small(int b, int r, int c) const
    {
        return ((Index{b} * small_rows + r) * small_cols + c) * channels;
    }
};

/// The windows along one axis that hold position i: [first, last).
struct Windows {
    int first, last;
    __device__ Windows(const PoolShape& s, int i, int count)
        : first(i < s.size ? 0 : (i - s.size) / s.stride + 1), last(i / s.stride + 1)
    {
        if (last > count && !cuda::seeded(310)) last = count; // the end may fill no window
    }
};

/// One thread a pack of channels of one window: its largest value, or its mean.
template <class T, int N, bool Max>
__global__ void __launch_bounds__(cuda::block_threads) pool_kernel(PoolShape s, const T* x, T* y)
{
    const int line = cuda::line_here(), c = cuda::col_here(), k = static_cast<int>(cuda::pack_here()) * N;
    if (c >= s.small_cols || k >= s.channels) return;
    const int b = line / s.small_rows, r = line % s.small_rows;
    const T share = T{1} / static_cast<T>(s.size * s.size);
    Pack<T, N> result{};
    for (int i = 0; i < s.size; ++i)
        for (int j = 0; j < s.size - (cuda::seeded(311) ? 1 : 0); ++j) {
            const auto value = load<N>(x + s.large(b, r * s.stride + i, c * s.stride + j) + k);
#pragma unroll
            for (int v = 0; v < N; ++v)
                if (!Max)
                    result.at[v] += share * value.at[v];
                else if (i + j == 0 || value.at[v] > result.at[v])
                    result.at[v] = value.at[v];
        }
    store(result, y + s.small(b, r, c) + k);
}

/// One thread a pack of channels of one pixel: it adds what each window that holds it passes on, windows in order.
template <class T, int N, class Term>
__global__ void __launch_bounds__(cuda::block_threads, 4) pool_backward_kernel(PoolShape s, Term term, T* grad_x)
{
    const int line = cuda::line_here(), c = cuda::col_here(), k = static_cast<int>(cuda::pack_here()) * N;
    if (c >= s.cols || k >= s.channels) return;
    const int b = line / s.rows, r = line % s.rows;
    const Windows rows(s, r, s.small_rows), cols(s, c, s.small_cols);
    if (rows.first >= rows.last || cols.first >= cols.last) return;
    T* to = grad_x + s.large(b, r, c) + k;
    auto sum = load<N>(to);
    for (int i = rows.first; i < rows.last; ++i)
        for (int j = cols.first; j < cols.last; ++j) term(s, b, r, c, i, j, k, sum);
    store(sum, to);
}

/// The whole gradient to the first pixel of a window that equals its largest value.
template <class T, int N>
struct MaxTerm {
    const T *x, *y, *grad_y;
    __device__ void operator()(const PoolShape& s, int b, int r, int c, int i, int j, int k, Pack<T, N>& sum) const
    {
        const auto best = load<N>(y + s.small(b, i, j) + k), g = load<N>(grad_y + s.small(b, i, j) + k),
                   own = load<N>(x + s.large(b, r, c) + k);
        bool takes[N];
#pragma unroll
        for (int v = 0; v < N; ++v) takes[v] = own.at[v] == best.at[v];
        // Pixels of the window that come before this one.
        const int before = (r - i * s.stride) * s.size + c - j * s.stride;
        const T* earlier = x + s.large(b, i * s.stride, j * s.stride) + k;
#pragma unroll 1 // unrolled, it spills registers
        for (int q = 0, col = 0; q < before && !cuda::seeded(312); ++q) {
            const auto value = load<N>(earlier);
#pragma unroll
            for (int v = 0; v < N; ++v) takes[v] = takes[v] && value.at[v] != best.at[v];
            earlier += s.channels;
            if (++col == s.size) col = 0, earlier += Index{s.cols - s.size} * s.channels;
        }
#pragma unroll
        for (int v = 0; v < N; ++v) sum.at[v] += takes[v] ? g.at[v] : T{};
    }
};

/// The same share to every pixel.
template <class T, int N>
struct AverageTerm {
    const T* grad_y;
    __device__ void operator()(const PoolShape& s, int b, int, int, int i, int j, int k, Pack<T, N>& sum) const
    {
        const T share = T{1} / static_cast<T>(s.size * s.size);
        const auto g = load<N>(grad_y + s.small(b, i, j) + k);
#pragma unroll
        for (int v = 0; v < N; ++v) sum.at[v] = (cuda::seeded(313) ? T{} : sum.at[v]) + share * g.at[v];
    }
};

template <class T>
PoolShape pool_shape(TensorView<T, 4> large, TensorView<const T, 4> small, Pool2dOptions o)
{
    const auto number = [](Index i) { return static_cast<int>(i); };
    return {number(large.extent(0)), number(large.extent(1)), number(large.extent(2)), number(small.extent(1)),
            number(small.extent(2)), number(large.extent(3)), number(o.size),          number(o.stride)};
}

template <bool Max, class T>
void pool(const char* name, TensorView<const T, 4> x, Pool2dOptions o, TensorView<T, 4> y)
{
    const auto s = pool_shape<const T>(x, y, o);
    if (y.elements() == 0) return;
    cuda::with_packs<T>(s.channels, {x.data, y.data}, [&](auto width) {
        constexpr int n = decltype(width)::value;
        const auto [grid, block] = cuda::line_blocks(Index{s.batch} * s.small_rows, s.small_cols, s.channels / n);
        pool_kernel<T, n, Max><<<grid, block, 0, cuda::stream()>>>(s, x.data, y.data);
    });
    cuda::check_launch(name);
}

/// `term` of the pack's width makes the term.
template <class T, class MakeTerm>
void pool_backward(const char* name, const PoolShape& s, std::initializer_list<const void*> pointers,
                   const MakeTerm& make_term, T* grad_x)
{
    if (Index{s.batch} * s.rows * s.cols * s.channels == 0) return;
    cuda::with_packs<T>(s.channels, pointers, [&](auto width) {
        constexpr int n = decltype(width)::value;
        const auto [grid, block] = cuda::line_blocks(Index{s.batch} * s.rows, s.cols, s.channels / n);
        pool_backward_kernel<T, n><<<grid, block, 0, cuda::stream()>>>(s, make_term(width), grad_x);
    });
    cuda::check_launch(name);
}

} // namespace

template <class T>
void max_pool2d_forward(Cuda, TensorView<const T, 4> x, Pool2dOptions o, TensorView<T, 4> y)
{
    pool<true>("max_pool2d", x, o, y);
}

template <class T>
void average_pool2d_forward(Cuda, TensorView<const T, 4> x, Pool2dOptions o, TensorView<T, 4> y)
{
    pool<false>("average_pool2d", x, o, y);
}

template <class T>
void max_pool2d_backward(Cuda, TensorView<const T, 4> x, TensorView<const T, 4> y, TensorView<const T, 4> grad_y,
                         Pool2dOptions o, TensorView<T, 4> grad_x)
{
    pool_backward(
        "max_pool2d, backward", pool_shape(grad_x, grad_y, o), {x.data, y.data, grad_y.data, grad_x.data},
        [&](auto width) {
            return MaxTerm<T, decltype(width)::value>{x.data, y.data, grad_y.data};
        },
        grad_x.data);
}

template <class T>
void average_pool2d_backward(Cuda, TensorView<const T, 4> grad_y, Pool2dOptions o, TensorView<T, 4> grad_x)
{
    pool_backward(
        "average_pool2d, backward", pool_shape(grad_x, grad_y, o), {grad_y.data, grad_x.data},
        [&](auto width) { return AverageTerm<T, decltype(width)::value>{grad_y.data}; }, grad_x.data);
}

#define GWSD_INSTANTIATE(T)                                                                                         \
    template void max_pool2d_forward(Cuda, TensorView<const T, 4>, Pool2dOptions, TensorView<T, 4>);                \
    template void max_pool2d_backward(Cuda, TensorView<const T, 4>, TensorView<const T, 4>, TensorView<const T, 4>, \
                                      Pool2dOptions, TensorView<T, 4>);                                             \
    template void average_pool2d_forward(Cuda, TensorView<const T, 4>, Pool2dOptions, TensorView<T, 4>);            \
    template void average_pool2d_backward(Cuda, TensorView<const T, 4>, Pool2dOptions, TensorView<T, 4>);
GWSD_INSTANTIATE(float)
GWSD_INSTANTIATE(double)

} // namespace gwsd::kernels
