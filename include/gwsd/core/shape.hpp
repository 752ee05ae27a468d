#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>

#include "gwsd/core/error.hpp"

namespace gwsd {

using Index = std::int64_t;

/// The extents of a tensor, outermost first; at most six axes.
class Shape {
public:
    static constexpr int max_rank = 6;

    Shape() = default;
    Shape(std::initializer_list<Index> extents)
    {
        if (extents.size() > max_rank) throw ShapeError("shape: at most 6 axes, got " + std::to_string(extents.size()));
        for (const Index extent : extents) append(extent);
    }

    int rank() const { return rank_; }
    Index operator[](int axis) const { return extents_[static_cast<std::size_t>(axis < 0 ? axis + rank_ : axis)]; }
    Index& operator[](int axis) { return extents_[static_cast<std::size_t>(axis < 0 ? axis + rank_ : axis)]; }
    Index elements() const
    {
        Index product = 1;
        for (int axis = 0; axis < rank_; ++axis) product *= extents_[static_cast<std::size_t>(axis)];
        return product;
    }
    void append(Index extent)
    {
        if (rank_ == max_rank) throw ShapeError("shape: at most 6 axes");
        if (extent < 0) throw ShapeError("shape: an extent cannot be negative, got " + std::to_string(extent));
        extents_[static_cast<std::size_t>(rank_++)] = extent;
    }
    friend bool operator==(const Shape& a, const Shape& b) { return a.rank_ == b.rank_ && a.extents_ == b.extents_; }

private:
    std::array<Index, max_rank> extents_{};
    int rank_ = 0;
};

/// "[8, 128, 128, 48]", as error messages show it.
inline std::string to_string(const Shape& shape)
{
    std::string text = "[";
    for (int axis = 0; axis < shape.rank(); ++axis) text += (axis ? ", " : "") + std::to_string(shape[axis]);
    return text + "]";
}

} // namespace gwsd
