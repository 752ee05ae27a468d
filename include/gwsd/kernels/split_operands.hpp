#pragma once

// What tile products read: values in parts, in memory that is used again, and weights in panels.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "gwsd/core/parallel.hpp"
#include "gwsd/kernels/tile_paths.hpp"
#include "gwsd/tensor/tensor.hpp"

namespace gwsd::kernels::tiled {

/// Memory for `values` of each part that grows and is used again.
class SplitBuffer {
public:
    SplitTo take(Index values, bool low)
    {
        const auto wanted = [&](Tensor<std::uint16_t>& part) {
            if (!part.defined() || part.elements() < values) part = Tensor<std::uint16_t>::empty({values});
            return part.data();
        };
        return {wanted(high_), low ? wanted(low_) : nullptr};
    }

private:
    Tensor<std::uint16_t> high_, low_;
};

inline SplitTo operator+(SplitTo parts, Index n) { return {parts.high + n, parts.low ? parts.low + n : nullptr}; }
inline SplitFrom read(SplitTo parts) { return {parts.high, parts.low}; }
inline void zero(SplitTo parts, Index n)
{
    std::fill_n(parts.high, n, std::uint16_t{0});
    if (parts.low) std::fill_n(parts.low, n, std::uint16_t{0});
}

/// Rows of an image, split; rows above or below it are null.
class SplitRows {
public:
    /// Rows [first, first + count), `length` values each. write(row, to) fills one that the image has.
    template <class Write>
    void fill(Index rows, Index first, Index count, Index length, bool low, const Write& write)
    {
        high_.assign(static_cast<std::size_t>(count), nullptr), low_ = high_;
        const SplitTo buffer = buffer_.take(count * length, low);
        for (Index k = 0; k < count; ++k) {
            if (first + k < 0 || first + k >= rows) continue;
            const SplitTo to = buffer + k * length;
            write(first + k, to);
            high_[static_cast<std::size_t>(k)] = to.high, low_[static_cast<std::size_t>(k)] = to.low;
        }
    }
    Parts<const std::uint16_t* const*> data() const { return {high_.data(), low_.data()}; }

private:
    std::vector<const std::uint16_t*> high_, low_;
    SplitBuffer buffer_;
};

/// Buffers of one thread.
struct Scratch {
    SplitRows rows;
    SplitBuffer grad;
};
inline Scratch& scratch()
{
    static thread_local Scratch scratch;
    return scratch;
}

/// Values rounded up to a row that ends on a cache line.
inline Index aligned(Index values) { return (values + 31) / 32 * 32; }

/// Packed weights and the memory that holds them.
struct Weights {
    SplitBuffer memory;
    SplitFrom parts;
};

/// Weights of `out` channels: pack_tile(kernel_row, first channel, count, to) writes one tile's panels.
template <class PackTile>
Weights pack_weights(Index out, Index kernel_rows, Index steps, bool low, const PackTile& pack_tile)
{
    const Index size = steps * tile::panel, items = tile::tiles(out) * kernel_rows;
    Weights weights;
    const SplitTo to = weights.memory.take(items * size, low);
    parallel_for(items, std::max<Index>(1, 16384 / size), [&](Index begin, Index end) {
        for (Index item = begin; item < end; ++item) {
            const Index channel = item / kernel_rows * tile::side;
            pack_tile(item % kernel_rows, channel, std::min(tile::side, out - channel), to + item * size);
        }
    });
    weights.parts = read(to);
    return weights;
}

} // namespace gwsd::kernels::tiled
