#include "gwsd/ops/block_mean.hpp"

#include <limits>

#include "support/gradcheck.hpp"

using namespace gwsd;
using test::check_gradients;
using test::positive_tensor;
using test::random_tensor;

namespace {

using V = Variable<double>;

} // namespace

TEST_CASE("block means worked by hand: weighted, cut by the edge, without cells of weight zero")
{
    const V x(Tensor<double>::from({1, 3, 3}, {1, 3, 10, 5, std::nan(""), 20, 7, 9, 30}));
    const auto weight = Tensor<double>::from({1, 3, 3}, {1, 3, 1, 4, 0, 3, 1, 1, 0});
    const auto y = ops::block_mean(x, weight, {.rows = 2, .cols = 2});
    CHECK(y.shape() == Shape{1, 2, 2});
    CHECK(y.value().to_vector() == std::vector<double>{(1 + 9 + 20) / 8.0, (10 + 60) / 4.0, 8.0, 0.0});
    const auto all = ops::weighted_mean(x, weight);
    CHECK(all.shape() == Shape{1});
    CHECK(all.value().data()[0] == Approx((1 + 9 + 10 + 20 + 60 + 7 + 9) / 14.0));
}

TEST_CASE("gradients of block means, for blocks that nest, that do not, of one cell and larger than the field")
{
    const auto x = random_tensor<double>({2, 5, 7}, 1);
    auto weight = positive_tensor({2, 5, 7}, 2);
    for (const Index cell : {0, 1, 7, 8, 40, 69}) weight.data()[cell] = 0; // one block of 2 x 2 has no weight
    for (const ops::BlockOptions o : {ops::BlockOptions{2, 2}, {5, 7}, {1, 1}, {8, 3}})
        check_gradients([&](const auto& v) { return ops::block_mean(v[0], weight, o); }, {x});
    check_gradients([&](const auto& v) { return ops::weighted_mean(v[0], weight); }, {x});
    check_gradients(
        [&](const auto& v) {
            return ops::block_mean(v[0], positive_tensor({3, 1, 1}, 3), {4, 4});
        },
        {random_tensor<double>({3, 1, 1}, 4)});
}

TEST_CASE("a masked cell takes no gradient")
{
    const auto weight = Tensor<double>::from({1, 1, 4}, {1, 0, 2, 1});
    Tape tape;
    const V x(Tensor<double>::from({1, 1, 4}, {1, 2, 3, 4}), true);
    const auto y = ops::block_mean(x, weight, {.rows = 1, .cols = 2});
    y.gradient()->sum() = Tensor<double>::from({1, 1, 2}, {1, 3});
    tape.run_backward();
    CHECK(x.gradient()->sum().to_vector() == std::vector<double>{1, 0, 2, 1});
}

TEST_CASE("block means have the same bits for any number of threads")
{
    const auto x = random_tensor<float>({3, 61, 47}, 1), weight = Tensor<float>::full({3, 61, 47}, 0.7F);
    std::vector<std::vector<float>> results;
    for (const int threads : {1, 3}) {
        set_threads(threads);
        results.push_back(ops::block_mean(Variable<float>(x), weight, {.rows = 4, .cols = 8}).value().to_vector());
    }
    set_threads(default_threads());
    CHECK(results[0] == results[1]);
}

TEST_CASE("block means name the shapes that do not fit")
{
    const V x(Tensor<double>::zeros({2, 4, 4}));
    CHECK_THROWS_WITH(ops::block_mean(x, Tensor<double>::zeros({2, 4, 5}), {}),
                      "block_mean: expects input [batch, rows, cols] and a weight of its shape, got [2, 4, 4] and "
                      "[2, 4, 5]");
    CHECK_THROWS_WITH(ops::block_mean(x, x.value(), {.rows = 0, .cols = 2}),
                      "block_mean: expects blocks of at least one row and column, got 0 x 2");
    CHECK_THROWS_WITH(ops::weighted_mean(V(Tensor<double>::zeros({2})), Tensor<double>::zeros({2})),
                      "weighted_mean: expects input [batch, rows, cols] with cells, got [2]");
}
