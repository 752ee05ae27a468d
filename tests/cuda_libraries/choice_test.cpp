// Which library computes convolutions on the device is chosen by name; what is missing is said.

#include "gwsd/core/error.hpp"
#include "gwsd/kernels/conv2d_cuda_library.hpp"
#include "support/catch.hpp"

using namespace gwsd;

TEST_CASE("gwsd computes convolutions on the device until a library is chosen")
{
    CHECK(kernels::cuda_convolution() == nullptr);
    kernels::set_cuda_convolution("gwsd");
    CHECK(kernels::cuda_convolution() == nullptr);
}

TEST_CASE("a name that is no library of convolutions is refused with the three that are")
{
    CHECK_THROWS_AS(kernels::set_cuda_convolution("onednn"), ConfigError);
    try {
        kernels::set_cuda_convolution("CUDNN");
    } catch (const ConfigError& error) {
        CHECK(std::string(error.what()) == "cuda.convolution: expects gwsd, cudnn or cublas, got 'CUDNN'");
    }
    CHECK(kernels::cuda_convolution() == nullptr);
}

namespace {

/// A library that was built in loads and has every function that gwsd calls; another is said to be absent.
void check_library(const std::string& name, bool built)
{
    if (built) {
        kernels::set_cuda_convolution(name);
        REQUIRE(kernels::cuda_convolution() != nullptr);
        CHECK(kernels::cuda_convolution()->name == name);
    } else {
        CHECK_THROWS_AS(kernels::set_cuda_convolution(name), DeviceUnavailable);
    }
    kernels::set_cuda_convolution("gwsd");
}

#ifdef GWSD_HAVE_CUDNN
constexpr bool has_cudnn = true;
#else
constexpr bool has_cudnn = false;
#endif
#ifdef GWSD_HAVE_CUBLAS
constexpr bool has_cublas = true;
#else
constexpr bool has_cublas = false;
#endif

} // namespace

TEST_CASE("cuDNN loads with every function that is called") { check_library("cudnn", has_cudnn); }
TEST_CASE("cuBLAS loads with every function that is called") { check_library("cublas", has_cublas); }
