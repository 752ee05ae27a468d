#pragma once

#include <cmath>
#include <type_traits>

#include "gwsd/core/device.hpp"
#include "gwsd/core/parallel.hpp"
#include "gwsd/kernels/chunks.hpp"
#include "gwsd/kernels/conv_lstm_gates_cuda.hpp"
#ifdef GWSD_HAVE_CPU_KERNELS
#include "gwsd/kernels/cpu_paths.hpp"
#endif

namespace gwsd::kernels {

// The pointwise part of a ConvLSTM step (Shi et al. 2015), with gates in the order input i, forget f, candidate g,
// output o, previous cell state c', and peephole weights w_i, w_f, w_o that may be absent:
//   c = sigmoid(f + w_f c') c' + sigmoid(i + w_i c') tanh(g),   h = sigmoid(o + w_o c) tanh(c)

namespace detail {

/// The same step for pixels from `first` on.
template <class T>
LstmStep<T> from_pixel(LstmStep<T> s, Index first, Index last)
{
    s.pixels = last - first;
    s.gates += first * 4 * s.hidden;
    if (s.previous) s.previous += first * s.hidden;
    s.cell += first * s.hidden;
    return s;
}

template <class T>
void lstm_forward(const LstmStep<T>& s, T* h)
{
    const auto sigmoid = [](T x) { return 1 / (1 + std::exp(-x)); };
    for (Index p = 0; p < s.pixels; ++p)
        for (Index k = 0; k < s.hidden; ++k) {
            T* gate = s.gates + p * 4 * s.hidden + k;
            T &i = gate[0], &f = gate[s.hidden], &g = gate[2 * s.hidden], &o = gate[3 * s.hidden];
            const Index at = p * s.hidden + k;
            const T old = s.previous ? s.previous[at] : T{};
            if (s.input_peephole) i += s.input_peephole[k] * old, f += s.forget_peephole[k] * old;
            i = sigmoid(i), f = sigmoid(f), g = std::tanh(g);
            s.cell[at] = i * g + f * old;
            if (s.output_peephole) o += s.output_peephole[k] * s.cell[at];
            o = sigmoid(o);
            h[at] = o * std::tanh(s.cell[at]);
        }
}

template <class T>
void lstm_backward(const LstmStep<T>& s, const T* grad_h, const T* grad_c, T* d_gates, T* d_cell)
{
    for (Index p = 0; p < s.pixels; ++p)
        for (Index k = 0; k < s.hidden; ++k) {
            const T* gate = s.gates + p * 4 * s.hidden + k;
            T* d = d_gates + p * 4 * s.hidden + k;
            const Index n = s.hidden, at = p * n + k;
            const T i = gate[0], f = gate[n], g = gate[2 * n], o = gate[3 * n], squashed = std::tanh(s.cell[at]);
            const T d_o = grad_h[at] * squashed * o * (1 - o);
            const T d_c = (grad_c ? grad_c[at] : T{}) + grad_h[at] * o * (1 - squashed * squashed) +
                          (s.output_peephole ? d_o * s.output_peephole[k] : T{});
            const T d_i = d_c * g * i * (1 - i), d_f = s.previous ? d_c * s.previous[at] * f * (1 - f) : T{};
            d[0] = d_i, d[n] = d_f, d[2 * n] = d_c * i * (1 - g * g), d[3 * n] = d_o;
            d_cell[at] = d_c * f + (s.input_peephole ? d_i * s.input_peephole[k] + d_f * s.forget_peephole[k] : T{});
        }
}

} // namespace detail

/// Turns pre-activations into gates where they lie, and writes cell state and hidden state h.
template <class T>
void conv_lstm_gates_forward(Cpu, const LstmStep<T>& step, T* h)
{
    void (*part)(const LstmStep<T>&, T*) = detail::lstm_forward<T>;
#ifdef GWSD_HAVE_CPU_KERNELS
    if constexpr (std::is_same_v<T, float>)
        if (cpu_paths().lstm_forward) part = cpu_paths().lstm_forward;
#endif
    parallel_for(step.pixels, 64,
                 [&](Index begin, Index end) { part(detail::from_pixel(step, begin, end), h + begin * step.hidden); });
}

/// Gradients of the pre-activations and of the previous cell state from those of hidden state and cell state (null for
/// zero). Overwrites; d_gates may be step.gates, and d_cell may be grad_c.
template <class T>
void conv_lstm_gates_backward(Cpu, const LstmStep<T>& step, const T* grad_h, const T* grad_c, T* d_gates, T* d_cell)
{
    void (*part)(const LstmStep<T>&, const T*, const T*, T*, T*) = detail::lstm_backward<T>;
#ifdef GWSD_HAVE_CPU_KERNELS
    if constexpr (std::is_same_v<T, float>)
        if (cpu_paths().lstm_backward) part = cpu_paths().lstm_backward;
#endif
    parallel_for(step.pixels, 64, [&](Index begin, Index end) {
        const Index state = begin * step.hidden;
        part(detail::from_pixel(step, begin, end), grad_h + state, grad_c ? grad_c + state : nullptr,
             d_gates + 4 * state, d_cell + state);
    });
}

/// Adds the sum over pixels of d_gates[gate] * state to a peephole weight's gradient, in fixed chunks of pixels.
template <class T>
void add_peephole_gradient(Cpu, Index pixels, Index hidden, const T* d_gates, Index gate, const T* state, T* gradient)
{
    constexpr Index chunk = 1024;
    const Index chunks = (pixels + chunk - 1) / chunk;
    std::vector<T> partial(static_cast<std::size_t>(chunks * hidden));
    parallel_for(chunks, 1, [&](Index begin, Index end) {
        for (Index p = begin * chunk; p < std::min(pixels, end * chunk); ++p)
            for (Index k = 0; k < hidden; ++k)
                partial[static_cast<std::size_t>(p / chunk * hidden + k)] +=
                    d_gates[(p * 4 + gate) * hidden + k] * state[p * hidden + k];
    });
    for (Index i = 0; i < chunks * hidden; ++i) gradient[i % hidden] += partial[static_cast<std::size_t>(i)];
}

} // namespace gwsd::kernels
