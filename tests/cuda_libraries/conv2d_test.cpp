// Convolutions by the libraries against the CPU's in double precision. A machine where a library cannot start skips
// them visibly.

#include <iostream>

#include "cuda/support.hpp"
#include "gwsd/kernels/conv2d.hpp"
#include "gwsd/kernels/conv2d_cuda_library.hpp"
#include "gwsd/kernels/rounded.hpp"

using namespace gwsd;
using kernels::Conv2dOptions;
using kernels::Precision;
using test::random_tensor;

namespace {

struct Case {
    Index kernel, in, out, rows, cols, batch, stride, padding;
};

/// Calls that a library computed.
int served = 0;

/// x as a convolution of that precision reads it, in double.
Tensor<double> read_as(Precision precision, const Tensor<float>& x)
{
    const auto values = (precision == Precision::bf16 ? kernels::rounded_to_bf16(x.view<4>()) : x).to_vector();
    return Tensor<double>::from(x.shape(), {values.begin(), values.end()});
}

template <class T>
TensorView<const T, 4> constant(const Tensor<T>& t)
{
    return t.template view<4>();
}
TensorView<const float, 4> constant(const Tensor<float, Cuda>& t) { return t.view<4>(); }

/// Largest relative error that a precision allows, operands already rounded.
double tolerance(Precision precision) { return precision == Precision::f32_fast ? 1e-5 : 2e-6; }

void check_case(const kernels::CudaConvLibrary& library, const Case& c, Precision precision)
{
    INFO(library.name << ", " << to_string(precision) << ", kernel " << c.kernel << ", " << c.in << " to " << c.out
                      << " channels, " << c.batch << " x " << c.rows << " x " << c.cols << ", stride " << c.stride
                      << ", padding " << c.padding);
    const Conv2dOptions o{c.stride, c.padding, precision}, exact{c.stride, c.padding, Precision::f32};
    const auto x = random_tensor<float>({c.batch, c.rows, c.cols, c.in}, 1),
               w = random_tensor<float>({c.out, c.kernel, c.kernel, c.in}, 2), bias = random_tensor<float>({c.out}, 3),
               y = random_tensor<float>({c.batch, (c.rows + 2 * c.padding - c.kernel) / c.stride + 1,
                                         (c.cols + 2 * c.padding - c.kernel) / c.stride + 1, c.out},
                                        4);
    const auto xd = read_as(precision, x), wd = read_as(precision, w), yd = read_as(precision, y);
    const auto as_double = [](const Tensor<float>& t) { return read_as(Precision::f32, t); };
    const auto xc = copy_to<Cuda>(x), wc = copy_to<Cuda>(w), yc = copy_to<Cuda>(y), bc = copy_to<Cuda>(bias);
    for (const bool add : {true, false}) {
        const auto result = yc.clone();
        auto expected = as_double(y);
        const auto bias_double = as_double(bias.reshape({c.out, 1, 1, 1}));
        if (library.forward(constant(xc), constant(wc), o, {add, add ? nullptr : bc.data()}, result.view<4>())) {
            kernels::conv2d_forward<double>(Cpu{}, constant(xd), constant(wd), exact, expected.view<4>(),
                                            {add, add ? nullptr : bias_double.data()});
            CHECK(test::relative_difference(result, expected) < tolerance(precision));
            ++served;
        }
        const auto grad_x = xc.clone();
        auto grad_expected = as_double(x);
        if (library.backward_input(constant(yc), constant(wc), o, {.add = add}, grad_x.view<4>())) {
            kernels::conv2d_backward_input<double>(Cpu{}, constant(yd), constant(wd), exact, grad_expected.view<4>(),
                                                   {.add = add});
            CHECK(test::relative_difference(grad_x, grad_expected) < tolerance(precision));
            ++served;
        }
    }
    const auto grad_w = wc.clone(), again = wc.clone();
    auto expected = as_double(w);
    if (library.backward_weight(constant(xc), constant(yc), o, grad_w.view<4>())) {
        kernels::conv2d_backward_weight<double>(Cpu{}, constant(xd), constant(yd), exact, expected.view<4>());
        CHECK(test::relative_difference(grad_w, expected) < tolerance(precision));
        library.backward_weight(constant(xc), constant(yc), o, again.view<4>());
        CHECK(grad_w.to_vector() == again.to_vector());
        ++served;
    }
}

void check_library(const std::string& name, const std::vector<Case>& cases)
{
    try {
        kernels::set_cuda_convolution(name);
        const auto* library = kernels::cuda_convolution();
        kernels::set_cuda_convolution("gwsd");
        served = 0;
        for (const Precision precision : {Precision::f32, Precision::f32_fast, Precision::bf16})
            for (const Case& c : cases) check_case(*library, c, precision);
        CHECK(served > 0);
    } catch (const DeviceUnavailable& error) {
        std::cout << "SKIPPED: " << error.what() << std::endl;
    }
}

} // namespace

TEST_CASE("cuDNN's convolutions are the CPU's in every precision")
{
    GWSD_NEEDS_CUDA
    check_library("cudnn", {{3, 16, 8, 9, 11, 3, 1, 1},
                            {3, 6, 5, 7, 4, 1, 1, 1},
                            {3, 8, 8, 2, 2, 1, 1, 1},
                            {5, 8, 16, 9, 10, 2, 2, 2},
                            {2, 8, 16, 6, 8, 2, 2, 0},
                            {1, 8, 1, 5, 5, 2, 1, 0}});
}

TEST_CASE("cuBLAS' convolutions of one pixel are the CPU's in every precision")
{
    GWSD_NEEDS_CUDA
    check_library("cublas", {{1, 16, 8, 9, 11, 3, 1, 0}, {1, 6, 5, 7, 4, 1, 1, 0}, {1, 64, 1, 5, 5, 2, 1, 0}});
}

TEST_CASE("cuBLAS leaves to gwsd what is no product of matrices")
{
    GWSD_NEEDS_CUDA
    const auto* library = kernels::cublas::convolutions();
    if (!library) return;
    const auto x = Tensor<float, Cuda>::full({1, 4, 4, 2}, 1), w = Tensor<float, Cuda>::full({2, 3, 3, 2}, 1),
               w1 = Tensor<float, Cuda>::full({2, 1, 1, 2}, 1), y = Tensor<float, Cuda>::full({1, 4, 4, 2}, 7);
    CHECK_FALSE(library->forward(constant(x), constant(w), {}, {}, y.view<4>()));
    CHECK_FALSE(library->backward_input(constant(x), constant(w1), {.stride = 2, .padding = 0}, {}, y.view<4>()));
    CHECK_FALSE(library->backward_weight(constant(x), constant(y), {.padding = 1}, w1.view<4>()));
    CHECK(y.to_vector() == std::vector<float>(32, 7));
}
