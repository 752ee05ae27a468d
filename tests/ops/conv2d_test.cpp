#include "gwsd/ops/conv2d.hpp"

#include "gwsd/ops/conv_transpose2d.hpp"
#include "ops/constant.hpp"
#include "support/gradcheck.hpp"

using namespace gwsd;
using test::check_gradients;
using test::constant;
using test::random_tensor;

namespace {

using V = Variable<double>;

/// The definition, written out.
Tensor<double> by_definition(const Tensor<double>& x, const Tensor<double>& w, const Tensor<double>& bias,
                             kernels::Conv2dOptions o)
{
    const Index rows = (x.extent(1) + 2 * o.padding - w.extent(1)) / o.stride + 1,
                cols = (x.extent(2) + 2 * o.padding - w.extent(2)) / o.stride + 1;
    auto y = Tensor<double>::zeros({x.extent(0), rows, cols, w.extent(0)});
    const auto in = x.view<4>(), weight = w.view<4>(), out = y.view<4>();
    for (Index b = 0; b < x.extent(0); ++b)
        for (Index r = 0; r < rows; ++r)
            for (Index c = 0; c < cols; ++c)
                for (Index n = 0; n < w.extent(0); ++n) {
                    double sum = bias.data()[n];
                    for (Index i = 0; i < w.extent(1); ++i)
                        for (Index j = 0; j < w.extent(2); ++j)
                            for (Index k = 0; k < w.extent(3); ++k) {
                                const Index row = r * o.stride - o.padding + i, col = c * o.stride - o.padding + j;
                                if (row >= 0 && row < x.extent(1) && col >= 0 && col < x.extent(2))
                                    sum += weight(n, i, j, k) * in(b, row, col, k);
                            }
                    out(b, r, c, n) = sum;
                }
    return y;
}

} // namespace

TEST_CASE("a convolution worked by hand")
{
    const V x = constant({1, 2, 2, 1}, {1, 2, 3, 4}), w = constant({1, 3, 3, 1}, {0, 1, 0, 1, 1, 1, 0, 1, 0}),
            b = constant({1}, {10});
    CHECK(ops::conv2d(x, w, b).value().to_vector() == std::vector<double>{16, 17, 18, 19});
}

TEST_CASE("a convolution equals its definition for odd shapes, strides, paddings, and images smaller than the kernel")
{
    struct Case {
        Shape x, w;
        kernels::Conv2dOptions o;
    };
    for (const auto& c : {Case{{1, 1, 1, 3}, {2, 3, 3, 3}, {1, 1}}, Case{{3, 7, 5, 6}, {17, 3, 3, 6}, {1, 1}},
                          Case{{1, 2, 9, 1}, {1, 5, 5, 1}, {1, 2}}, Case{{2, 8, 7, 5}, {9, 3, 2, 5}, {2, 1}},
                          Case{{1, 6, 6, 4}, {8, 1, 1, 4}, {1, 0}}, Case{{1, 5, 5, 2}, {3, 2, 2, 2}, {3, 0}}}) {
        const auto x = random_tensor<double>(c.x, 1), w = random_tensor<double>(c.w, 2),
                   b = random_tensor<double>({c.w[0]}, 3);
        const auto y = ops::conv2d(V(x), V(w), V(b), c.o).value(), expected = by_definition(x, w, b, c.o);
        REQUIRE(y.shape() == expected.shape());
        for (Index i = 0; i < y.elements(); ++i) CHECK(std::abs(y.data()[i] - expected.data()[i]) < 1e-12);
    }
}

TEST_CASE("gradients of convolutions, several sources included")
{
    check_gradients([](const auto& v) { return ops::conv2d(v[0], v[1], v[2]); },
                    {random_tensor<double>({2, 5, 4, 3}, 1), random_tensor<double>({7, 3, 3, 3}, 2),
                     random_tensor<double>({7}, 3)});
    check_gradients([](const auto& v) { return ops::conv2d(v[0], v[1], v[2], {.stride = 2, .padding = 0}); },
                    {random_tensor<double>({1, 7, 6, 2}, 1), random_tensor<double>({3, 2, 3, 2}, 2),
                     random_tensor<double>({3}, 3)});
    check_gradients(
        [](const auto& v) {
            return ops::conv2d(std::vector{v[0], v[1]}, std::vector{v[2], v[3]}, v[4]);
        },
        {random_tensor<double>({1, 3, 3, 2}, 1), random_tensor<double>({1, 3, 3, 4}, 2),
         random_tensor<double>({5, 3, 3, 2}, 3), random_tensor<double>({5, 3, 3, 4}, 4),
         random_tensor<double>({5}, 5)});
}

TEST_CASE("two sources give what their joined channels give")
{
    const auto a = random_tensor<double>({1, 4, 3, 2}, 1), b = random_tensor<double>({1, 4, 3, 1}, 2),
               w = random_tensor<double>({2, 3, 3, 3}, 3);
    auto wa = Tensor<double>::empty({2, 3, 3, 2}), wb = Tensor<double>::empty({2, 3, 3, 1}),
         x = Tensor<double>::empty({1, 4, 3, 3});
    for (Index i = 0; i < 18; ++i)
        wa.data()[2 * i] = w.data()[3 * i], wa.data()[2 * i + 1] = w.data()[3 * i + 1],
                      wb.data()[i] = w.data()[3 * i + 2];
    for (Index i = 0; i < 12; ++i)
        x.data()[3 * i] = a.data()[2 * i], x.data()[3 * i + 1] = a.data()[2 * i + 1], x.data()[3 * i + 2] = b.data()[i];
    const auto joined = ops::conv2d(V(x), V(w), V()).value(),
               split = ops::conv2d<double, Cpu>({V(a), V(b)}, {V(wa), V(wb)}, V()).value();
    for (Index i = 0; i < joined.elements(); ++i) CHECK(std::abs(joined.data()[i] - split.data()[i]) < 1e-13);
}

TEST_CASE("a transposed convolution is the adjoint of the convolution, and its gradients hold")
{
    const auto x = random_tensor<double>({2, 6, 8, 3}, 1), w = random_tensor<double>({4, 2, 2, 3}, 2),
               y = random_tensor<double>({2, 3, 4, 4}, 3);
    const auto forward = ops::conv2d(V(x), V(w), V(), {.stride = 2, .padding = 0}).value();
    const auto back = ops::conv_transpose2d(V(y), V(w), V()).value();
    double left = 0, right = 0;
    for (Index i = 0; i < y.elements(); ++i) left += forward.data()[i] * y.data()[i];
    for (Index i = 0; i < x.elements(); ++i) right += x.data()[i] * back.data()[i];
    CHECK(std::abs(left - right) < 1e-10 * std::abs(left));
    check_gradients([](const auto& v) { return ops::conv_transpose2d(v[0], v[1], v[2]); },
                    {random_tensor<double>({1, 3, 2, 4}, 1), random_tensor<double>({4, 2, 2, 3}, 2),
                     random_tensor<double>({3}, 3)});
    check_gradients([](const auto& v) { return ops::conv_transpose2d(v[0], v[1], v[2], {.stride = 3, .padding = 1}); },
                    {random_tensor<double>({2, 2, 3, 2}, 1), random_tensor<double>({2, 4, 3, 2}, 2),
                     random_tensor<double>({2}, 3)});
    CHECK(ops::conv_transpose2d(constant({1, 1, 2, 1}, {1, 10}), constant({1, 2, 2, 1}, {1, 2, 3, 4}), V())
              .value()
              .to_vector() == std::vector<double>{1, 2, 10, 20, 3, 4, 30, 40});
}

TEST_CASE("shapes that do not fit are named")
{
    const V x(Tensor<double>::zeros({8, 16, 16, 48})), w(Tensor<double>::zeros({64, 3, 3, 32})), none;
    CHECK_THROWS_WITH(ops::conv2d(x, w, none),
                      "conv2d: weight [64, 3, 3, 32] expects 32 input channels, but input [8, 16, 16, 48] has 48");
    CHECK_THROWS_WITH(
        ops::conv_transpose2d(x, w, none),
        "conv_transpose2d: weight [64, 3, 3, 32] expects 64 input channels, but input [8, 16, 16, 48] has 48");
    CHECK_THROWS_WITH(ops::conv2d(V(Tensor<double>::zeros({1, 2, 2, 1})), V(Tensor<double>::zeros({1, 5, 5, 1})), none,
                                  {.stride = 1, .padding = 1}),
                      "conv2d: kernel of weight [1, 5, 5, 1] is larger than input [1, 2, 2, 1] with padding 1");
    CHECK_THROWS_WITH(ops::conv2d(V(Tensor<double>::zeros({1, 4, 4, 1})), V(Tensor<double>::zeros({2, 3, 3, 1})),
                                  V(Tensor<double>::zeros({3}))),
                      "conv2d: weight [2, 3, 3, 1] expects bias [2], got [3]");
}
