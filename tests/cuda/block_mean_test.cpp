#include "gwsd/ops/block_mean.hpp"
#include "cuda/adjoint.hpp"
#include "cuda/support.hpp"
#include "gwsd/ops/pointwise.hpp"

using namespace gwsd;
using test::check_devices_agree;
using test::random_tensor;

namespace {

/// Positive weights, 0 for every third cell and for the first three rows and columns.
Tensor<double> gappy_weight(const Shape& shape)
{
    auto weight = test::positive_tensor(shape, 9);
    for (Index i = 0; i < weight.elements(); ++i) {
        const Index row = i / shape[2] % shape[1], col = i % shape[2];
        if (i % 3 == 0 || (row < 3 && col < 3)) weight.data()[i] = 0;
    }
    return weight;
}

struct BlockCase {
    Shape shape;
    ops::BlockOptions block;
};
const std::vector<BlockCase> cases{{{1, 3, 3}, {3, 3}},     {{3, 9, 11}, {4, 4}},    {{1, 12, 300}, {3, 3}},
                                   {{2, 33, 70}, {32, 32}}, {{2, 5, 6}, {8, 9}},     {{1, 70, 45}, {33, 40}},
                                   {{3, 37, 41}, {37, 41}}, {{1, 7, 259}, {1, 130}}, {{1, 65, 5}, {50, 2}}};

/// The mean of every block, of a field that is NaN where the weight is 0.
auto mean_of(const Tensor<double>& weight, ops::BlockOptions block)
{
    return [=]<class T, class Device>(const std::vector<Variable<T, Device>>& v) {
        return ops::block_mean(v[0], copy_to<Device>(test::convert_to<T>(weight)), block);
    };
}

} // namespace

TEST_CASE("block means are the same on both devices and do not look at cells of weight 0")
{
    GWSD_NEEDS_CUDA
    for (const auto& [shape, block] : cases) {
        INFO(to_string(shape) << " blocks of " << block.rows << " x " << block.cols);
        const auto weight = gappy_weight(shape);
        test::check_adjoint(mean_of(weight, block), {random_tensor<double>(shape, 1)});
        auto x = random_tensor<double>(shape, 1);
        for (Index i = 0; i < x.elements(); ++i)
            if (weight.data()[i] == 0) x.data()[i] = std::nan("");
        check_devices_agree(mean_of(weight, block), {x});
    }
}

TEST_CASE("weighted means of whole fields are the same on both devices")
{
    GWSD_NEEDS_CUDA
    for (const Shape& shape : {Shape{1, 1, 1}, Shape{3, 5, 67}, Shape{2, 40, 33}}) {
        const auto weight = test::positive_tensor(shape, 2);
        check_devices_agree(
            [&]<class T, class Device>(const std::vector<Variable<T, Device>>& v) {
                return ops::weighted_mean(v[0], copy_to<Device>(test::convert_to<T>(weight)));
            },
            {random_tensor<double>(shape, 1)});
    }
}

TEST_CASE("the gradient of block means adds to what is there and has the same bits every time on the device")
{
    GWSD_NEEDS_CUDA
    const Shape shape{2, 13, 17};
    const auto mean = mean_of(gappy_weight(shape), {4, 5});
    const auto operation = [&]<class V>(const std::vector<V>& v) {
        // The backward pass runs from the end: the input has a gradient when the first operation adds its own.
        const V first = mean(v);
        return ops::add(first, mean(std::vector<V>{ops::add(v[0], v[0])}));
    };
    const std::vector<Tensor<double>> x{random_tensor<double>(shape, 1)};
    check_devices_agree(operation, x);
    const auto first = test::outcome<float, Cuda>(operation, x), second = test::outcome<float, Cuda>(operation, x);
    for (std::size_t i = 0; i < first.size(); ++i) CHECK(first[i].to_vector() == second[i].to_vector());
}
