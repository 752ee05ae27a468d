#pragma once

// The cells of a projection: which blocks' values a cell is interpolated from, and loops over the cells of a block.

#include "gwsd/kernels/conservative_projection_cuda.hpp"
#include "launch.hpp"
#include "seed_bug.cuh"

namespace gwsd::kernels::projection {

inline constexpr int warp = 32, warps = 8; ///< one warp a block of cells

/// Sizes in 32 bits; block (r, c) of a sample is equation r * step_row + c * step_col.
struct Grid {
    int batch, rows, cols, size_rows, size_cols, block_rows, block_cols, step_row, step_col, half;
    bool smooth;
    __device__ int blocks() const { return block_rows * block_cols; }
    __device__ int equation(int block) const { return block / block_cols * step_row + block % block_cols * step_col; }
    __device__ Index cell(int sample, int row, int col) const { return (Index{sample} * rows + row) * cols + col; }
};

inline Grid grid_of(const ProjectionShape& s)
{
    const auto number = [](Index i) { return static_cast<int>(i); };
    const bool along_rows = s.block_cols <= s.block_rows;
    return {number(s.batch),
            number(s.rows),
            number(s.cols),
            number(s.options.block.rows),
            number(s.options.block.cols),
            number(s.block_rows),
            number(s.block_cols),
            along_rows ? number(s.block_cols) : 1,
            along_rows ? 1 : number(s.block_rows),
            number(s.half()),
            s.options.smooth};
}

/// Weights of the block before a cell's own, its own, and the next, along one axis.
struct AxisWeights {
    double at[3];
    __device__ AxisWeights(int i, int block, int size, int blocks, bool smooth) : at{0, 1, 0}
    {
        const double apart = static_cast<double>(2 * (i - block * size) + 1 - size) / (2.0 * size); // of the centre
        if (!smooth) return;
        if (apart < 0 && block > 0) at[0] = -apart, at[1] = 1 + apart;
        if (apart > 0 && block + 1 < blocks) at[2] = apart, at[1] = 1 - apart;
    }
};

/// Calls work(a, b, block row, block col, weight) for the blocks that a cell is interpolated from: a and b are their
/// distances plus one. Blocks without weight are left out; the others' weights sum to 1.
template <class Work>
__device__ void each_tap(const Grid& g, const double* total, int row, int col, const Work& work)
{
    const int block_row = row / g.size_rows, block_col = col / g.size_cols;
    const AxisWeights rows(row, block_row, g.size_rows, g.block_rows, g.smooth),
        cols(col, block_col, g.size_cols, g.block_cols, g.smooth);
    double sum = 0;
#pragma unroll
    for (int a = 0; a < 3; ++a)
#pragma unroll
        for (int b = 0; b < 3; ++b)
            if (const double w = rows.at[a] * cols.at[b];
                w > 0 && total[(block_row + a - 1) * g.block_cols + block_col + b - 1] > 0)
                sum += w;
#pragma unroll
    for (int a = 0; a < 3; ++a)
#pragma unroll
        for (int b = 0; b < 3; ++b)
            if (const double w = rows.at[a] * cols.at[b];
                w > 0 && total[(block_row + a - 1) * g.block_cols + block_col + b - 1] > 0)
                work(a, b, block_row + a - 1, block_col + b - 1, w / sum);
}

/// The lanes of a warp visit cells [top, bottom) x [left, right): work(row, col).
template <class Work>
__device__ void each_cell(int lane, int top, int bottom, int left, int right, const Work& work)
{
    const int width = right - left, count = (bottom - top) * width;
    for (int i = lane; i < count; i += warp) work(top + i / width, left + i % width);
}

/// The sum over a warp, in every lane.
__device__ inline double warp_sum(double value)
{
#pragma unroll
    for (int apart = warp / 2; apart > 0; apart /= 2) value += __shfl_xor_sync(0xffffffffU, value, apart);
    return value;
}

/// A warp's block, and the cells that lie in it.
struct Block {
    int sample, block, row, col, top, bottom, left, right;
    __device__ explicit Block(const Grid& g)
    {
        const int all = static_cast<int>(blockIdx.x) * warps + static_cast<int>(threadIdx.x) / warp;
        sample = all / g.blocks(), block = all % g.blocks();
        row = block / g.block_cols, col = block % g.block_cols;
        top = row * g.size_rows, left = col * g.size_cols;
        bottom = min(top + g.size_rows, g.rows), right = min(left + g.size_cols, g.cols);
    }
    __device__ Index at(const Grid& g) const { return Index{sample} * g.blocks() + block; }
};

} // namespace gwsd::kernels::projection
