// Winograd's minimal filtering F(4 x 4, 3 x 3), a vector of channels at a time; see conv2d_winograd.hpp.

/// line(x, step, y, step) along one axis, then along the other.
template <int In, int Out, class Line>
inline void both_axes(const Vector (&x)[In * In], Vector (&y)[Out * Out], const Line& line)
{
    Vector half[Out * In];
    for (int c = 0; c < In; ++c) line(x + c, half + c, In);
    for (int r = 0; r < Out; ++r) line(half + r * In, y + r * Out, 1);
}

void winograd_input(Index tiles, Index channels, const float* const* pixels, const WinogradLayout& to)
{
    const auto line = [](const Vector* x, Vector* y, int s) {
        const Vector even = x[4 * s] - 4.0F * x[2 * s], odd = x[3 * s] - 4.0F * x[s];
        const Vector near = x[4 * s] - x[2 * s], far = 2.0F * (x[3 * s] - x[s]);
        y[0] = 4.0F * x[0] - 5.0F * x[2 * s] + x[4 * s];
        y[s] = even + odd, y[2 * s] = even - odd, y[3 * s] = near + far, y[4 * s] = near - far;
        y[5 * s] = 4.0F * x[s] - 5.0F * x[3 * s] + x[5 * s];
    };
    const Index apart = to.apart;
    for (Index t = 0; t < tiles; ++t, pixels += 36)
        channel_vectors(channels, [&](Index c, auto part) {
            Vector x[36], y[36];
            for (int k = 0; k < 36; ++k) x[k] = load_if(part, pixels[k] + c, channels - c);
            both_axes<6, 6>(x, y, line);
            float* number = to.at(t, c);
            for (int k = 0; k < 36; ++k, number += apart) store_if(part, number, y[k], channels - c);
        });
}

void winograd_output(Index tiles, Index channels, const float* from, Index apart, const float* bias, bool add, float* const* pixels)
{
    const auto line = [](const Vector* x, Vector* y, int s) {
        const Vector sum = x[s] + x[2 * s], difference = x[s] - x[2 * s], sum2 = x[3 * s] + x[4 * s], difference2 = x[3 * s] - x[4 * s];
        y[0] = x[0] + sum + sum2, y[s] = difference + 2.0F * difference2, y[2 * s] = sum + 4.0F * sum2;
        y[3 * s] = difference + 8.0F * difference2 + x[5 * s];
    };
    for (Index t = 0; t < tiles; ++t, pixels += 16)
        channel_vectors(channels, [&](Index c, auto part) {
            const Index left = channels - c;
            const Vector start = bias ? load_if(part, bias + c, left) : Vector{};
            Vector x[36], y[16];
            for (int k = 0; k < 36; ++k) x[k] = load_if(part, from + k * apart + t * channels + c, left);
            both_axes<6, 4>(x, y, line);
            for (int k = 0; k < 16; ++k)
                if (pixels[k]) store_if(part, pixels[k] + c, add ? y[k] + load_if(part, pixels[k] + c, left) : y[k] + start, left);
        });
}

void winograd_gradient(Index tiles, Index channels, const float* const* pixels, const WinogradLayout& to)
{
    const auto line = [](const Vector* x, Vector* y, int s) {
        const Vector even = x[0] + x[2 * s], odd = x[s] + x[3 * s], even2 = x[0] + 4.0F * x[2 * s], odd2 = 2.0F * x[s] + 8.0F * x[3 * s];
        y[0] = x[0], y[s] = even + odd, y[2 * s] = even - odd, y[3 * s] = even2 + odd2, y[4 * s] = even2 - odd2, y[5 * s] = x[3 * s];
    };
    const Index apart = to.apart;
    for (Index t = 0; t < tiles; ++t, pixels += 16)
        channel_vectors(channels, [&](Index c, auto part) {
            Vector x[16], y[36];
            for (int k = 0; k < 16; ++k) x[k] = load_if(part, pixels[k] + c, channels - c);
            both_axes<4, 6>(x, y, line);
            float* number = to.at(t, c);
            for (int k = 0; k < 36; ++k, number += apart) store_if(part, number, y[k], channels - c);
        });
}

void winograd_weights(Index count, const float* const* taps, float* to, Index apart)
{
    const auto line = [](const Vector* x, Vector* y, int s) {
        const Vector outer = (x[0] + x[2 * s]) * (-1.0F / 6), middle = x[s] * (1.0F / 6);
        const Vector outer2 = x[0] * (1.0F / 24) + x[2 * s] * (1.0F / 6), middle2 = x[s] * (1.0F / 12);
        y[0] = x[0] * 0.25F, y[s] = outer - middle, y[2 * s] = outer + middle, y[3 * s] = outer2 + middle2, y[4 * s] = outer2 - middle2;
        y[5 * s] = x[2 * s];
    };
    channel_vectors(count, [&](Index n, auto part) {
        Vector x[9], y[36];
        for (int k = 0; k < 9; ++k) x[k] = load_if(part, taps[k] + n, count - n);
        both_axes<3, 6>(x, y, line);
        for (int k = 0; k < 36; ++k) store_if(part, to + k * apart + n, y[k], count - n);
    });
}

void winograd_weight_gradient(Index count, const float* from, Index apart, float* const* taps)
{
    const auto line = [](const Vector* x, Vector* y, int s) {
        const Vector sum = (x[s] + x[2 * s]) * (1.0F / 6), sum2 = x[3 * s] + x[4 * s];
        y[0] = x[0] * 0.25F - sum + sum2 * (1.0F / 24);
        y[s] = (x[2 * s] - x[s]) * (1.0F / 6) + (x[3 * s] - x[4 * s]) * (1.0F / 12);
        y[2 * s] = sum2 * (1.0F / 6) - sum + x[5 * s];
    };
    channel_vectors(count, [&](Index n, auto part) {
        Vector x[36], y[9];
        for (int k = 0; k < 36; ++k) x[k] = load_if(part, from + k * apart + n, count - n);
        both_axes<6, 3>(x, y, line);
        for (int k = 0; k < 9; ++k) store_if(part, taps[k] + n, y[k] + load_if(part, taps[k] + n, count - n), count - n);
    });
}
