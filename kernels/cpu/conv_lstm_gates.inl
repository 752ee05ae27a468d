// The pointwise part of a ConvLSTM step; formulas in kernels/conv_lstm_gates.hpp.

/// Calls work(pixel, first channel, channels left, part) for vectors of channels.
template <class Work>
inline void each_vector(Index pixels, Index channels, const Work& work)
{
    for (Index p = 0; p < pixels; ++p)
        channel_vectors(channels, [&](Index k, auto part) { work(p, k, channels - k, part); });
}

void lstm_forward(const LstmStep<float>& s, float* h)
{
    const Index n = s.hidden;
    each_vector(s.pixels, n, [&](Index p, Index k, Index left, auto part) {
        float* gate = s.gates + p * 4 * n + k;
        const Vector old = s.previous ? load_if(part, s.previous + p * n + k, left) : Vector{};
        Vector i = load_if(part, gate, left), f = load_if(part, gate + n, left), o = load_if(part, gate + 3 * n, left);
        if (s.input_peephole) i += load_if(part, s.input_peephole + k, left) * old, f += load_if(part, s.forget_peephole + k, left) * old;
        i = sigmoid_of(i), f = sigmoid_of(f);
        const Vector g = tanh_of(load_if(part, gate + 2 * n, left));
        const Vector c = i * g + f * old;
        if (s.output_peephole) o += load_if(part, s.output_peephole + k, left) * c;
        o = sigmoid_of(o);
        store_if(part, gate, i, left), store_if(part, gate + n, f, left), store_if(part, gate + 2 * n, g, left), store_if(part, gate + 3 * n, o, left);
        store_if(part, s.cell + p * n + k, c, left), store_if(part, h + p * n + k, o * tanh_of(c), left);
    });
}

void lstm_backward(const LstmStep<float>& s, const float* grad_h, const float* grad_c, float* d_gates, float* d_cell)
{
    const Index n = s.hidden;
    each_vector(s.pixels, n, [&](Index p, Index k, Index left, auto part) {
        const float* gate = s.gates + p * 4 * n + k;
        const Index at = p * n + k;
        const Vector i = load_if(part, gate, left), f = load_if(part, gate + n, left), g = load_if(part, gate + 2 * n, left),
                     o = load_if(part, gate + 3 * n, left), squashed = tanh_of(load_if(part, s.cell + at, left)),
                     gh = load_if(part, grad_h + at, left);
        const Vector d_o = gh * squashed * o * (1.0F - o);
        Vector d_c = gh * o * (1.0F - squashed * squashed);
        if (grad_c) d_c += load_if(part, grad_c + at, left);
        if (s.output_peephole) d_c += d_o * load_if(part, s.output_peephole + k, left);
        const Vector d_i = d_c * g * i * (1.0F - i);
        const Vector d_f = s.previous ? d_c * load_if(part, s.previous + at, left) * f * (1.0F - f) : Vector{};
        Vector d_old = d_c * f;
        if (s.input_peephole) d_old += d_i * load_if(part, s.input_peephole + k, left) + d_f * load_if(part, s.forget_peephole + k, left);
        float* d = d_gates + p * 4 * n + k;
        store_if(part, d, d_i, left), store_if(part, d + n, d_f, left), store_if(part, d + 2 * n, d_c * i * (1.0F - g * g), left);
        store_if(part, d + 3 * n, d_o, left);
        store_if(part, d_cell + at, d_old, left);
    });
}
