#pragma once

// The first step of a loss term that is a weighted mean: the sum of its weights.

#include "sums.cuh"

namespace gwsd::cuda {

/// Threads walk over the cells together; each block leaves the sum of its weights.
template <class Weight>
__global__ void __launch_bounds__(sum_threads) loss_weight_kernel(Index cells, Weight weight_of, Sums<1>* weights)
{
    Sums<1> mine{};
    for (Index cell = first_item(); cell < cells; cell += item_step()) mine.of[0] += weight_of(cell);
    const Sums<1> all = block_sums(mine);
    if (threadIdx.x == 0) weights[blockIdx.x] = all;
}

/// A part a block of sum_blocks(cells), for sum_parts.
template <class Weight>
void add_weights(const char* name, Index cells, const Weight& weight_of, Sums<1>* weights)
{
    loss_weight_kernel<<<sum_blocks(cells), sum_threads, 0, stream()>>>(cells, weight_of, weights);
    check_launch(name);
}

/// Weight of a cell of a field whose terms count what is valid by its area.
template <class Fields>
struct ValidArea {
    Fields f;
    __device__ double operator()(Index cell) const
    {
        return static_cast<double>(f.valid[cell]) * static_cast<double>(f.area[cell]);
    }
};

} // namespace gwsd::cuda
