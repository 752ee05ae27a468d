#pragma once

// Tensors of gwsd as oneDNN sees them, and copies into the layout that a primitive wants.

#include <array>
#include <oneapi/dnnl/dnnl.hpp>

#include "gwsd/tensor/tensor.hpp"

namespace gwsd::kernels::onednn {

using dnnl::memory;
using Type = memory::data_type;
using Extents = std::array<Index, 4>;

inline const dnnl::engine& engine()
{
    static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
    return cpu;
}

/// A tensor of gwsd, [batch, rows, cols, channels] or [out, rows, cols, in], in oneDNN's order of axes.
inline memory::desc layout(const Extents& e, Type type, memory::format_tag tag = memory::format_tag::nhwc)
{
    return memory::desc({e[0], e[3], e[1], e[2]}, type, tag);
}

inline memory at(const memory::desc& layout, const void* data) { return {layout, engine(), const_cast<void*>(data)}; }

/// Copies between gwsd's layout of an operand and the one that a primitive wants.
struct Copy {
    memory::desc from, to;
    dnnl::reorder reorder;
    Copy() = default;
    Copy(const memory::desc& a, const memory::desc& b, const dnnl::primitive_attr& attributes = {})
        : from(a), to(b), reorder(dnnl::reorder::primitive_desc(engine(), a, engine(), b, attributes))
    {
    }
};

/// Uninitialised memory for a layout.
inline Tensor<float> room_for(const memory::desc& layout)
{
    return Tensor<float>::empty({static_cast<Index>(layout.get_size() / sizeof(float)) + 1});
}

/// An operand as its primitive wants it: where it lies if possible, else copied.
struct Operand {
    Tensor<float> buffer;
    memory data;
    Operand(const Copy& copy, const float* values, dnnl::stream& stream)
    {
        if (copy.from == copy.to) {
            data = at(copy.to, values);
            return;
        }
        buffer = room_for(copy.to);
        data = at(copy.to, buffer.data());
        memory given = at(copy.from, values);
        copy.reorder.execute(stream, given, data);
    }
};

} // namespace gwsd::kernels::onednn
