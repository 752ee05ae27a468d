#pragma once

namespace gwsd::kernels {

/// Where a kernel of a loss term puts what it computes, in the device's memory. The gradients get a value for every
/// cell, 0 where it does not count; both are null where none is wanted, d_log_variance also for terms of the mean.
template <class T>
struct LossOutput {
    T* loss;         ///< [1]
    double* figures; ///< [2]: the loss as T holds it, and the physical figure
    T *d_mean = nullptr, *d_log_variance = nullptr;
};

} // namespace gwsd::kernels
