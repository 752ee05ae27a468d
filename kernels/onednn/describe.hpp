#pragma once

// How oneDNN is told what to compute, which its versions 2 and 3 want in different ways.

#include <oneapi/dnnl/dnnl.hpp>

namespace gwsd::kernels::onednn {

/// A convolution of any pass; what a pass has no use for stays empty, as does the bias where there is none.
struct Description {
    dnnl::memory::desc x, w, bias, y;
    dnnl::memory::dims stride, padding;
    dnnl::primitive_attr attributes;
};

inline constexpr auto direct = dnnl::algorithm::convolution_direct;
using Forward = dnnl::convolution_forward;
using BackwardInput = dnnl::convolution_backward_data;
using BackwardWeight = dnnl::convolution_backward_weights;

#if DNNL_VERSION_MAJOR >= 3

inline Forward::primitive_desc forward(const dnnl::engine& engine, const Description& d)
{
    return {
        engine,      dnnl::prop_kind::forward_training, direct, d.x, d.w, d.bias, d.y, d.stride, d.padding, d.padding,
        d.attributes};
}

inline BackwardInput::primitive_desc backward_input(const dnnl::engine& engine, const Description& d,
                                                    const Forward::primitive_desc& hint)
{
    return {engine, direct, d.x, d.w, d.y, d.stride, d.padding, d.padding, hint};
}

inline BackwardWeight::primitive_desc backward_weight(const dnnl::engine& engine, const Description& d,
                                                      const Forward::primitive_desc& hint)
{
    return {engine, direct, d.x, d.w, d.y, d.stride, d.padding, d.padding, hint};
}

#else

inline Forward::primitive_desc forward(const dnnl::engine& engine, const Description& d)
{
    const Forward::desc operation(dnnl::prop_kind::forward_training, direct, d.x, d.w, d.bias, d.y, d.stride, d.padding,
                                  d.padding);
    return {operation, d.attributes, engine};
}

inline BackwardInput::primitive_desc backward_input(const dnnl::engine& engine, const Description& d,
                                                    const Forward::primitive_desc& hint)
{
    return {BackwardInput::desc(direct, d.x, d.w, d.y, d.stride, d.padding, d.padding), engine, hint};
}

inline BackwardWeight::primitive_desc backward_weight(const dnnl::engine& engine, const Description& d,
                                                      const Forward::primitive_desc& hint)
{
    return {BackwardWeight::desc(direct, d.x, d.w, d.y, d.stride, d.padding, d.padding), engine, hint};
}

#endif

} // namespace gwsd::kernels::onednn
