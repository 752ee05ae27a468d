// Convolutions on tensor cores: which arithmetic a call gets.

#include "conv2d_mma_convolve.cuh"

namespace gwsd::kernels::mma {
namespace {

template <class T>
using View = TensorView<T, 4>;
using bf16 = __nv_bfloat16;

// The same 16 bits, in the type that device code can calculate with.
View<const bf16> stored(View<const bfloat16> v) { return {reinterpret_cast<const bf16*>(v.data), v.extents}; }
View<bf16> stored(View<bfloat16> v) { return {reinterpret_cast<bf16*>(v.data), v.extents}; }
View<float> stored(View<float> v) { return v; }

} // namespace

void conv2d_forward(View<const float> x, View<const float> w, Conv2dOptions o, Conv2dInto<float> into, View<float> y,
                    BlockTile tile)
{
    o.precision == Precision::bf16 ? cuda::forward<bf16>(x, w, o, into, y, tile)
                                   : cuda::forward<float>(x, w, o, into, y, tile);
}

void conv2d_backward_input(View<const float> grad_y, View<const float> w, Conv2dOptions o, Conv2dInto<float> into,
                           View<float> grad_x, BlockTile tile)
{
    o.precision == Precision::bf16 ? cuda::backward_input<bf16>(grad_y, w, o, into, grad_x, tile)
                                   : cuda::backward_input<float>(grad_y, w, o, into, grad_x, tile);
}

void conv2d_backward_weight(View<const float> x, View<const float> grad_y, Conv2dOptions o, View<float> grad_w,
                            BlockTile tile)
{
    o.precision == Precision::bf16 ? cuda::backward_weight<bf16>(x, grad_y, o, grad_w, tile)
                                   : cuda::backward_weight<float>(x, grad_y, o, grad_w, tile);
}

template <class T>
void conv2d_forward(View<const bfloat16> x, View<const bfloat16> w, Conv2dOptions o, Conv2dInto<float> into, View<T> y,
                    BlockTile tile)
{
    cuda::forward<bf16>(stored(x), stored(w), o, into, stored(y), tile);
}

template <class T>
void conv2d_backward_input(View<const bfloat16> grad_y, View<const bfloat16> w, Conv2dOptions o, Conv2dInto<float> into,
                           View<T> grad_x, BlockTile tile)
{
    cuda::backward_input<bf16>(stored(grad_y), stored(w), o, into, stored(grad_x), tile);
}

void conv2d_backward_weight(View<const bfloat16> x, View<const bfloat16> grad_y, Conv2dOptions o, View<float> grad_w,
                            BlockTile tile)
{
    cuda::backward_weight<bf16>(stored(x), stored(grad_y), o, grad_w, tile);
}

#define GWSD_INSTANTIATE(T)                                                                                           \
    template void conv2d_forward(View<const bfloat16>, View<const bfloat16>, Conv2dOptions, Conv2dInto<float>,        \
                                 View<T>, BlockTile);                                                                 \
    template void conv2d_backward_input(View<const bfloat16>, View<const bfloat16>, Conv2dOptions, Conv2dInto<float>, \
                                        View<T>, BlockTile);
GWSD_INSTANTIATE(float)
GWSD_INSTANTIATE(bfloat16)

} // namespace gwsd::kernels::mma
