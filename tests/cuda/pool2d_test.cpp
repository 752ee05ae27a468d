#include "gwsd/ops/pool2d.hpp"
#include "cuda/adjoint.hpp"
#include "cuda/support.hpp"
#include "gwsd/ops/pointwise.hpp"

using namespace gwsd;
using test::check_devices_agree;
using test::random_tensor;

namespace {

/// A window of its own size, apart, leaving out a rest, overlapping, with gaps, of one pixel.
const std::vector<ops::Pool2dOptions> windows{{2, 2}, {3, 3}, {3, 1}, {3, 2}, {2, 3}, {1, 1}};
const std::vector<Shape> shapes{{1, 3, 3, 1}, {3, 7, 11, 12}, {1, 9, 4, 259}, {2, 5, 37, 10}};

} // namespace

TEST_CASE("pooling is the same on both devices for windows apart and overlapping")
{
    GWSD_NEEDS_CUDA
    for (const Shape& shape : shapes)
        for (const auto& o : windows) {
            INFO(to_string(shape) << " windows of " << o.size << " every " << o.stride);
            const std::vector<Tensor<double>> x{random_tensor<double>(shape, 1)};
            check_devices_agree([o](const auto& v) { return ops::max_pool2d(v[0], o); }, x);
            check_devices_agree([o](const auto& v) { return ops::average_pool2d(v[0], o); }, x);
            test::check_adjoint([o](const auto& v) { return ops::average_pool2d(v[0], o); }, x);
        }
}

TEST_CASE("the first of equal values takes the gradient of a largest value on the device")
{
    GWSD_NEEDS_CUDA
    auto x = random_tensor<double>({2, 8, 9, 5}, 1);
    for (Index i = 0; i < x.elements(); ++i) x.data()[i] = std::round(x.data()[i]); // many are equal
    for (const auto& o : windows) check_devices_agree([o](const auto& v) { return ops::max_pool2d(v[0], o); }, {x});
}

TEST_CASE("gradients of pooling add to what is there and their bits do not change from run to run")
{
    GWSD_NEEDS_CUDA
    const auto operation = []<class V>(const std::vector<V>& v) {
        // The backward pass runs from the end: the input has a gradient when the first operation adds its own.
        const V largest = ops::max_pool2d(v[0], {3, 2}), mean = ops::average_pool2d(v[0], {3, 2});
        return ops::add(ops::add(largest, mean), ops::average_pool2d(ops::add(v[0], v[0]), {3, 2}));
    };
    const std::vector<Tensor<double>> x{random_tensor<double>({2, 7, 9, 6}, 1)};
    check_devices_agree(operation, x);
    const auto first = test::outcome<float, Cuda>(operation, x), second = test::outcome<float, Cuda>(operation, x);
    for (std::size_t i = 0; i < first.size(); ++i) CHECK(first[i].to_vector() == second[i].to_vector());
}
