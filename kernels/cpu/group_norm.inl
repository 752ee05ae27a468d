// Group normalisation over [pixels, channels]: per-channel sums, in float over a block of pixels and in double over the
// blocks, and pointwise passes with per-channel factors.

/// to[i] += lanes[i] for the lanes that are channels.
template <class Lane>
inline void add_lanes(double* to, Index count, const Lane& lane)
{
    for (Index i = 0; i < count && i < GWSD_LANES; ++i) to[i] += lane(i);
}

/// Two sums for each of some channels over a block of pixels. Pixels are the outer loop, so that memory is read as it
/// lies; the sums stay in the first-level cache. term(i, c, left, part, first sum, second sum) adds element i of channels
/// [c, c + GWSD_LANES), flush(pixels, c, left, sums) takes them.
template <class Term, class Flush>
inline void block_sums(Index pixels, Index channels, const Term& term, const Flush& flush)
{
    constexpr Index block = 32, group = 16 * GWSD_LANES;
    for (Index p = 0; p < pixels; p += block) {
        const Index count = pixels - p < block ? pixels - p : block;
        for (Index from = 0; from < channels; from += group) {
            const Index some = channels - from < group ? channels - from : group;
            Vector sums[16][2] = {};
            for (Index q = p; q < p + count; ++q)
                channel_vectors(some, [&](Index c, auto part) {
                    Vector(&s)[2] = sums[c / GWSD_LANES];
                    term(q * channels + from + c, from + c, some - c, part, s[0], s[1]);
                });
            for (Index c = 0; c < some; c += GWSD_LANES) flush(count, from + c, some - c, sums[c / GWSD_LANES]);
        }
    }
}

/// Sums around the first pixel's values, which keeps the digits of a spread that is small beside the mean.
void norm_sums(Index pixels, Index channels, const float* x, double* sums)
{
    const float* middle = x;
    block_sums(
        pixels, channels,
        [&](Index i, Index c, Index left, auto part, Vector& sum, Vector& square) {
            const Vector v = load_if(part, x + i, left) - load_if(part, middle + c, left);
            sum += v, square += v * v;
        },
        [&](Index count, Index c, Index left, const Vector (&s)[2]) {
            const auto n = static_cast<double>(count);
            add_lanes(sums + c, left, [&](Index i) { return s[0][i] + n * middle[c + i]; });
            add_lanes(sums + channels + c, left, [&](Index i) {
                return s[1][i] + static_cast<double>(middle[c + i]) * (2.0 * s[0][i] + n * middle[c + i]);
            });
        });
}

void norm_apply(Index pixels, Index channels, const float* x, const float* factor, const float* addend, bool then_silu, float* y)
{
    for (Index p = 0; p < pixels; ++p, x += channels, y += channels)
        channel_vectors(channels, [&](Index c, auto part) {
            const Index left = channels - c;
            const Vector v = load_if(part, x + c, left) * load_if(part, factor + c, left) + load_if(part, addend + c, left);
            store_if(part, y + c, then_silu ? v * sigmoid_of(v) : v, left);
        });
}

void norm_backward_sums(const NormChunk<float>& k, const float* grad_y, float* h, double* sums)
{
    block_sums(
        k.pixels, k.channels,
        [&](Index i, Index c, Index left, auto part, Vector& sum, Vector& product) {
            const Vector xhat = (load_if(part, k.x + i, left) - load_if(part, k.mean + c, left)) * load_if(part, k.rstd + c, left);
            Vector g = load_if(part, grad_y + i, left);
            if (k.then_silu) {
                const Vector v = xhat * load_if(part, k.scale + c, left) + load_if(part, k.shift + c, left), s = sigmoid_of(v);
                g *= s * (1.0F + v * (1.0F - s));
                store_if(part, h + i, g, left);
            }
            sum += g, product += g * xhat;
        },
        [&](Index, Index c, Index left, const Vector (&s)[2]) {
            add_lanes(sums + c, left, [&](Index i) { return s[0][i]; });
            add_lanes(sums + k.channels + c, left, [&](Index i) { return s[1][i]; });
        });
}

void norm_backward_apply(const NormChunk<float>& k, const float* h, const float* mean_h, const float* mean_product, bool add, float* grad_x)
{
    const float* x = k.x;
    for (Index p = 0; p < k.pixels; ++p, x += k.channels, h += k.channels, grad_x += k.channels)
        channel_vectors(k.channels, [&](Index c, auto part) {
            const auto of = [&](const float* from) { return load_if(part, from + c, k.channels - c); };
            const Vector xhat = (of(x) - of(k.mean)) * of(k.rstd);
            const Vector g = of(k.rstd) * (of(k.scale) * of(h) - of(mean_h) - xhat * of(mean_product));
            store_if(part, grad_x + c, add ? g + of(grad_x) : g, k.channels - c);
        });
}
