#pragma once

// The last step of a loss term: from the sums that blocks left to the loss and its figures.

#include <cmath>

#include "gwsd/kernels/loss_output.hpp"
#include "sums.cuh"

namespace gwsd::cuda {

/// Writes a loss and its physical figure, from one thread.
template <class T>
__device__ void put_loss(const kernels::LossOutput<T>& output, double loss, double physical)
{
    const T held = static_cast<T>(loss);
    output.loss[0] = held;
    output.figures[0] = static_cast<double>(held);
    output.figures[1] = physical;
}

/// One block adds up the parts; its first thread writes what `figures` makes of them.
template <class T, int N, class Figures>
__global__ void __launch_bounds__(sum_threads)
    finish_loss_kernel(Index count, const Sums<N>* parts, Figures figures, kernels::LossOutput<T> output)
{
    const Sums<N> all = sum_parts(parts, count);
    if (threadIdx.x == 0) put_loss(output, figures.loss(all), figures.physical(all));
}

template <class T, int N, class Figures>
void finish_loss(const char* name, Index count, const Sums<N>* parts, const Figures& figures,
                 const kernels::LossOutput<T>& output)
{
    finish_loss_kernel<<<1, sum_threads, 0, stream()>>>(count, parts, figures, output);
    check_launch(name);
}

} // namespace gwsd::cuda
