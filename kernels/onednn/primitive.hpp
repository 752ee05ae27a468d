#pragma once

// A primitive of oneDNN for each pass of a convolution, and the copies around it.

#include <compare>

#include "describe.hpp"
#include "gwsd/core/parallel.hpp"
#include "gwsd/kernels/precision.hpp"
#include "operand.hpp"

namespace gwsd::kernels::onednn {

inline bool has(dnnl::cpu_isa isa)
{
    const auto wanted = static_cast<unsigned>(isa);
    return (static_cast<unsigned>(dnnl::get_effective_cpu_isa()) & wanted) == wanted;
}

enum class Pass { forward, input, weight };

/// What a primitive is made for; oneDNN cuts the work for a number of threads when it makes one.
struct Key {
    Pass pass;
    Extents x, w, y;
    Index stride, padding;
    Precision precision;
    bool add, bias;
    int threads = thread_pool().threads();
    auto operator<=>(const Key&) const = default;
};

/// A primitive with its two operands and its result; empty where oneDNN has none.
struct Convolution {
    dnnl::primitive primitive;
    int left_name = 0, right_name = 0, result_name = 0;
    Copy left, right, result;
    bool writes_in_place = false; ///< no copy of the result is needed
};

/// Layouts of a key's tensors: gwsd's in f32, and what the description asks of a primitive.
struct Plan {
    memory::desc x, w, y;
    Description asked;
    bool stays; ///< values are read and written where they lie
};

// oneDNN is tuned for channels last with AVX-512 only. With AVX2 its own layout, copies there and back included, mostly
// takes 1.3 to 3.5 times less on one thread (64 channels, 128 x 128: forward 31 to 19 ms, weight gradient 87 to 25),
// and for some layers of unequal channels up to 1.4 times more.
inline Plan plan(const Key& key, Type type)
{
    const bool stays = has(dnnl::cpu_isa::avx512_core);
    const auto any = memory::format_tag::any, tag = stays ? memory::format_tag::nhwc : any;
    return {.x = layout(key.x, Type::f32),
            .w = layout(key.w, Type::f32),
            .y = layout(key.y, Type::f32),
            .asked = {.x = layout(key.x, type, tag),
                      .w = layout(key.w, type, any),
                      .bias = {},
                      .y = layout(key.y, type, tag),
                      .stride = {key.stride, key.stride},
                      .padding = {key.padding, key.padding},
                      .attributes = {}},
            .stays = stays};
}

/// Attributes of what is added to its result, or written over it.
inline dnnl::primitive_attr adding(bool add)
{
    dnnl::post_ops sum;
    if (add) sum.append_sum(1.0F);
    dnnl::primitive_attr attributes;
    attributes.set_post_ops(sum);
    return attributes;
}

inline memory::desc bias_layout(const Key& key) { return {{key.w[0]}, Type::f32, memory::format_tag::x}; }

/// The same layout of the same tensor, in f32 whatever the operands are.
inline memory::desc in_f32(const Extents& e, const Plan& p)
{
    return layout(e, Type::f32, p.stays ? memory::format_tag::nhwc : memory::format_tag::any);
}

inline Convolution make_forward(const Key& key, Plan p)
{
    p.asked.y = in_f32(key.y, p);
    if (key.bias) p.asked.bias = bias_layout(key);
    p.asked.attributes = adding(key.add && p.stays);
    const auto made = forward(engine(), p.asked);
    return {.primitive = Forward(made),
            .left_name = DNNL_ARG_SRC,
            .right_name = DNNL_ARG_WEIGHTS,
            .result_name = DNNL_ARG_DST,
            .left = {p.x, made.src_desc()},
            .right = {p.w, made.weights_desc()},
            .result = {made.dst_desc(), p.y, adding(key.add)},
            .writes_in_place = p.stays || (made.dst_desc() == p.y && !key.add)};
}

inline Convolution make_input(const Key& key, Plan p)
{
    const auto hint = forward(engine(), p.asked);
    p.asked.x = in_f32(key.x, p);
    const auto made = backward_input(engine(), p.asked, hint);
    return {.primitive = BackwardInput(made),
            .left_name = DNNL_ARG_DIFF_DST,
            .right_name = DNNL_ARG_WEIGHTS,
            .result_name = DNNL_ARG_DIFF_SRC,
            .left = {p.y, made.diff_dst_desc()},
            .right = {p.w, made.weights_desc()},
            .result = {made.diff_src_desc(), p.x, adding(key.add)},
            .writes_in_place = made.diff_src_desc() == p.x && !key.add};
}

inline Convolution make_weight(const Key& key, Plan p)
{
    const auto hint = forward(engine(), p.asked);
    p.asked.w = layout(key.w, Type::f32, memory::format_tag::any);
    const auto made = backward_weight(engine(), p.asked, hint);
    return {.primitive = BackwardWeight(made),
            .left_name = DNNL_ARG_SRC,
            .right_name = DNNL_ARG_DIFF_DST,
            .result_name = DNNL_ARG_DIFF_WEIGHTS,
            .left = {p.x, made.src_desc()},
            .right = {p.y, made.diff_dst_desc()},
            .result = {made.diff_weights_desc(), p.w, adding(true)},
            .writes_in_place = false};
}

inline Convolution make(const Key& key)
{
    const bool bf16 = key.precision == Precision::bf16;
    if (key.precision == Precision::f32_fast || (bf16 && !has(dnnl::cpu_isa::avx512_core_bf16))) return {};
    try {
        const Plan p = plan(key, bf16 ? Type::bf16 : Type::f32);
        return key.pass == Pass::forward ? make_forward(key, p)
               : key.pass == Pass::input ? make_input(key, p)
                                         : make_weight(key, p);
    } catch (const dnnl::error& error) {
        if (error.status == dnnl_unimplemented) return {};
        throw;
    }
}

} // namespace gwsd::kernels::onednn
