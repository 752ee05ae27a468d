// One source for every instruction set: compiled once for each with its own flags, in its own namespace GWSD_ISA, with
// GWSD_LANES floats a vector and GWSD_TILE_ROWS x GWSD_TILE_VECTORS accumulators in registers. Nothing of the standard
// library is instantiated here, since the linker might then use its wide code on a processor that lacks it.

#include "gwsd/kernels/cpu_paths.hpp"

namespace gwsd::kernels::GWSD_ISA {

namespace {

typedef float Vector __attribute__((vector_size(GWSD_LANES * 4)));
typedef float Unaligned __attribute__((vector_size(GWSD_LANES * 4), aligned(4), may_alias));
typedef int Whole __attribute__((vector_size(GWSD_LANES * 4)));

inline Vector load(const float* p) { return *reinterpret_cast<const Unaligned*>(p); }
inline void store(float* p, Vector v) { *reinterpret_cast<Unaligned*>(p) = v; }

/// Rows x Vectors accumulators; b's row of Vectors is read once for all rows.
template <int Rows, int Vectors>
void tile(Index depth, const float* a, Index a_row, Index a_col, const float* b, Index ldb, float* c, Index ldc)
{
    Vector sum[Rows][Vectors];
    for (int r = 0; r < Rows; ++r)
        for (int v = 0; v < Vectors; ++v) sum[r][v] = load(c + r * ldc + v * GWSD_LANES);
    for (Index k = 0; k < depth; ++k) {
        Vector right[Vectors];
        for (int v = 0; v < Vectors; ++v) right[v] = load(b + k * ldb + v * GWSD_LANES);
        const float* left = a + k * a_col;
#pragma GCC unroll 16
        for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
            for (int v = 0; v < Vectors; ++v) sum[r][v] += left[r * a_row] * right[v];
    }
    for (int r = 0; r < Rows; ++r)
        for (int v = 0; v < Vectors; ++v) store(c + r * ldc + v * GWSD_LANES, sum[r][v]);
}

template <int Vectors, int Rows>
void few_rows(Index rows, Index depth, const float* a, Index a_row, Index a_col, const float* b, Index ldb, float* c, Index ldc)
{
    if constexpr (Rows > 0) {
        if (rows == Rows) return tile<Rows, Vectors>(depth, a, a_row, a_col, b, ldb, c, ldc);
        few_rows<Vectors, Rows - 1>(rows, depth, a, a_row, a_col, b, ldb, c, ldc);
    }
}

template <int Vectors>
void panel(Index rows, Index depth, const float* a, Index a_row, Index a_col, const float* b, Index ldb, float* c, Index ldc)
{
    Index m = 0;
    for (; m + GWSD_TILE_ROWS <= rows; m += GWSD_TILE_ROWS)
        tile<GWSD_TILE_ROWS, Vectors>(depth, a + m * a_row, a_row, a_col, b, ldb, c + m * ldc, ldc);
    few_rows<Vectors, GWSD_TILE_ROWS - 1>(rows - m, depth, a + m * a_row, a_row, a_col, b, ldb, c + m * ldc, ldc);
}

/// The last columns that fill no vector: a dot product a column.
void narrow(Index rows, Index cols, Index depth, const float* a, Index a_row, Index a_col, const float* b, Index ldb, float* c, Index ldc)
{
    for (Index m = 0; m < rows; ++m)
        for (Index n = 0; n < cols; ++n) {
            float sum = c[m * ldc + n];
            for (Index k = 0; k < depth; ++k) sum += a[m * a_row + k * a_col] * b[k * ldb + n];
            c[m * ldc + n] = sum;
        }
}

void gemm(Index rows, Index cols, Index depth, const float* a, Index a_row, Index a_col, const float* b, Index ldb, float* c, Index ldc)
{
    constexpr Index wide = GWSD_TILE_VECTORS * GWSD_LANES;
    Index n = 0;
    for (; n + wide <= cols; n += wide) panel<GWSD_TILE_VECTORS>(rows, depth, a, a_row, a_col, b + n, ldb, c + n, ldc);
    for (; n + GWSD_LANES <= cols; n += GWSD_LANES) panel<1>(rows, depth, a, a_row, a_col, b + n, ldb, c + n, ldc);
    narrow(rows, cols - n, depth, a, a_row, a_col, b + n, ldb, c + n, ldc);
}

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

} // namespace

extern const CpuPaths paths;
const CpuPaths paths{GWSD_ISA_NAME, gemm, sigmoid, tanh};

} // namespace gwsd::kernels::GWSD_ISA
