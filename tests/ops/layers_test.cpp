#include "gwsd/ops/conv_lstm_gates.hpp"
#include "gwsd/ops/group_norm.hpp"
#include "gwsd/ops/norm_silu_conv2d.hpp"
#include "gwsd/ops/pointwise.hpp"
#include "gwsd/ops/pool2d.hpp"
#include "gwsd/ops/resize.hpp"
#include "gwsd/ops/slices.hpp"
#include "ops/constant.hpp"
#include "support/gradcheck.hpp"

using namespace gwsd;
using test::check_gradients;
using test::constant;
using test::random_tensor;
using V = Variable<double>;

TEST_CASE("gradients of the pointwise operations")
{
    const auto x = random_tensor<double>({2, 3, 5}, 1), y = random_tensor<double>({2, 3, 5}, 2);
    check_gradients([](const auto& v) { return ops::sigmoid(v[0]); }, {x});
    check_gradients([](const auto& v) { return ops::tanh(v[0]); }, {x});
    check_gradients([](const auto& v) { return ops::silu(v[0]); }, {x});
    check_gradients([](const auto& v) { return ops::softplus(v[0]); }, {x});
    check_gradients([](const auto& v) { return ops::exp(v[0]); }, {x});
    check_gradients([](const auto& v) { return ops::multiply(v[0], v[0]); }, {x});
    auto away = x.clone(); // from the kinks at -0.51, -0.025 and 0.52
    for (Index i = 0; i < away.elements(); ++i) away.data()[i] = std::round(4 * x.data()[i]) / 4 + 0.07;
    check_gradients([](const auto& v) { return ops::relu(ops::add_scalar(ops::scale(v[0], 2.0), 0.05)); }, {away});
    check_gradients([](const auto& v) { return ops::multiply(ops::add(v[0], v[1]), ops::subtract(v[0], v[1])); },
                    {x, y});
    check_gradients([](const auto& v) { return ops::clamp(v[0], -0.51, 0.52); }, {away});
    CHECK(ops::silu(constant({1}, {0})).value().data()[0] == 0);
    CHECK(ops::softplus(constant({2}, {-800, 800})).value().to_vector() == std::vector<double>{0, 800});
    CHECK_THROWS_WITH(ops::add(constant({1}, {0}), constant({2}, {0, 0})),
                      "add: expects equal shapes, got [1] and [2]");
    CHECK_THROWS_AS(ops::clamp(constant({1}, {0}), 2.0, 1.0), ShapeError);
}

TEST_CASE("the tuned sigmoid and tanh err by less than 3e-7 everywhere")
{
    for (const double range : {0.01, 1.0, 10.0, 200.0}) {
        std::vector<float> x(4099), s(4099), t(4099);
        for (std::size_t i = 0; i < x.size(); ++i)
            x[i] = static_cast<float>(range * (static_cast<double>(i) / 2049.0 - 1));
        kernels::map(Cpu{}, kernels::Sigmoid<float>{}, 4099, x.data(), s.data());
        kernels::map(Cpu{}, kernels::Tanh<float>{}, 4099, x.data(), t.data());
        double worst = 0;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const auto v = static_cast<double>(x[i]);
            worst = std::max({worst, std::abs(static_cast<double>(s[i]) - 1 / (1 + std::exp(-v))),
                              std::abs(static_cast<double>(t[i]) - std::tanh(v))});
        }
        CHECK(worst < 3e-7);
    }
}

TEST_CASE("group normalisation has mean 0 and variance 1 in each group, and its gradients hold, fused with SiLU too")
{
    const auto x = random_tensor<double>({2, 3, 5, 6}, 1, 3.0), scale = random_tensor<double>({6}, 2),
               shift = random_tensor<double>({6}, 3);
    const auto y =
        ops::group_norm(V(x), V(Tensor<double>::full({6}, 1)), V(Tensor<double>::zeros({6})), {.groups = 3}).value();
    for (Index b = 0; b < 2; ++b)
        for (Index g = 0; g < 3; ++g) {
            double mean = 0, square = 0;
            for (Index p = 0; p < 15; ++p)
                for (Index c = 2 * g; c < 2 * g + 2; ++c)
                    mean += y.data()[(b * 15 + p) * 6 + c] / 30,
                        square += std::pow(y.data()[(b * 15 + p) * 6 + c], 2) / 30;
            CHECK(std::abs(mean) < 1e-12);
            CHECK(std::abs(square - 1) < 1e-4);
        }
    check_gradients([](const auto& v) { return ops::group_norm(v[0], v[1], v[2], {.groups = 3}); }, {x, scale, shift});
    check_gradients([](const auto& v) { return ops::group_norm_silu(v[0], v[1], v[2], {.groups = 2}); },
                    {x, scale, shift});
    const auto fused = ops::group_norm_silu(V(x), V(scale), V(shift), {.groups = 3}).value();
    const auto plain = ops::silu(ops::group_norm(V(x), V(scale), V(shift), {.groups = 3})).value();
    for (Index i = 0; i < fused.elements(); ++i) CHECK(std::abs(fused.data()[i] - plain.data()[i]) < 1e-13);
    CHECK_THROWS_WITH(ops::group_norm(V(x), V(scale), V(shift), {.groups = 4}),
                      "group_norm: 4 groups do not divide the 6 channels of [2, 3, 5, 6]");
}

TEST_CASE("group normalisation over more pixels than a chunk has the same bits for any number of threads")
{
    const auto x = random_tensor<float>({1, 40, 41, 8}, 1);
    const Variable<float> one(Tensor<float>::full({8}, 1.5F)), zero(Tensor<float>::full({8}, 0.5F));
    set_threads(1);
    const auto a = ops::group_norm_silu(Variable<float>(x), one, zero).value().to_vector();
    set_threads(3);
    const auto b = ops::group_norm_silu(Variable<float>(x), one, zero).value().to_vector();
    set_threads(default_threads());
    CHECK(a == b);
}

TEST_CASE("pooling worked by hand, with gradients, overlapping windows included")
{
    const V x = constant({1, 2, 4, 1}, {1, 5, 2, 0, 3, 4, 8, 8});
    CHECK(ops::max_pool2d(x).value().to_vector() == std::vector<double>{5, 8});
    CHECK(ops::average_pool2d(x).value().to_vector() == std::vector<double>{3.25, 4.5});
    Tape tape;
    const V equal(Tensor<double>::from({1, 2, 2, 1}, {3, 4, 4, 4}), true);
    ops::max_pool2d(equal).gradient()->sum().data()[0] = 2;
    tape.run_backward();
    CHECK(equal.gradient()->sum().to_vector() == std::vector<double>{0, 2, 0, 0}); // the first of equals
    const auto r = random_tensor<double>({3, 5, 7, 2}, 1);
    check_gradients([](const auto& v) { return ops::max_pool2d(v[0]); }, {r});
    check_gradients([](const auto& v) { return ops::max_pool2d(v[0], {.size = 3, .stride = 1}); }, {r});
    check_gradients([](const auto& v) { return ops::average_pool2d(v[0], {.size = 3, .stride = 2}); }, {r});
    CHECK_THROWS_WITH(ops::max_pool2d(constant({1, 1, 4, 1}, {1, 2, 3, 4})),
                      "max_pool2d: windows of 2 with stride 2 do not fit input [1, 1, 4, 1]");
}

TEST_CASE("normalisation joined to a convolution equals the two, values and gradients")
{
    const std::vector<Tensor<double>> inputs{random_tensor<double>({2, 5, 4, 6}, 1), random_tensor<double>({6}, 2),
                                             random_tensor<double>({6}, 3), random_tensor<double>({3, 3, 3, 6}, 4),
                                             random_tensor<double>({3}, 5)};
    const auto joined = [](const auto& v) {
        return ops::norm_silu_conv2d(v[0], v[1], v[2], {.groups = 3}, v[3], v[4]);
    };
    const auto apart = [](const auto& v) {
        return ops::conv2d(ops::group_norm_silu(v[0], v[1], v[2], {.groups = 3}), v[3], v[4]);
    };
    check_gradients(joined, inputs);
    const auto results = [&](const auto& operation) {
        Tape tape;
        std::vector<V> v;
        for (const auto& input : inputs) v.emplace_back(input, true);
        const V y = operation(v);
        y.gradient()->sum() = random_tensor<double>(y.shape(), 9);
        std::vector<double> all = y.value().to_vector();
        tape.run_backward();
        for (const V& x : v)
            for (const double g : x.gradient()->sum().to_vector()) all.push_back(g);
        return all;
    };
    CHECK(results(joined) == results(apart));
}

TEST_CASE("bilinear resize uses half-pixel centres, keeps constants and sums its gradients")
{
    CHECK(ops::resize_bilinear(constant({1, 1, 2, 1}, {0, 4}), 1, 4).value().to_vector() ==
          std::vector<double>{0, 1, 3, 4});
    const auto r = random_tensor<double>({2, 3, 4, 3}, 1);
    check_gradients([](const auto& v) { return ops::resize_bilinear(v[0], 12, 16); }, {r});
    check_gradients([](const auto& v) { return ops::resize_bilinear(v[0], 2, 7); }, {r});
    const auto flat_field = ops::resize_bilinear(V(Tensor<double>::full({1, 1, 1, 2}, 3)), 5, 3).value();
    for (Index i = 0; i < flat_field.elements(); ++i) CHECK(flat_field.data()[i] == 3);
    CHECK_THROWS_WITH(ops::resize_bilinear(V(r), 0, 4),
                      "resize_bilinear: expects at least one row and column, got 0 x 4");
}

TEST_CASE(
    "ConvLSTM gates equal the composition of plain operations, and their gradients hold with and without peepholes")
{
    const auto z = random_tensor<double>({1, 2, 3, 12}, 1), c = random_tensor<double>({1, 2, 3, 3}, 2);
    const auto composed = [](const V& gates, const V& cell) {
        const auto part = [&](Index g) { return ops::slice_channels(gates, 3 * g, 3 * g + 3); };
        const auto next = ops::add(ops::multiply(ops::sigmoid(part(1)), cell),
                                   ops::multiply(ops::sigmoid(part(0)), ops::tanh(part(2))));
        return std::pair{ops::multiply(ops::sigmoid(part(3)), ops::tanh(next)), next};
    };
    const auto fused = ops::conv_lstm_gates(V(z), V(c));
    const auto [h, next] = composed(V(z), V(c));
    for (Index i = 0; i < 18; ++i) {
        CHECK(std::abs(fused.hidden.value().data()[i] - h.value().data()[i]) < 1e-14);
        CHECK(std::abs(fused.cell.value().data()[i] - next.value().data()[i]) < 1e-14);
    }
    const auto both = [](const ops::ConvLstmState<double, Cpu>& s) {
        return ops::concatenate_channels(std::vector{s.hidden, s.cell});
    };
    check_gradients([&](const auto& v) { return both(ops::conv_lstm_gates(v[0], v[1])); }, {z, c});
    check_gradients([&](const auto& v) { return both(ops::conv_lstm_gates(v[0], V())); }, {z});
    check_gradients([&](const auto& v) { return ops::conv_lstm_gates(v[0], v[1]).hidden; }, {z, c});
    check_gradients(
        [&](const auto& v) {
            return both(ops::conv_lstm_gates(v[0], v[1], {v[2], v[3], v[4]}));
        },
        {z, c, random_tensor<double>({3}, 3), random_tensor<double>({3}, 4), random_tensor<double>({3}, 5)});
    CHECK_THROWS_WITH(
        ops::conv_lstm_gates(V(z), V(z)),
        "conv_lstm_gates: preactivation [1, 2, 3, 12] expects cell state [1, 2, 3, 3], got [1, 2, 3, 12]");
}

TEST_CASE("slices and joins undo each other, with gradients")
{
    const auto x = random_tensor<double>({2, 2, 5}, 1), y = random_tensor<double>({2, 2, 3}, 2);
    const auto joined = ops::concatenate_channels(std::vector{V(x), V(y)});
    CHECK(ops::slice_channels(joined, 5, 8).value().to_vector() == y.to_vector());
    check_gradients(
        [](const auto& v) {
            return ops::slice_channels(ops::concatenate_channels(std::vector{v[0], v[1], v[0]}), 3, 11);
        },
        {x, y});
    check_gradients(
        [](const auto& v) {
            return ops::slice_first(ops::concatenate_first(std::vector{v[0], v[1], v[0]}), 1, 4);
        },
        {x, random_tensor<double>({1, 2, 5}, 3)});
    CHECK_THROWS_WITH(ops::concatenate_first(std::vector{V(x), V(y)}),
                      "concatenate_first: [2, 2, 5] and [2, 2, 3] differ beyond the first axis");
    CHECK_THROWS_WITH(ops::concatenate_first(std::vector{V(x), V(Tensor<double>::zeros({2}))}),
                      "concatenate_first: [2, 2, 5] and [2] differ in rank");
    check_gradients([](const auto& v) { return ops::reshape(ops::slice_first(v[0], 1, 2), {10}); }, {x});
    CHECK_THROWS_WITH(ops::slice_channels(V(x), 2, 6), "slice_channels: [2, 6) of the last axis of [2, 2, 5]");
    CHECK_THROWS_AS(ops::concatenate_channels(std::vector{V(x), V(Tensor<double>::zeros({2, 3, 5}))}), ShapeError);
}
