// The pointwise part of a ConvLSTM step, one pass over memory each way; formulas in kernels/conv_lstm_gates.hpp.

#include "gwsd/kernels/conv_lstm_gates_cuda.hpp"

#include <cmath>

#include "column_sums.cuh"
#include "packs.cuh"
#include "seed_bug.cuh"

namespace gwsd::kernels {
namespace {

using cuda::load, cuda::store, cuda::store_vector, cuda::Pack;

template <class T>
__device__ T sigmoid(T x)
{
    return 1 / (1 + std::exp(-x));
}

/// A pack of what may be absent: zero then.
template <int N, class T>
__device__ Pack<T, N> load_or_zero(const T* from, Index at)
{
    return from ? load<N>(from + at) : Pack<T, N>{};
}

/// One thread a pack of hidden channels of one pixel: it reads their four gates and writes them, cell and hidden state.
template <class T, int N>
__global__ void __launch_bounds__(cuda::block_threads) gates_forward_kernel(LstmStep<T> s, T* h)
{
    const Index n = s.hidden, p = cuda::pixel_here(), k = cuda::pack_here() * N;
    if (p >= s.pixels + (cuda::seeded(300) ? 1 : 0) || k >= n) return;
    const Index at = p * n + k;
    T* gate = s.gates + p * 4 * n + k;
    auto i = load<N>(gate), f = load<N>(gate + n), g = load<N>(gate + 2 * n), o = load<N>(gate + 3 * n);
    const auto old = load_or_zero<N>(s.previous, at), w_i = load_or_zero<N>(s.input_peephole, k),
               w_f = load_or_zero<N>(s.forget_peephole, k), w_o = load_or_zero<N>(s.output_peephole, k);
    Pack<T, N> cell, hidden;
#pragma unroll
    for (int v = 0; v < N; ++v) {
        i.at[v] = sigmoid(i.at[v] + w_i.at[v] * old.at[v]);
        f.at[v] = sigmoid(f.at[v] + w_f.at[v] * old.at[v]);
        g.at[v] = std::tanh(g.at[v]);
        cell.at[v] = i.at[v] * g.at[v] + f.at[v] * old.at[v];
        o.at[v] = sigmoid(o.at[v] + w_o.at[v] * (cuda::seeded(301) ? old.at[v] : cell.at[v]));
        hidden.at[v] = o.at[v] * std::tanh(cell.at[v]);
    }
    store(i, gate), store(f, gate + n), store(g, gate + 2 * n), store(o, gate + 3 * n);
    store(cell, s.cell + at), store(hidden, h + at);
}

/// One thread a pack of hidden channels of one pixel. It reads all that it needs before it writes, so that d_gates may
/// lie where the gates do, and d_cell where grad_c does.
template <class T, int N>
__global__ void __launch_bounds__(cuda::block_threads)
    gates_backward_kernel(LstmStep<T> s, const T* grad_h, const T* grad_c, T* d_gates, T* d_cell)
{
    const Index n = s.hidden, p = cuda::pixel_here(), k = cuda::pack_here() * N;
    if (p >= s.pixels || k >= n) return;
    const Index at = p * n + k;
    const T* gate = s.gates + p * 4 * n + k;
    auto i = load<N>(gate), f = load<N>(gate + n), g = load<N>(gate + 2 * n), o = load<N>(gate + 3 * n);
    const auto old = load_or_zero<N>(s.previous, at), w_i = load_or_zero<N>(s.input_peephole, k),
               w_f = load_or_zero<N>(s.forget_peephole, k), w_o = load_or_zero<N>(s.output_peephole, k),
               cell = load<N>(s.cell + at), dh = load<N>(grad_h + at);
    auto dc = cuda::seeded(302) ? load<N>(d_cell + at) : load_or_zero<N>(grad_c, at);
#pragma unroll
    for (int v = 0; v < N; ++v) {
        const T squashed = std::tanh(cell.at[v]);
        const T d_o = dh.at[v] * squashed * o.at[v] * (1 - o.at[v]);
        const T d_c = dc.at[v] + dh.at[v] * o.at[v] * (1 - squashed * squashed) + d_o * w_o.at[v];
        const T d_i = d_c * g.at[v] * i.at[v] * (1 - i.at[v]), d_f = d_c * old.at[v] * f.at[v] * (1 - f.at[v]);
        dc.at[v] = d_c * f.at[v] + d_i * w_i.at[v] + d_f * w_f.at[v];
        g.at[v] = d_c * i.at[v] * (1 - g.at[v] * g.at[v]);
        i.at[v] = d_i, f.at[v] = d_f, o.at[v] = d_o;
    }
    T* d = d_gates + p * 4 * n + k;
    store_vector(i, d), store_vector(f, d + n), store_vector(g, d + 2 * n), store_vector(o, d + 3 * n);
    store_vector(dc, d_cell + at);
}

/// Adds d_gates[gate] * state of a pixel's pack to a sum; see column_sums.cuh.
template <class T, int N>
struct PeepholeTerm {
    Index gate, hidden;
    const T *d_gates, *state;
    struct At {
        const T *d_gates, *state;
        __device__ void operator()(Index offset, cuda::PairSum<T> (&sums)[1][N]) const
        {
            const auto d = load<N>(d_gates + 4 * offset), c = load<N>(state + offset);
#pragma unroll
            for (int v = 0; v < N; ++v) sums[0][v].add_product(d.at[v], c.at[v]);
        }
    };
    __device__ At at(Index, Index channel) const { return {d_gates + gate * hidden + channel, state + channel}; }
};

/// One thread a channel.
template <class T>
__global__ void add_totals_kernel(Index n, const double* totals, T* sum)
{
    const Index i = static_cast<Index>(blockIdx.x) * cuda::block_threads + threadIdx.x;
    if (i < n) sum[i] += static_cast<T>(totals[i]);
}

} // namespace

template <class T>
void conv_lstm_gates_forward(Cuda, const LstmStep<T>& s, T* h)
{
    if (s.pixels * s.hidden == 0) return;
    cuda::with_packs<T>(s.hidden,
                        {s.gates, s.previous, s.input_peephole, s.forget_peephole, s.output_peephole, s.cell, h},
                        [&](auto width) {
                            constexpr int n = decltype(width)::value;
                            const auto [grid, block] = cuda::pixel_blocks(s.pixels, s.hidden / n);
                            gates_forward_kernel<T, n><<<grid, block, 0, cuda::stream()>>>(s, h);
                        });
    cuda::check_launch("conv_lstm_gates");
}

template <class T>
void conv_lstm_gates_backward(Cuda, const LstmStep<T>& s, const T* grad_h, const T* grad_c, T* d_gates, T* d_cell)
{
    if (s.pixels * s.hidden == 0) return;
    cuda::with_packs<T>(s.hidden,
                        {s.gates, s.previous, s.input_peephole, s.forget_peephole, s.output_peephole, s.cell, grad_h,
                         grad_c, d_gates, d_cell},
                        [&](auto width) {
                            constexpr int n = decltype(width)::value;
                            const auto [grid, block] = cuda::pixel_blocks(s.pixels, s.hidden / n);
                            gates_backward_kernel<T, n>
                                <<<grid, block, 0, cuda::stream()>>>(s, grad_h, grad_c, d_gates, d_cell);
                        });
    cuda::check_launch("conv_lstm_gates, backward");
}

template <class T>
void add_peephole_gradient(Cuda, Index pixels, Index hidden, const T* d_gates, Index gate, const T* state, T* gradient)
{
    if (pixels * hidden == 0) return;
    const char* name = "conv_lstm_gates, gradient of peepholes";
    const cuda::Scratch<double> totals(hidden, name);
    cuda::with_packs<T>(hidden, {d_gates, state}, [&](auto width) {
        constexpr int n = decltype(width)::value;
        cuda::column_sums<T, n, 1>(name, cuda::column_shape(1, pixels, hidden),
                                   PeepholeTerm<T, n>{gate, hidden, d_gates, state}, totals.data());
    });
    add_totals_kernel<<<cuda::blocks_for(hidden, cuda::block_threads), cuda::block_threads, 0, cuda::stream()>>>(
        hidden, totals.data(), gradient);
    cuda::check_launch(name);
}

#define GWSD_INSTANTIATE(T)                                                                       \
    template void conv_lstm_gates_forward(Cuda, const LstmStep<T>&, T*);                          \
    template void conv_lstm_gates_backward(Cuda, const LstmStep<T>&, const T*, const T*, T*, T*); \
    template void add_peephole_gradient(Cuda, Index, Index, const T*, Index, const T*, T*);
GWSD_INSTANTIATE(float)
GWSD_INSTANTIATE(double)

} // namespace gwsd::kernels
