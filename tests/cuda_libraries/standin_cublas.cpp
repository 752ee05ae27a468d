// A stand-in for cuBLAS: the functions that gwsd calls, as its headers declare them, computed on the host from the
// stand-in runtime's memory. It shows that gwsd asks for the right products, not what cuBLAS does.

#include <cublas_v2.h>

#include "device_values.hpp"

using gwsd::test::Reading;

namespace {

struct Context {
    cudaStream_t stream = nullptr;
    bool has_workspace = false;
};

Context& of(cublasHandle_t handle) { return *reinterpret_cast<Context*>(handle); }

} // namespace

extern "C" {

cublasStatus_t cublasCreate_v2(cublasHandle_t* handle)
{
    *handle = reinterpret_cast<cublasHandle_t>(new Context);
    return CUBLAS_STATUS_SUCCESS;
}

/// "cublasSetStream() unconditionally resets the workspace to the default one."
cublasStatus_t cublasSetStream_v2(cublasHandle_t handle, cudaStream_t stream)
{
    of(handle) = {stream, false};
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSetWorkspace_v2(cublasHandle_t handle, void* workspace, size_t)
{
    if (reinterpret_cast<std::uintptr_t>(workspace) % 256 != 0) return CUBLAS_STATUS_INVALID_VALUE;
    of(handle).has_workspace = true;
    return CUBLAS_STATUS_SUCCESS;
}

const char* cublasGetStatusString(cublasStatus_t) { return "refused by the stand-in"; }

/// C = alpha op(A) op(B) + beta C, columns first; beta = 0 does not read C.
cublasStatus_t cublasGemmEx(cublasHandle_t handle, cublasOperation_t op_a, cublasOperation_t op_b, int m, int n, int k,
                            const void* alpha, const void* a, cudaDataType a_type, int lda, const void* b,
                            cudaDataType b_type, int ldb, const void* beta, void* c, cudaDataType c_type, int ldc,
                            cublasComputeType_t compute, cublasGemmAlgo_t)
{
    const Context& context = of(handle);
    const bool a_plain = op_a == CUBLAS_OP_N, b_plain = op_b == CUBLAS_OP_N;
    if (m <= 0 || n <= 0 || k <= 0 || lda < (a_plain ? m : k) || ldb < (b_plain ? k : n) || ldc < m)
        return CUBLAS_STATUS_INVALID_VALUE;
    if (a_type != b_type || c_type != CUDA_R_32F || !context.has_workspace) return CUBLAS_STATUS_NOT_SUPPORTED;
    const Reading reading = a_type == CUDA_R_16BF                     ? Reading::bf16
                            : compute == CUBLAS_COMPUTE_32F_FAST_TF32 ? Reading::tf32
                                                                      : Reading::f32;
    const auto read = [&](const void* from, int ld, int rows, int cols, Reading as) {
        const std::size_t count = static_cast<std::size_t>(ld) * static_cast<std::size_t>(cols - 1);
        return gwsd::test::values_of(from, count + static_cast<std::size_t>(rows), as, context.stream);
    };
    const auto left = read(a, lda, a_plain ? m : k, a_plain ? k : m, reading);
    const auto right = read(b, ldb, b_plain ? k : n, b_plain ? n : k, reading);
    const float scale = *static_cast<const float*>(alpha), keep = *static_cast<const float*>(beta);
    auto result = keep == 0 ? std::vector<double>(static_cast<std::size_t>(ldc) * static_cast<std::size_t>(n), 0.0)
                            : read(c, ldc, m, n, Reading::f32);
    if (left.empty() || right.empty() || result.empty()) return CUBLAS_STATUS_EXECUTION_FAILED;
    const auto at = [](const std::vector<double>& x, int ld, bool plain, int row, int col) {
        return x[static_cast<std::size_t>(plain ? row + col * ld : col + row * ld)];
    };
    for (int col = 0; col < n; ++col)
        for (int row = 0; row < m; ++row) {
            double sum = 0;
            for (int i = 0; i < k; ++i) sum += at(left, lda, a_plain, row, i) * at(right, ldb, b_plain, i, col);
            double& to = result[static_cast<std::size_t>(row + col * ldc)];
            to = static_cast<double>(scale) * sum + (keep == 0 ? 0.0 : static_cast<double>(keep) * to);
        }
    return gwsd::test::write_values(result, c, context.stream) ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_EXECUTION_FAILED;
}
}
