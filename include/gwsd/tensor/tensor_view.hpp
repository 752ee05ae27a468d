#pragma once

#include <array>
#include <type_traits>

#include "gwsd/core/shape.hpp"

namespace gwsd {

/// A borrowed, contiguous, row-major array of fixed rank: what kernels take. It does not own and does not check.
template <class T, int Rank>
struct TensorView {
    T* data = nullptr;
    std::array<Index, Rank> extents{};

    Index extent(int axis) const { return extents[static_cast<std::size_t>(axis)]; }
    Index elements() const
    {
        Index product = 1;
        for (const Index e : extents) product *= e;
        return product;
    }
    template <class... Indices>
    T& operator()(Indices... indices) const
    {
        static_assert(sizeof...(Indices) == Rank);
        const std::array<Index, Rank> position{static_cast<Index>(indices)...};
        Index offset = 0;
        for (int axis = 0; axis < Rank; ++axis)
            offset = offset * extents[static_cast<std::size_t>(axis)] + position[static_cast<std::size_t>(axis)];
        return data[offset];
    }
    operator TensorView<const T, Rank>() const requires(!std::is_const_v<T>) { return {data, extents}; }
};

} // namespace gwsd
