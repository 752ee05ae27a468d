// 1 x 1 convolutions by cuBLAS: products of [pixels, channels] with [out, in]. cuBLAS counts columns first, so that it
// sees each of our matrices transposed: [channels, pixels], [in, out].

#include <cublas_v2.h>

#include <limits>
#include <mutex>

#include "gwsd/kernels/conv2d_cuda_library.hpp"
#include "gwsd/tensor/device_memory.hpp"
#include "operands.hpp"
#include "shared_library.hpp"

namespace gwsd::kernels::cublas {
namespace {

/// cublasGemmEx has an overload of older programs; this is the library's own.
using Gemm = cublasStatus_t(cublasHandle_t, cublasOperation_t, cublasOperation_t, int, int, int, const void*,
                            const void*, cudaDataType, int, const void*, cudaDataType, int, const void*, void*,
                            cudaDataType, int, cublasComputeType_t, cublasGemmAlgo_t);
static_assert(sizeof(static_cast<Gemm*>(&::cublasGemmEx)) != 0);

struct Api {
    decltype(::cublasCreate_v2)* create;
    decltype(::cublasSetStream_v2)* set_stream;
    decltype(::cublasSetWorkspace_v2)* set_workspace;
    decltype(::cublasGetStatusString)* status_string;
    Gemm* gemm;
    Api()
    {
        const SharedLibrary library("libcublas.so." GWSD_TEXT(CUBLAS_VER_MAJOR), GWSD_CUBLAS_LIBRARY);
        library.find(create, "cublasCreate_v2");
        library.find(set_stream, "cublasSetStream_v2");
        library.find(set_workspace, "cublasSetWorkspace_v2");
        library.find(status_string, "cublasGetStatusString");
        library.find(gemm, "cublasGemmEx");
    }
};

const Api& api()
{
    static const Api functions;
    return functions;
}

void check(cublasStatus_t status, const char* operation)
{
    if (status == CUBLAS_STATUS_SUCCESS) return;
    fail(status == CUBLAS_STATUS_ALLOC_FAILED      ? Failure::out_of_memory
         : status == CUBLAS_STATUS_NOT_INITIALIZED ? Failure::no_device
                                                   : Failure::other,
         operation, "cuBLAS", api().status_string(status));
}

/// One handle on the stream of all kernels, with memory of its own, so that the same call takes the same algorithm.
/// Never destroyed, as the stream.
cublasHandle_t handle()
{
    static const cublasHandle_t made = [] {
        constexpr std::size_t workspace_bytes = std::size_t{32} << 20; // what NVIDIA advises for sm_90
        const cudaStream_t stream = cuda::stream();
        cublasHandle_t h = nullptr;
        check(api().create(&h), "cublasCreate");
        check(api().set_stream(h, stream), "cublasSetStream");
        static const auto& workspace = *new std::shared_ptr<void>(allocate_on_cuda(workspace_bytes));
        check(api().set_workspace(h, workspace.get(), workspace_bytes), "cublasSetWorkspace");
        return h;
    }();
    return made;
}

/// C [m, n] += op(A) [m, k] op(B) [k, n], columns first; ld is the length of a stored column.
struct Product {
    const char* operation;
    cublasOperation_t op_a, op_b;
    Index m, n, k, lda, ldb;
};

cublasComputeType_t arithmetic(Format format)
{
    return format == Format::tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;
}

void run(const Product& p, Precision precision, Index a_count, const float* a, Index b_count, const float* b,
         Conv2dInto<float> into, float* c)
{
    static std::mutex one_at_a_time; // a handle serves one thread
    const std::lock_guard lock(one_at_a_time);
    const cublasHandle_t h = handle();
    const Format format = format_in(precision);
    const cudaDataType type = format == Format::bf16 ? CUDA_R_16BF : CUDA_R_32F;
    if (into.bias) spread_bias(p.n, p.m, into.bias, c), into = {};
    const auto size = [](Index i) { return static_cast<int>(i); };
    multiply_in(
        precision, a_count, a, b_count, b, into, [&](const void* left, const void* right, Conv2dInto<float> how) {
            const float one = 1, beta = how.add ? 1.0F : 0.0F;
            check(
                api().gemm(h, p.op_a, p.op_b, size(p.m), size(p.n), size(p.k), &one, left, type, size(p.lda), right,
                           type, size(p.ldb), &beta, c, CUDA_R_32F, size(p.m), arithmetic(format), CUBLAS_GEMM_DEFAULT),
                p.operation);
        });
}

Index pixels(const TensorView<const float, 4>& x) { return x.extent(0) * x.extent(1) * x.extent(2); }

/// A product of matrices, with sizes that cuBLAS can count.
bool serves(TensorView<const float, 4> large, Index rows, Index cols, Conv2dOptions o)
{
    return rows == 1 && cols == 1 && o.stride == 1 && o.padding == 0 && large.elements() > 0 &&
           pixels(large) <= std::numeric_limits<int>::max();
}

bool forward(TensorView<const float, 4> x, TensorView<const float, 4> w, Conv2dOptions o, Conv2dInto<float> into,
             TensorView<float, 4> y)
{
    if (!serves(x, w.extent(1), w.extent(2), o)) return false;
    const Index in = x.extent(3), out = y.extent(3);
    run({"conv2d by cuBLAS", CUBLAS_OP_T, CUBLAS_OP_N, out, pixels(x), in, in, in}, o.precision, w.elements(), w.data,
        x.elements(), x.data, into, y.data);
    return true;
}

bool backward_input(TensorView<const float, 4> grad_y, TensorView<const float, 4> w, Conv2dOptions o,
                    Conv2dInto<float> into, TensorView<float, 4> grad_x)
{
    if (!serves(grad_y, w.extent(1), w.extent(2), o)) return false;
    const Index in = grad_x.extent(3), out = grad_y.extent(3);
    run({"conv2d by cuBLAS, backward to input", CUBLAS_OP_N, CUBLAS_OP_N, in, pixels(grad_y), out, in, out},
        o.precision, w.elements(), w.data, grad_y.elements(), grad_y.data, into, grad_x.data);
    return true;
}

bool backward_weight(TensorView<const float, 4> x, TensorView<const float, 4> grad_y, Conv2dOptions o,
                     TensorView<float, 4> grad_w)
{
    if (!serves(x, grad_w.extent(1), grad_w.extent(2), o)) return false;
    const Index in = x.extent(3), out = grad_y.extent(3);
    run({"conv2d by cuBLAS, backward to weight", CUBLAS_OP_N, CUBLAS_OP_T, in, out, pixels(x), in, out}, o.precision,
        x.elements(), x.data, grad_y.elements(), grad_y.data, {}, grad_w.data);
    return true;
}

} // namespace

const CudaConvLibrary* convolutions()
{
    static const CudaConvLibrary library{"cublas", forward, backward_input, backward_weight};
    api();
    return &library;
}

} // namespace gwsd::kernels::cublas
