#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>

namespace gwsd::optim {

/// Linear warm-up, then half a cosine down to `floor` (Loshchilov and Hutter 2017).
struct CosineSchedule {
    double peak = 3e-4, floor = 0;
    double warmup_steps = 0, total_steps = 1;

    /// Learning rate of step 0, 1, ...; the last of the warm-up steps has the peak.
    double operator()(double step) const
    {
        if (step < warmup_steps) return peak * (step + 1) / std::max(1.0, warmup_steps);
        const double span = std::max(1.0, total_steps - warmup_steps),
                     share = std::min(1.0, (step - warmup_steps) / span);
        return floor + (peak - floor) * 0.5 * (1 + std::cos(std::numbers::pi * share));
    }
};

} // namespace gwsd::optim
