#include "gwsd/ops/conv2d.hpp"

#include <tuple>

#include "conv2d_tiles.hpp"
#include "cuda/support.hpp"
#include "gwsd/ops/conv_transpose2d.hpp"

using namespace gwsd;
using kernels::ConvTile;
using kernels::Precision;
using test::check_devices_agree;
using test::random_tensor;

namespace {

constexpr Precision exact = Precision::f32;

struct Case {
    Index batch, rows, cols, in, out, kernel_rows, kernel_cols;
    ops::Conv2dOptions options;

    Shape x() const { return {batch, rows, cols, in}; }
    Shape w() const { return {out, kernel_rows, kernel_cols, in}; }
    Shape y() const { return ops::detail::conv2d_shape(x(), w(), options); }
};

/// Kernels of 1 to 5, strides of 1 to 3, paddings of 0 to 2; images smaller than the kernel; pixels of one block and of
/// several; channels with and without wide loads.
const std::vector<Case> cases{{1, 1, 1, 1, 1, 1, 1, {.stride = 1, .padding = 0, .precision = exact}},
                              {3, 5, 4, 64, 1, 1, 1, {.stride = 1, .padding = 0, .precision = exact}},
                              {1, 2, 1, 3, 5, 3, 3, {.stride = 1, .padding = 1, .precision = exact}},
                              {3, 7, 6, 6, 17, 3, 3, {.stride = 1, .padding = 1, .precision = exact}},
                              {1, 9, 8, 20, 24, 3, 3, {.stride = 1, .padding = 1, .precision = exact}},
                              {1, 17, 17, 4, 8, 3, 2, {.stride = 1, .padding = 0, .precision = exact}},
                              {3, 6, 8, 4, 68, 2, 2, {.stride = 2, .padding = 0, .precision = exact}},
                              {1, 8, 7, 17, 6, 3, 3, {.stride = 2, .padding = 1, .precision = exact}},
                              {1, 9, 11, 8, 20, 5, 5, {.stride = 3, .padding = 2, .precision = exact}},
                              {3, 4, 3, 1, 3, 5, 5, {.stride = 2, .padding = 2, .precision = exact}},
                              {1, 7, 5, 4, 4, 1, 1, {.stride = 3, .padding = 0, .precision = exact}},
                              {1, 3, 3, 8, 4, 2, 2, {.stride = 1, .padding = 2, .precision = exact}}};

template <class T, int Rank = 4, class Device>
TensorView<const T, Rank> view(const Tensor<T, Device>& tensor)
{
    return tensor.template view<Rank>();
}

double dot(const std::vector<double>& a, const std::vector<double>& b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
}

/// Forward, written over with a bias or added to what is there; both gradients, added; by tiles of one's own choice.
template <class T>
std::vector<std::vector<T>> by_tiles(const Case& c, ConvTile tile, kernels::WeightTiles weight_tiles, bool add)
{
    const auto x = copy_to<Cuda>(random_tensor<T>(c.x(), 1)), w = copy_to<Cuda>(random_tensor<T>(c.w(), 2));
    const auto grad_y = copy_to<Cuda>(random_tensor<T>(c.y(), 3)), bias = copy_to<Cuda>(random_tensor<T>({c.out}, 4));
    const auto y = copy_to<Cuda>(random_tensor<T>(c.y(), 5)), grad_x = copy_to<Cuda>(random_tensor<T>(c.x(), 6)),
               grad_w = copy_to<Cuda>(random_tensor<T>(c.w(), 7));
    kernels::conv2d_forward_with<T>(tile, view(x), view(w), c.options, y.template view<4>(),
                                    {.add = add, .bias = add ? nullptr : bias.data()});
    kernels::conv2d_backward_input_with<T>(tile, view(grad_y), view(w), c.options, grad_x.template view<4>(),
                                           {.add = add});
    kernels::conv2d_backward_weight_with<T>(weight_tiles, view(x), view(grad_y), c.options, grad_w.template view<4>());
    return {y.to_vector(), grad_x.to_vector(), grad_w.to_vector()};
}

/// The same on the CPU in double.
std::vector<std::vector<double>> on_cpu(const Case& c, bool add)
{
    const auto x = random_tensor<double>(c.x(), 1), w = random_tensor<double>(c.w(), 2),
               grad_y = random_tensor<double>(c.y(), 3), bias = random_tensor<double>({c.out}, 4),
               y = random_tensor<double>(c.y(), 5), grad_x = random_tensor<double>(c.x(), 6),
               grad_w = random_tensor<double>(c.w(), 7);
    kernels::conv2d_forward<double>(Cpu{}, view(x), view(w), c.options, y.view<4>(),
                                    {.add = add, .bias = add ? nullptr : bias.data()});
    kernels::conv2d_backward_input<double>(Cpu{}, view(grad_y), view(w), c.options, grad_x.view<4>(), {.add = add});
    kernels::conv2d_backward_weight<double>(Cpu{}, view(x), view(grad_y), c.options, grad_w.view<4>());
    return {y.to_vector(), grad_x.to_vector(), grad_w.to_vector()};
}

template <class T>
double relative(const std::vector<T>& a, const std::vector<double>& b)
{
    double difference = 0, size = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        difference += std::pow(static_cast<double>(a[i]) - b[i], 2), size += std::pow(b[i], 2);
    return std::sqrt(difference / (size + 1e-300));
}

} // namespace

TEST_CASE("convolutions with a bias are the same on both devices")
{
    GWSD_NEEDS_CUDA
    for (const Case& c : cases) {
        INFO(to_string(c.x()) << " " << to_string(c.w()) << " stride " << c.options.stride);
        check_devices_agree(
            [&](const auto& v) { return ops::conv2d(v[0], v[1], v[2], c.options); },
            {random_tensor<double>(c.x(), 1), random_tensor<double>(c.w(), 2, 0.3), random_tensor<double>({c.out}, 3)});
    }
}

TEST_CASE("convolutions of two sources without a bias are the same on both devices")
{
    GWSD_NEEDS_CUDA
    for (const Index in : {1, 8})
        check_devices_agree(
            []<class V>(const std::vector<V>& v) {
                return ops::conv2d(std::vector<V>{v[0], v[1]}, std::vector<V>{v[2], v[3]}, V{},
                                   {.stride = 1, .padding = 1, .precision = exact});
            },
            {random_tensor<double>({3, 6, 5, in}, 1), random_tensor<double>({3, 6, 5, 12}, 2),
             random_tensor<double>({20, 3, 3, in}, 3), random_tensor<double>({20, 3, 3, 12}, 4)});
}

TEST_CASE("transposed convolutions are the same on both devices")
{
    GWSD_NEEDS_CUDA
    const std::vector<Case> transposed{{3, 5, 3, 20, 12, 2, 2, {.stride = 2, .padding = 0, .precision = exact}},
                                       {1, 4, 6, 5, 3, 2, 2, {.stride = 2, .padding = 0, .precision = exact}},
                                       {1, 5, 4, 8, 17, 3, 3, {.stride = 2, .padding = 1, .precision = exact}},
                                       {1, 3, 4, 4, 20, 1, 1, {.stride = 2, .padding = 0, .precision = exact}}};
    for (const Case& c : transposed) {
        INFO(to_string(c.x()) << " kernel " << c.kernel_rows);
        check_devices_agree(
            [&](const auto& v) { return ops::conv_transpose2d(v[0], v[1], v[2], c.options); },
            {random_tensor<double>(c.x(), 1), random_tensor<double>({c.in, c.kernel_rows, c.kernel_cols, c.out}, 2),
             random_tensor<double>({c.out}, 3)});
    }
}

TEST_CASE("convolutions by large and medium tiles agree with the CPU")
{
    GWSD_NEEDS_CUDA
    const Case many_out{1, 11, 13, 20, 132, 3, 1, {.stride = 1, .padding = 1, .precision = exact}},
        many_in{3, 6, 5, 132, 20, 2, 2, {.stride = 2, .padding = 1, .precision = exact}};
    for (const Case& c : {many_out, many_in})
        for (const auto& [tile, splits, add] :
             {std::tuple{ConvTile::large, 3, false}, {ConvTile::large, 1, true}, {ConvTile::medium, 2, false}}) {
            INFO(to_string(c.x()) << " " << to_string(c.w()) << " splits " << splits << " add " << add);
            const auto expected = on_cpu(c, add);
            const auto single = by_tiles<float>(c, tile, {tile, splits}, add);
            for (std::size_t n = 0; n < expected.size(); ++n) CHECK(relative(single[n], expected[n]) < 2e-6);
        }
}

TEST_CASE("convolutions by small and narrow tiles agree with the CPU")
{
    GWSD_NEEDS_CUDA
    const Case wide_loads{1, 11, 13, 12, 20, 3, 1, {.stride = 1, .padding = 1, .precision = exact}},
        single_loads{3, 7, 9, 7, 67, 3, 3, {.stride = 2, .padding = 1, .precision = exact}};
    for (const Case& c : {wide_loads, single_loads})
        for (const auto& [tile, splits, add] :
             {std::tuple{ConvTile::small, 3, false}, {ConvTile::small, 1, true}, {ConvTile::narrow, 2, true}}) {
            INFO(to_string(c.x()) << " " << to_string(c.w()) << " splits " << splits << " add " << add);
            const auto expected = on_cpu(c, add);
            const auto single = by_tiles<float>(c, tile, {tile, splits}, add);
            const auto wide = by_tiles<double>(c, tile, {tile, splits}, add);
            for (std::size_t n = 0; n < expected.size(); ++n) {
                CHECK(relative(single[n], expected[n]) < 2e-6);
                CHECK(relative(wide[n], expected[n]) < 1e-13);
            }
        }
}

TEST_CASE("tiles of convolutions are chosen by shape")
{
    using kernels::choose_tile;
    CHECK(choose_tile(131072, 256) == ConvTile::large);
    CHECK(choose_tile(131072, 64) == ConvTile::medium);
    CHECK(choose_tile(2048, 256) == ConvTile::small);
    CHECK(choose_tile(131072, 1) == ConvTile::narrow);
    const auto weight = kernels::choose_weight_tiles(131072, 64, 576);
    CHECK(weight.tile == ConvTile::medium);
    CHECK(weight.splits == 103);
    CHECK(kernels::choose_weight_tiles(131072, 256, 576).tile == ConvTile::large);
    CHECK(kernels::choose_weight_tiles(300, 1, 64).splits == 2);
    CHECK(kernels::choose_weight_tiles(1, 512, 4608).splits == 1);
}

TEST_CASE("gradients of convolutions are adjoint to them on the device")
{
    GWSD_NEEDS_CUDA
    for (const Case& c : cases) {
        INFO(to_string(c.x()) << " " << to_string(c.w()) << " stride " << c.options.stride);
        const auto x = copy_to<Cuda>(random_tensor<double>(c.x(), 1)),
                   w = copy_to<Cuda>(random_tensor<double>(c.w(), 2)),
                   v = copy_to<Cuda>(random_tensor<double>(c.y(), 3));
        const auto y = Tensor<double, Cuda>::empty(c.y()), grad_x = Tensor<double, Cuda>::empty(c.x()),
                   grad_w = Tensor<double, Cuda>::zeros(c.w());
        kernels::conv2d_forward<double>(Cuda{}, view(x), view(w), c.options, y.view<4>(), {.add = false});
        kernels::conv2d_backward_input<double>(Cuda{}, view(v), view(w), c.options, grad_x.view<4>(), {.add = false});
        kernels::conv2d_backward_weight<double>(Cuda{}, view(x), view(v), c.options, grad_w.view<4>());
        const double product = dot(y.to_vector(), v.to_vector());
        CHECK(dot(x.to_vector(), grad_x.to_vector()) == Approx(product).epsilon(1e-11).margin(1e-11));
        CHECK(dot(w.to_vector(), grad_w.to_vector()) == Approx(product).epsilon(1e-11).margin(1e-11));
    }
}

TEST_CASE("convolutions read slices that do not suit wide loads")
{
    GWSD_NEEDS_CUDA
    // Rows of 12 values start anywhere: the second image of x, and weights one value into their memory.
    const Case c{1, 3, 1, 4, 8, 1, 1, {.stride = 1, .padding = 0, .precision = exact}};
    const auto x = copy_to<Cuda>(random_tensor<float>({13}, 1)), w = copy_to<Cuda>(random_tensor<float>({33}, 2)),
               y = Tensor<float, Cuda>::zeros({25});
    kernels::conv2d_forward<float>(Cuda{}, view(x.slice(1, 13).reshape(c.x())), view(w.slice(1, 33).reshape(c.w())),
                                   c.options, y.slice(1, 25).reshape(c.y()).view<4>(), {.add = false});
    const auto xs = x.to_vector(), ws = w.to_vector(), ys = y.to_vector();
    for (std::size_t p = 0; p < 3; ++p)
        for (std::size_t o = 0; o < 8; ++o) {
            double sum = 0;
            for (std::size_t k = 0; k < 4; ++k) sum += static_cast<double>(xs[1 + p * 4 + k]) * ws[1 + o * 4 + k];
            CHECK(ys[1 + p * 8 + o] == Approx(sum).epsilon(1e-5).margin(1e-6));
        }
    CHECK(ys[0] == 0);
}

TEST_CASE("convolutions on the device give the same bits again")
{
    GWSD_NEEDS_CUDA
    const Case c{3, 10, 9, 12, 20, 3, 3, {.stride = 1, .padding = 1, .precision = exact}};
    CHECK(by_tiles<float>(c, ConvTile::small, {ConvTile::small, 4}, false) ==
          by_tiles<float>(c, ConvTile::small, {ConvTile::small, 4}, false));
}

TEST_CASE("gradients of biases are the same on both devices")
{
    GWSD_NEEDS_CUDA
    for (const Shape& shape : {Shape{1, 1}, Shape{5, 17}, Shape{1537, 3}, Shape{2100, 1}, Shape{700, 300}}) {
        INFO(to_string(shape));
        const auto grad = random_tensor<double>(shape, 1), start = random_tensor<double>({shape[1]}, 2);
        const auto expected = start.clone();
        kernels::bias_backward<double>(Cpu{}, view<double, 2>(grad), expected.view<1>());
        const auto run = [&]<class T>(T) {
            const auto sum = copy_to<Cuda>(test::convert_to<T>(start));
            kernels::bias_backward<T>(Cuda{}, view<T, 2>(copy_to<Cuda>(test::convert_to<T>(grad))),
                                      sum.template view<1>());
            return sum.to_vector();
        };
        CHECK(relative(run(1.0), expected.to_vector()) < 1e-13);
        CHECK(relative(run(1.0F), expected.to_vector()) < 2e-6);
        CHECK(run(1.0F) == run(1.0F));
    }
}
