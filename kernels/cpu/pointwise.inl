// Sigmoid and tanh by the exponential of a negative number.

/// exp(x) for x <= 0: x = n ln 2 + r, a polynomial in r, and n put into the exponent. Relative error below 2e-7.
inline Vector exp_negative(Vector x)
{
    const Vector lowest = Vector{} - 87.0F;
    x = x < lowest ? lowest : x;
    const Vector scaled = x * 1.44269504F - 0.5F; // truncation of a negative number rounds up; the half makes it round
    const Whole n = __builtin_convertvector(scaled, Whole);
    const Vector whole = __builtin_convertvector(n, Vector);
    const Vector r = (x - whole * 0.693359375F) + whole * 2.12194440e-4F;
    Vector p = Vector{} + 1.9875691500e-4F;
    p = p * r + 1.3981999507e-3F;
    p = p * r + 8.3334519073e-3F;
    p = p * r + 4.1665795894e-2F;
    p = p * r + 1.6666665459e-1F;
    p = p * r + 5.0000001201e-1F;
    p = p * r * r + r + 1.0F;
    return p * reinterpret_cast<Vector>((n + 127) << 23);
}

inline Vector sigmoid_of(Vector x)
{
    const Vector e = exp_negative(x > 0 ? -x : x); // exp(-|x|)
    return (x > 0 ? Vector{} + 1.0F : e) / (1.0F + e);
}

/// Small arguments keep their relative precision through a series; the rest goes through exp(-2 |x|).
inline Vector tanh_of(Vector x)
{
    const Vector size = x > 0 ? x : -x;
    const Vector e = exp_negative(-2.0F * size);
    const Vector large = (1.0F - e) / (1.0F + e);
    const Vector s = x * x;
    const Vector small = size * (1.0F + s * (-0.333333333F + s * (0.133333333F + s * (-0.0539682540F + s * 0.0218694885F))));
    const Vector value = size < 0.2F ? small : large;
    return x > 0 ? value : -value;
}

template <class Function>
inline void map(Index n, const float* x, float* y, Function function)
{
    Index i = 0;
    for (; i + GWSD_LANES <= n; i += GWSD_LANES) store(y + i, function(load(x + i)));
    if (i == n) return;
    float rest[GWSD_LANES] = {};
    for (Index k = i; k < n; ++k) rest[k - i] = x[k];
    store(rest, function(load(rest)));
    for (Index k = i; k < n; ++k) y[k] = rest[k - i];
}

void sigmoid(Index n, const float* x, float* y) { map(n, x, y, sigmoid_of); }
void tanh(Index n, const float* x, float* y) { map(n, x, y, tanh_of); }
