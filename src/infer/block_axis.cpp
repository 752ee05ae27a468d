#include "infer/block_axis.hpp"

#include <algorithm>
#include <cmath>

#include "gwsd/core/error.hpp"

namespace gwsd::infer {

BlockAxis block_axis(Index count, Index size, Index first, bool wraps)
{
    if (count < 1 || size < 1 || first < 0)
        throw ShapeError("blocks: expects a count and size of at least 1 and a first index of at least 0, got " +
                         std::to_string(count) + ", " + std::to_string(size) + ", " + std::to_string(first));
    BlockAxis axis;
    axis.wraps = wraps;
    const Index begin = wraps ? 0 : first / size,
                end = wraps ? (count + size - 1) / size : (first + count - 1) / size + 1;
    axis.blocks = end - begin;
    const auto width = [&](Index block) {
        return static_cast<double>(wraps ? std::min(size, count - (begin + block) * size) : size);
    };
    for (Index i = 0; i < count; ++i) {
        const Index index = wraps ? (first + i) % count : first + i, own = index / size - begin;
        const double from_centre = static_cast<double>(index - (begin + own) * size) + 0.5 - 0.5 * width(own);
        int step = from_centre > 0 ? 1 : from_centre < 0 ? -1 : 0;
        if (axis.blocks == 1 || (!wraps && (own + step < 0 || own + step >= axis.blocks))) step = 0;
        axis.own.push_back(own);
        axis.step.push_back(step);
        axis.share.push_back(step == 0 ? 0.0
                                       : std::abs(from_centre) / (0.5 * (width(own) + width(axis.beside(own, step)))));
    }
    return axis;
}

} // namespace gwsd::infer
