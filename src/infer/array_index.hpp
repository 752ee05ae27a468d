#pragma once
#include <cstddef>

#include "gwsd/core/shape.hpp"

namespace gwsd::infer {

/// Subscript of a std::vector or a span.
constexpr std::size_t at(Index i) { return static_cast<std::size_t>(i); }

} // namespace gwsd::infer
