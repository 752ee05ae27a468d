#include "gwsd/ops/conservative_projection.hpp"

#include "gwsd/ops/block_mean.hpp"
#include "gwsd/ops/pointwise.hpp"
#include "support/gradcheck.hpp"

using namespace gwsd;
using test::check_gradients;
using test::positive_tensor;
using test::random_tensor;

namespace {

using V = Variable<double>;

Tensor<double> ones(const Shape& shape) { return Tensor<double>::full(shape, 1); }

/// Weights that leave out single cells and all of the last block.
Tensor<double> ragged_weight()
{
    auto weight = positive_tensor({2, 10, 7}, 5);
    for (const Index cell : {0, 3, 22, 75, 139}) weight.data()[cell] = 0;
    for (Index b = 0; b < 2; ++b)
        for (Index r = 8; r < 10; ++r)
            weight.data()[(b * 10 + r) * 7 + 4] = weight.data()[(b * 10 + r) * 7 + 5] =
                weight.data()[(b * 10 + r) * 7 + 6] = 0;
    return weight;
}

} // namespace

TEST_CASE("a projection worked by hand: constant in a block, by share, and with an error of the coarse field")
{
    const V mean(Tensor<double>::from({1, 1, 4}, {1, 2, 5, 7})), coarse(Tensor<double>::from({1, 1, 2}, {3, 5}));
    ops::ProjectionInput<double, Cpu> in{
        .coarse = coarse, .known = ones({1, 1, 2}), .weight = Tensor<double>::from({1, 1, 4}, {1, 3, 1, 1})};
    const ops::ProjectionOptions blocks{.block = {1, 2}, .smooth = false};
    const auto values = [&] { return ops::conservative_projection(mean, in, blocks).value().to_vector(); };
    const auto check = [](const std::vector<double>& got, const std::vector<double>& wanted) {
        for (std::size_t i = 0; i < wanted.size(); ++i) CHECK(got[i] == Approx(wanted[i]).margin(1e-14));
    };
    check(values(), {2.25, 3.25, 4, 6}); // block means 1.75 and 6
    in.share = V(Tensor<double>::from({1, 1, 4}, {1, 2, 3, 1}));
    check(values(), {1 + 1.25 / 1.75, 2 + 2 * 1.25 / 1.75, 5 - 1.5, 7 - 0.5});
    in.variance = Tensor<double>::from({1, 1, 2}, {1.75, 0});
    check(values(), {1 + 1.25 / 3.5, 2 + 2 * 1.25 / 3.5, 5 - 1.5, 7 - 0.5});
    in.known = Tensor<double>::from({1, 1, 2}, {1, 0});
    check(values(), {1 + 1.25 / 3.5, 2 + 2 * 1.25 / 3.5, 5, 7});
}

TEST_CASE("block means come out exactly, with masks and shares, smooth or not, and a second projection changes nothing")
{
    const V mean(random_tensor<double>({2, 10, 7}, 1)), coarse(random_tensor<double>({2, 3, 2}, 2));
    const auto weight = ragged_weight();
    auto known = ones({2, 3, 2});
    known.data()[1] = 0;
    for (const bool smooth : {false, true})
        for (const bool shared : {false, true}) {
            const ops::ProjectionOptions options{.block = {4, 4}, .smooth = smooth};
            ops::ProjectionInput<double, Cpu> in{.coarse = coarse, .known = known, .weight = weight};
            if (shared) in.share = V(positive_tensor({2, 10, 7}, 3));
            const auto projected = ops::conservative_projection(mean, in, options);
            const auto means = ops::block_mean(projected, weight, options.block).value();
            for (const Index block : {0, 2, 3, 4, 6, 7, 8, 9, 10}) // 1 is not known, 5 and 11 have no weight
                CHECK(std::abs(means.data()[block] - coarse.value().data()[block]) < 1e-13);
            for (Index i = 0; i < weight.elements(); ++i)
                if (weight.data()[i] == 0) CHECK(projected.value().data()[i] == mean.value().data()[i]);
            const auto again = ops::conservative_projection(projected, in, options).value();
            for (Index i = 0; i < again.elements(); ++i)
                CHECK(std::abs(again.data()[i] - projected.value().data()[i]) < 1e-12);
        }
}

TEST_CASE("a smooth correction has no larger steps at block edges than inside blocks")
{
    const V mean(Tensor<double>::zeros({1, 24, 24})), coarse(random_tensor<double>({1, 6, 6}, 2));
    const auto steps = [&](bool smooth) {
        const auto y = ops::conservative_projection(
                           mean, {.coarse = coarse, .known = ones({1, 6, 6}), .weight = ones({1, 24, 24})},
                           {.block = {4, 4}, .smooth = smooth})
                           .value()
                           .view<3>();
        double edge = 0, inside = 0;
        for (Index r = 0; r < 24; ++r)
            for (Index c = 1; c < 24; ++c)
                (c % 4 == 0 ? edge : inside) += std::abs(y(0, r, c) - y(0, r, c - 1)) / (c % 4 == 0 ? 5 : 18);
        return edge / (inside + 1e-300);
    };
    CHECK(steps(true) < 2);
    CHECK(steps(false) > 1e6);
}

TEST_CASE("an error of the coarse field leaves part of the misfit, between nothing and all of it")
{
    const V mean(Tensor<double>::zeros({1, 8, 8})), coarse(Tensor<double>::full({1, 2, 2}, 1));
    const auto corrected = [&](double variance) {
        return ops::conservative_projection(mean, {.coarse = coarse,
                                                   .known = ones({1, 2, 2}),
                                                   .weight = ones({1, 8, 8}),
                                                   .share = V(Tensor<double>::full({1, 8, 8}, 0.5)),
                                                   .variance = Tensor<double>::full({1, 2, 2}, variance)})
            .value()
            .data()[27];
    };
    CHECK(corrected(0) == Approx(1));
    CHECK(corrected(0.5) == Approx(0.5)); // v / (v + R)
    CHECK(corrected(1e9) < 1e-8);
}

TEST_CASE("gradients of the projection hold for mean, coarse field and share")
{
    const auto weight = ragged_weight();
    auto known = ones({2, 3, 2});
    known.data()[1] = 0;
    const auto variance = positive_tensor({2, 3, 2}, 4);
    for (const bool smooth : {false, true})
        for (const bool exact : {false, true})
            check_gradients(
                [&](const auto& v) {
                    return ops::conservative_projection(v[0],
                                                        {.coarse = v[1],
                                                         .known = known,
                                                         .weight = weight,
                                                         .share = v[2],
                                                         .variance = exact ? Tensor<double>() : variance},
                                                        {.block = {4, 4}, .smooth = smooth});
                },
                {random_tensor<double>({2, 10, 7}, 1), random_tensor<double>({2, 3, 2}, 2),
                 positive_tensor({2, 10, 7}, 3)},
                1e-6);
    check_gradients(
        [&](const auto& v) {
            return ops::conservative_projection(
                v[0], {.coarse = v[1], .known = ones({1, 1, 1}), .weight = ones({1, 1, 1})}, {.block = {4, 4}});
        },
        {random_tensor<double>({1, 1, 1}, 1), random_tensor<double>({1, 1, 1}, 2)});
}

TEST_CASE("in single precision blocks agree to rounding")
{
    const Variable<float> mean(random_tensor<float>({1, 32, 32}, 1, 30)),
        coarse(random_tensor<float>({1, 8, 8}, 2, 30));
    const auto weight = Tensor<float>::full({1, 32, 32}, 0.3F), known = Tensor<float>::full({1, 8, 8}, 1);
    const auto y =
        ops::conservative_projection(mean, {.coarse = coarse, .known = known, .weight = weight}, {.block = {4, 4}});
    const auto means = ops::block_mean(y, weight, {4, 4}).value();
    for (Index i = 0; i < 64; ++i) CHECK(std::abs(means.data()[i] - coarse.value().data()[i]) < 2e-5);
}

TEST_CASE("a projection names what does not fit")
{
    const V mean(Tensor<double>::zeros({1, 8, 8})), coarse(Tensor<double>::zeros({1, 2, 2}));
    const auto weight = ones({1, 8, 8}), known = ones({1, 2, 2});
    CHECK_THROWS_WITH(
        ops::conservative_projection(mean, {.coarse = coarse, .known = known, .weight = weight}, {.block = {2, 4}}),
        "conservative_projection: expects coarse [1, 4, 2], got [1, 2, 2]");
    CHECK_THROWS_WITH(
        ops::conservative_projection(V(ones({8, 8})), {.coarse = coarse, .known = known, .weight = weight}),
        "conservative_projection: expects mean [batch, rows, cols] and blocks of at least one cell, got "
        "[8, 8] and 4 x 4");
    CHECK_THROWS_AS(
        ops::conservative_projection(
            mean, {.coarse = coarse, .known = known, .weight = weight, .share = V(Tensor<double>::zeros({1, 8, 8}))}),
        NumericalError);
}
