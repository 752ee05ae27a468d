#pragma once

// How cuDNN will compute one convolution: the first engine of its heuristics that is deterministic, as exact as asked
// for, and content with the memory it gets.

#include <array>
#include <compare>
#include <optional>

#include "cudnn_backend.hpp"
#include "gwsd/core/shape.hpp"
#include "operands.hpp"

namespace gwsd::kernels::cudnn {

enum class Pass { forward, input, weight };

/// What a plan is made for. Extents as gwsd counts them: [batch, rows, cols, channels] and [out, rows, cols, in].
struct Key {
    Pass pass;
    std::array<Index, 4> x, w, y;
    Index stride, padding;
    Format format;
    auto operator<=>(const Key&) const = default;
};

inline const char* name_of(Pass pass)
{
    return pass == Pass::forward ? "conv2d by cuDNN"
           : pass == Pass::input ? "conv2d by cuDNN, backward to input"
                                 : "conv2d by cuDNN, backward to weight";
}

/// The tensors' names in a plan.
enum Name : std::int64_t { name_x = 1, name_w = 2, name_y = 3 };

struct Plan {
    Descriptor execution;
    std::int64_t workspace_bytes;
};

/// Engines that want more memory than this are passed over.
inline constexpr std::int64_t most_workspace_bytes = std::int64_t{512} << 20;

/// Nothing where no engine will do.
std::optional<Plan> make_plan(cudnnHandle_t handle, const Key& key);

} // namespace gwsd::kernels::cudnn
