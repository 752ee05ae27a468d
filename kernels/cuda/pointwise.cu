// Functions of one or two numbers: one thread a value, neighbours in neighbouring threads.

#include "gwsd/kernels/pointwise_cuda.hpp"

#include "launch.hpp"
#include "seed_bug.cuh"

namespace gwsd::kernels {
namespace {

/// Writes or adds term(i) for every i.
template <class T, class Term>
__global__ void put_kernel(Index n, bool add, T* to, Term term)
{
    const Index i = static_cast<Index>(blockIdx.x) * cuda::block_threads + threadIdx.x;
    if (i >= n + (cuda::seeded(101) ? 1 : 0)) return;
    const T value = term(i);
    to[i] = add && !cuda::seeded(102) ? to[i] + value : value;
}

template <class T, class Term>
void put(const char* name, Index n, bool add, T* to, const Term& term)
{
    if (n == 0) return;
    put_kernel<<<cuda::blocks_for(n, cuda::block_threads), cuda::block_threads, 0, cuda::stream()>>>(n, add, to, term);
    cuda::check_launch(name);
}

template <class T, class F>
struct MapTerm {
    F f;
    const T* x;
    __device__ T operator()(Index i) const { return f(x[i]); }
};
template <class T, class F>
struct MapBackwardTerm {
    F f;
    const T *x, *y, *grad_y;
    __device__ T operator()(Index i) const { return grad_y[i] * f.slope(x[i], y[i]); }
};
template <class T, class F>
struct ZipTerm {
    F f;
    const T *a, *b;
    __device__ T operator()(Index i) const { return f(a[i], b[i]); }
};
template <class T, class F, bool OfA>
struct ZipBackwardTerm {
    F f;
    const T *a, *b, *grad_y;
    __device__ T operator()(Index i) const { return grad_y[i] * (OfA ? f.slope_a(a[i], b[i]) : f.slope_b(a[i], b[i])); }
};

} // namespace

template <class T, class F>
void map(Cuda, const F& f, Index n, const T* x, T* y)
{
    put("pointwise map", n, false, y, MapTerm<T, F>{f, x});
}

template <class T, class F>
void map_backward(Cuda, const F& f, Index n, const T* x, const T* y, const T* grad_y, bool add, T* grad_x)
{
    put("pointwise map, backward", n, add, grad_x, MapBackwardTerm<T, F>{f, x, y, grad_y});
}

template <class T, class F>
void zip(Cuda, const F& f, Index n, const T* a, const T* b, T* y)
{
    put("pointwise zip", n, false, y, ZipTerm<T, F>{f, a, b});
}

template <class T, class F>
void zip_backward_a(Cuda, const F& f, Index n, const T* a, const T* b, const T* grad_y, bool add, T* grad_a)
{
    put("pointwise zip, backward", n, add, grad_a, ZipBackwardTerm<T, F, true>{f, a, b, grad_y});
}

template <class T, class F>
void zip_backward_b(Cuda, const F& f, Index n, const T* a, const T* b, const T* grad_y, bool add, T* grad_b)
{
    put("pointwise zip, backward", n, add, grad_b, ZipBackwardTerm<T, F, false>{f, a, b, grad_y});
}

#define GWSD_INSTANTIATE_MAP(T, F)                             \
    template void map(Cuda, const F<T>&, Index, const T*, T*); \
    template void map_backward(Cuda, const F<T>&, Index, const T*, const T*, const T*, bool, T*);
#define GWSD_INSTANTIATE_ZIP(T, F)                                                                  \
    template void zip(Cuda, const F<T>&, Index, const T*, const T*, T*);                            \
    template void zip_backward_a(Cuda, const F<T>&, Index, const T*, const T*, const T*, bool, T*); \
    template void zip_backward_b(Cuda, const F<T>&, Index, const T*, const T*, const T*, bool, T*);
#define GWSD_INSTANTIATE(T)            \
    GWSD_INSTANTIATE_MAP(T, Relu)      \
    GWSD_INSTANTIATE_MAP(T, Sigmoid)   \
    GWSD_INSTANTIATE_MAP(T, Tanh)      \
    GWSD_INSTANTIATE_MAP(T, Silu)      \
    GWSD_INSTANTIATE_MAP(T, Softplus)  \
    GWSD_INSTANTIATE_MAP(T, Exp)       \
    GWSD_INSTANTIATE_MAP(T, Clamp)     \
    GWSD_INSTANTIATE_MAP(T, Scale)     \
    GWSD_INSTANTIATE_MAP(T, AddScalar) \
    GWSD_INSTANTIATE_ZIP(T, Add)       \
    GWSD_INSTANTIATE_ZIP(T, Subtract)  \
    GWSD_INSTANTIATE_ZIP(T, Multiply)
GWSD_INSTANTIATE(float)
GWSD_INSTANTIATE(double)

} // namespace gwsd::kernels
