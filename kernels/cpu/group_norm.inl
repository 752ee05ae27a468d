// Group normalisation over [pixels, channels]: per-channel sums in double, and pointwise passes with per-channel factors.

typedef float HalfVector __attribute__((vector_size(GWSD_LANES * 2)));
typedef double Doubles __attribute__((vector_size(GWSD_LANES * 4)));

/// Lanes of a vector in double precision, added up over pixels.
struct DoubleSum {
    Doubles low{}, high{};
    void add(Vector v)
    {
        HalfVector halves[2];
        __builtin_memcpy(halves, &v, sizeof v);
        low += __builtin_convertvector(halves[0], Doubles), high += __builtin_convertvector(halves[1], Doubles);
    }
    /// Products are exact in double.
    void add_product(Vector a, Vector b)
    {
        HalfVector x[2], y[2];
        __builtin_memcpy(x, &a, sizeof a), __builtin_memcpy(y, &b, sizeof b);
        low += __builtin_convertvector(x[0], Doubles) * __builtin_convertvector(y[0], Doubles);
        high += __builtin_convertvector(x[1], Doubles) * __builtin_convertvector(y[1], Doubles);
    }
    void flush(double* to, Index count) const
    {
        double lanes[GWSD_LANES];
        __builtin_memcpy(lanes, &low, sizeof low), __builtin_memcpy(lanes + GWSD_LANES / 2, &high, sizeof high);
        for (Index i = 0; i < count && i < GWSD_LANES; ++i) to[i] += lanes[i];
    }
};

/// Pixels whose values stay in the first-level cache while every vector of channels visits them.
constexpr Index norm_block = 32;

/// Calls work(first pixel, last pixel, first channel, channels left) for blocks of pixels and vectors of channels.
template <class Work>
inline void norm_blocks(Index pixels, Index channels, const Work& work)
{
    for (Index p = 0; p < pixels; p += norm_block)
        for (Index c = 0; c < channels; c += GWSD_LANES) work(p, p + norm_block < pixels ? p + norm_block : pixels, c, channels - c);
}

void norm_sums(Index pixels, Index channels, const float* x, double* sums)
{
    norm_blocks(pixels, channels, [&](Index first, Index last, Index c, Index left) {
        DoubleSum sum, square;
        for (Index p = first; p < last; ++p) {
            const Vector v = load_some(x + p * channels + c, left);
            sum.add(v), square.add_product(v, v);
        }
        sum.flush(sums + c, left), square.flush(sums + channels + c, left);
    });
}

void norm_apply(Index pixels, Index channels, const float* x, const float* factor, const float* addend, bool then_silu, float* y)
{
    norm_blocks(pixels, channels, [&](Index first, Index last, Index c, Index left) {
        const Vector f = load_some(factor + c, left), a = load_some(addend + c, left);
        if (then_silu)
            for (Index p = first; p < last; ++p) {
                const Vector v = load_some(x + p * channels + c, left) * f + a;
                store_some(y + p * channels + c, v * sigmoid_of(v), left);
            }
        else
            for (Index p = first; p < last; ++p)
                store_some(y + p * channels + c, load_some(x + p * channels + c, left) * f + a, left);
    });
}

void norm_backward_sums(const NormChunk<float>& k, const float* grad_y, float* h, double* sums)
{
    norm_blocks(k.pixels, k.channels, [&](Index first, Index last, Index c, Index left) {
        const Vector mean = load_some(k.mean + c, left), rstd = load_some(k.rstd + c, left), scale = load_some(k.scale + c, left),
                     shift = load_some(k.shift + c, left);
        DoubleSum sum, product;
        for (Index p = first; p < last; ++p) {
            const Index i = p * k.channels + c;
            const Vector xhat = (load_some(k.x + i, left) - mean) * rstd;
            Vector g = load_some(grad_y + i, left);
            if (k.then_silu) {
                const Vector v = xhat * scale + shift, s = sigmoid_of(v);
                g *= s * (1.0F + v * (1.0F - s));
                store_some(h + i, g, left);
            }
            sum.add(g), product.add_product(g, xhat);
        }
        sum.flush(sums + c, left), product.flush(sums + k.channels + c, left);
    });
}

void norm_backward_apply(const NormChunk<float>& k, const float* h, const float* mean_h, const float* mean_product, bool add, float* grad_x)
{
    norm_blocks(k.pixels, k.channels, [&](Index first, Index last, Index c, Index left) {
        const Vector mean = load_some(k.mean + c, left), rstd = load_some(k.rstd + c, left), scale = load_some(k.scale + c, left),
                     m0 = load_some(mean_h + c, left), m1 = load_some(mean_product + c, left);
        for (Index p = first; p < last; ++p) {
            const Index i = p * k.channels + c;
            const Vector xhat = (load_some(k.x + i, left) - mean) * rstd;
            const Vector g = rstd * (scale * load_some(h + i, left) - m0 - xhat * m1);
            store_some(grad_x + i, add ? g + load_some(grad_x + i, left) : g, left);
        }
    });
}
