#pragma once

// Band matrices with partial pivoting, one a sample: factorised and solved, and solved transposed. Shares and weights
// are free, so that no diagonal need be large: without an exchange of rows the factors could grow without bound.

#include "projection_cells.cuh"

namespace gwsd::kernels::projection {

inline constexpr int solve_threads = 256;

/// Rows of a band matrix: entry q of row i is column i - half + q. Rows of U reach 2 half beyond the diagonal, since an
/// exchange brings up a row that reaches further.
struct Band {
    int n, half;
    __host__ __device__ int width() const { return 2 * half + 1; }
    __host__ __device__ int slots() const { return half + 2; }
    /// A row of the window and its right side; odd, so that the values of a column lie in different banks.
    __host__ __device__ int stride() const { return width() + 2; }
    __host__ __device__ int window() const { return slots() * stride(); }
    /// Shared memory beside the window, in doubles: multipliers, a ring of the solution, the rows' slots.
    __host__ __device__ int beside() const { return half + 1 + width() + slots(); }
};

/// Largest magnitude of a column in rows [first, last], the first of equals: by the lanes of one warp.
template <class Value>
__device__ int pivot_of(int lane, int first, int last, const Value& value)
{
    double best = -1;
    int at = first;
    for (int i = first + lane; i <= last; i += warp)
        if (const double v = fabs(value(i)); v > best) best = v, at = i;
#pragma unroll
    for (int apart = warp / 2; apart > 0; apart /= 2) {
        const double other = __shfl_xor_sync(0xffffffffU, best, apart);
        const int other_at = __shfl_xor_sync(0xffffffffU, at, apart);
        if (other > best || (other == best && other_at < at)) best = other, at = other_at;
    }
    return at;
}

/// One thread block a sample. A window of half + 2 rows slides down the matrix: each step takes a row of U out, with
/// its multipliers, and a row of the matrix in; the right side goes with its row. Column c lies at place c mod width,
/// row i in slot slots[i mod (half + 2)], so that an exchange swaps two numbers. One warp updates a row. The last lines
/// then solve U c = y.
static __global__ void __launch_bounds__(solve_threads, 2)
    factorise_kernel(Band m, const double* band, const double* right, double* scratch, double* upper, double* lower,
                     int32_t* pivots, double* solution)
{
    extern __shared__ double shared[];
    const int width = m.width(), stride = m.stride(), count = m.slots(), half = m.half;
    const Index sample = blockIdx.x;
    double* window = scratch ? scratch + sample * m.window() : shared;
    double *multipliers = scratch ? shared : shared + m.window(), *ring = multipliers + half + 1;
    int* slots = reinterpret_cast<int*>(ring + width);
    band += sample * m.n * width, upper += sample * m.n * width, lower += sample * m.n * half;
    right += sample * m.n, pivots += sample * m.n, solution += sample * m.n;

    const int thread = static_cast<int>(threadIdx.x), lane = thread % warp, own = thread / warp;
    const auto row_at = [&](int i) { return window + slots[i % count] * stride; };
    for (int i = thread; i < count; i += solve_threads) slots[i] = i;
    for (int i = own; i <= half && i < m.n; i += solve_threads / warp) {
        for (int c = lane; c < width; c += warp) {
            const int q = c - i + half;
            window[i * stride + c] = q < width ? band[i * width + q] : 0;
        }
        if (lane == 0) window[i * stride + width] = right[i];
    }
    __syncthreads();

    for (int j = 0, place = 0; j < m.n; ++j, place = place + 1 < width ? place + 1 : 0) {
        const int last = min(j + half, m.n - 1);
        if (own == 0) {
            const int at = pivot_of(lane, j, last, [&](int i) { return row_at(i)[place]; });
            __syncwarp();
            if (lane == 0) {
                const int kept = slots[j % count];
                slots[j % count] = slots[at % count], slots[at % count] = kept;
                pivots[j] = cuda::seeded(324) ? j : at;
            }
        }
        __syncthreads();
        const double* top = row_at(j);
        for (int q = thread; q < width; q += solve_threads)
            upper[j * width + q] = top[place + q < width ? place + q : place + q - width];
        if (thread == 0) solution[j] = top[width];
        for (int i = thread; i < half; i += solve_threads) {
            const double l = j + 1 + i <= last ? row_at(j + 1 + i)[place] / top[place] : 0;
            multipliers[i] = l, lower[j * half + i] = l;
        }
        __syncthreads();
        for (int i = j + 1 + own; i <= last; i += solve_threads / warp) {
            double* row = row_at(i);
            const double l = multipliers[i - j - 1];
            for (int q = lane; q <= width; q += warp) {
                const int c = q == width || place + q < width ? place + q : place + q - width;
                if (q == width)
                    row[width] -= l * top[width];
                else if (q > 0)
                    row[c] -= l * top[c];
                else if (!cuda::seeded(326))
                    row[c] = 0; // the column that comes in
            }
        }
        // The next row takes the slot of the one that left a step ago.
        if (const int i = j + 1 + half; own == solve_threads / warp - 1 && i < m.n) {
            double* row = row_at(i);
            for (int q = lane; q < width; q += warp)
                row[place + 1 + q < width ? place + 1 + q : place + 1 + q - width] = band[i * width + q];
            if (lane == 0) row[width] = right[i];
        }
        if (!cuda::seeded(325)) __syncthreads();
    }

    if (own > 0) return;
    for (int j = m.n - 1; j >= 0; --j) {
        double sum = 0;
        for (int q = 1 + lane; q < width && j + q < m.n; q += warp) sum += upper[j * width + q] * ring[(j + q) % width];
        sum = warp_sum(sum);
        if (lane == 0) {
            const double c = (solution[j] - sum) / upper[j * width];
            ring[j % width] = c, solution[j] = c;
        }
        __syncwarp();
    }
}

/// One warp a sample solves A' x = b, overwriting b: U' z = b down the rows, then L' x = z up again, each exchange of
/// rows undone behind its step. Rings hold what the next rows still need.
static __global__ void __launch_bounds__(warp)
    solve_transposed_kernel(Band m, const double* upper, const double* lower, const int32_t* pivots, double* b)
{
    extern __shared__ double shared[];
    const int width = m.width(), half = m.half, count = half + 1, lane = static_cast<int>(threadIdx.x);
    const Index sample = blockIdx.x;
    double *sums = shared, *ring = shared + width;
    upper += sample * m.n * width, lower += sample * m.n * half, pivots += sample * m.n, b += sample * m.n;
    for (int i = lane; i < width; i += warp) sums[i] = 0;
    __syncwarp();
    for (int j = 0; j < m.n; ++j) {
        const double z = (b[j] - sums[j % width]) / upper[j * width];
        __syncwarp();
        for (int q = lane; q < width; q += warp) {
            double& sum = sums[(j + q) % width];
            sum = q == 0 ? 0 : sum + upper[j * width + q] * z;
        }
        if (lane == 0) b[j] = z;
        __syncwarp();
    }
    for (int j = m.n - 1; j >= 0; --j) {
        double sum = 0;
        for (int i = lane; i < half && j + 1 + i < m.n; i += warp)
            sum += lower[j * half + i] * ring[(j + 1 + i) % count];
        sum = warp_sum(sum);
        __syncwarp(); // all have read the ring
        if (lane == 0) {
            const double value = b[j] - sum;
            if (j + count < m.n) b[j + count] = ring[j % count]; // no exchange reaches that row any more
            const int at = pivots[j];
            if (at != j) ring[j % count] = ring[at % count];
            ring[at % count] = value;
        }
        __syncwarp();
    }
    for (int i = lane; i < count && i < m.n; i += warp) b[i] = ring[i];
}

} // namespace gwsd::kernels::projection
