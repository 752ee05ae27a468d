// Each term worked by hand.

#include "gwsd/losses/weighted_loss.hpp"

#include "losses/loss_case.hpp"

using namespace gwsd;
using V = Variable<double>;

namespace {

Tensor<double> row(const std::vector<double>& values)
{
    return Tensor<double>::from({1, 1, static_cast<Index>(values.size())}, values);
}

/// One sample of one row; everything counts, areas are equal.
losses::LossInput<double, Cpu> line(const std::vector<double>& mean, const std::vector<double>& log_variance,
                                    const std::vector<double>& target)
{
    const std::vector<double> ones(mean.size(), 1.0);
    losses::LossInput<double, Cpu> in;
    in.mean = V(row(mean), true), in.log_variance = V(row(log_variance), true), in.target = row(target);
    in.valid = in.land = in.area = row(ones);
    in.scale = 10;
    return in;
}

template <class Term>
double value(const losses::LossInput<double, Cpu>& in)
{
    return Term{}(in).loss.value().data()[0];
}

template <class Term>
std::pair<std::vector<double>, std::vector<double>> gradients(const losses::LossInput<double, Cpu>& in)
{
    Tape tape;
    backward(tape, Term{}(in).loss);
    auto result = std::pair{in.mean.gradient()->sum().to_vector(), in.log_variance.gradient()->sum().to_vector()};
    in.mean.gradient()->clear(), in.log_variance.gradient()->clear();
    return result;
}

} // namespace

TEST_CASE("data terms worked by hand")
{
    auto in = line({1, 2}, {0, std::log(4.0)}, {3, 2}); // residuals 2 and 0, variances 1 and 4
    CHECK(value<losses::Mse>(in) == Approx(2.0));
    CHECK(value<losses::Nll>(in) == Approx(0.5 * (0.5 * 4 + 0.5 * std::log(4.0))));
    CHECK(value<losses::BetaNll>(in) == Approx(0.5 * (0.5 * 4 + 2 * 0.5 * std::log(4.0))));
    CHECK(value<losses::Faithful>(in) == Approx(0.5 * 2 + value<losses::Nll>(in)));
    CHECK(value<losses::Laplace>(in) == Approx(0.5 * (2 * std::sqrt(2.0) + 0.5 * std::log(4.0))));
    CHECK(losses::Mse{}(in).physical() == Approx(10 * std::sqrt(2.0)));
    CHECK(losses::Mse{}(in).physical_unit == "mm");
    in.area = row({3, 1});
    CHECK(value<losses::Mse>(in) == Approx(3.0));
    in.valid = row({0, 1});
    CHECK(value<losses::Mse>(in) == 0);
    in.valid = row({1, 1}), in.area = row({1, 1}), in.product_variance = row({3, 0});
    CHECK(value<losses::Nll>(in) == Approx(0.5 * (0.5 * (std::log(4.0) + 1) + 0.5 * std::log(4.0))));
}

TEST_CASE("beta-NLL and the faithful loss stop the gradients that their papers stop")
{
    const auto in = line({1, 2}, {0.3, -0.4}, {3, 1.5});
    const auto nll = gradients<losses::Nll>(in), beta = gradients<losses::BetaNll>(in),
               faithful = gradients<losses::Faithful>(in), mse = gradients<losses::Mse>(in);
    for (std::size_t i = 0; i < 2; ++i) {
        const double deviation = std::exp(0.5 * (i == 0 ? 0.3 : -0.4));
        CHECK(beta.first[i] == Approx(deviation * nll.first[i])); // the weight is a constant
        CHECK(beta.second[i] == Approx(deviation * nll.second[i]));
        CHECK(faithful.first[i] == Approx(0.5 * mse.first[i])); // the likelihood sends nothing into the mean
        CHECK(faithful.second[i] == Approx(nll.second[i]));
    }
}

TEST_CASE("the sign term worked by hand")
{
    auto in = line({1, -1, 2, 5}, {0, 0, 0, 0}, {0, 0, 0, 0});
    in.change_reference = row({0, 0, 3, 4}), in.recharge = row({2, 1, -1, -2}),
    in.change_weight = Tensor<double>::full({1}, 1);
    in.change_scale = 2; // d / s_d = 0.5, -0.5, -0.5, 0.5: cells 0 and 2 agree
    const double wanted = 0.25 * (std::tanh(0.5) * std::tanh(1.0) + std::tanh(0.5) * std::tanh(2.0));
    CHECK(value<losses::Sign>(in) == Approx(wanted));
    CHECK(losses::Sign{}(in).physical() == Approx(50));
    in.change_weight = Tensor<double>::zeros({1}); // no satellite month before
    CHECK(value<losses::Sign>(in) == 0);
}

TEST_CASE("the magnitude term worked by hand")
{
    auto in = line({1, -2, 3}, {0, 0, 0}, {0, 0, 0});
    in.change_reference = row({0, 0, 0}), in.recharge = row({-2, 4, 6}),
    in.change_weight = Tensor<double>::full({1}, 1);
    CHECK(value<losses::Mag>(in) == Approx(0).margin(1e-12)); // |d| = 1, 2, 3 and |R| = 2, 4, 6
    in.recharge = row({6, 4, 2});
    CHECK(value<losses::Mag>(in) == Approx(2));
    CHECK(losses::Mag{}(in).physical() == Approx(-1));
    in.recharge = row({6, 4, 5}); // |R| - 5 = 1, -1, 0
    CHECK(value<losses::Mag>(in) == Approx(1 + 0.5));
    in.recharge = row({5, 5.0005, 5});
    CHECK(value<losses::Mag>(in) == 0); // no variance to speak of
}

TEST_CASE("the mass term worked by hand: regions are anchored to the globe and count by the share present")
{
    auto in = line({1, 2, 3, 4, 5, 6}, std::vector<double>(6, 0), std::vector<double>(6, 0));
    in.coarse = row({2, 7}), in.coarse_valid = row({1, 1}),
    in.factor = 3; // rows of one fine cell: factor 3 in columns only
    in.region_size = 1, in.row_origin = {0}, in.col_origin = {0};
    CHECK(value<losses::Mass>(in) == Approx((1 + 0 + 1 + 9 + 4 + 1) / 6.0));

    // Two rows, regions of 2 x 2 from column 1 of the globe on: columns 1 | 2 3 | 4 (5), of which the first is cut in
    // half.
    losses::LossInput<double, Cpu> two;
    two.mean = V(Tensor<double>::from({1, 2, 4}, {1, 2, 3, 4, 1, 2, 3, 4})),
    two.log_variance = V(Tensor<double>::zeros({1, 2, 4}));
    two.land = two.area = Tensor<double>::full({1, 2, 4}, 1);
    two.coarse = Tensor<double>::from({1, 1, 2}, {0, 1}), two.coarse_valid = Tensor<double>::full({1, 1, 2}, 1);
    two.factor = 2, two.region_size = 2, two.row_origin = {0}, two.col_origin = {1}, two.scale = 10;
    // Means of prediction: 1, 2.5, 4; of the coarse field: 0, 0.5, 1; weights 2, 4, 2.
    CHECK(value<losses::Mass>(two) == Approx((2 * 1 + 4 * 4 + 2 * 9) / 8.0));
    CHECK(losses::Mass{}(two).physical() == Approx(10 * std::sqrt(4.5)));
    two.coarse_valid = Tensor<double>::from({1, 1, 2}, {1, 0});
    CHECK(value<losses::Mass>(two) ==
          Approx((2 * 1 + 2 * 4) / 4.0)); // of the middle region only column 2, value 2, is left
    two.region_size = 8;                  // less than half of it is here
    CHECK(value<losses::Mass>(two) == 0);
}

TEST_CASE("the total variation worked by hand")
{
    auto in = line({1, 4, 4}, {0, 0, 0}, {0, 0, 0});
    CHECK(value<losses::Tv>(in) == Approx(0.5 * (std::sqrt(9 + 1e-6) + 1e-3)));
    in.land = row({1, 0, 1}); // no pair of neighbours is left
    CHECK(value<losses::Tv>(in) == 0);
    in.land = row({1, 1, 1}), in.area = row({1, 3, 5});
    CHECK(value<losses::Tv>(in) == Approx((2 * std::sqrt(9 + 1e-6) + 4 * 1e-3) / 6));
    CHECK(losses::Tv{}(in).physical() == Approx(10 * value<losses::Tv>(in)));
}

TEST_CASE("the sub-grid term worked by hand: each coarse cell's mean error is free")
{
    // Coarse cells of three fine ones; errors 1, 1, 4 and, with an unknown truth, 2, 2.
    auto in = line({1, 2, 6, 9, 3, 4}, std::vector<double>(6, 0), {0, 1, 2, 0, 1, 2});
    in.factor = 3, in.valid = row({1, 1, 1, 0, 1, 1});
    const auto size = [](double d) { return std::sqrt(d * d + 1e-6) - 1e-3; };
    CHECK(value<losses::Subgrid>(in) == Approx((2 * size(1) + size(2)) / 5));
    CHECK(losses::Subgrid{}(in).physical() == Approx(10 * std::sqrt(6.0 / 5)));
    in.area = row({2, 2, 1, 1, 1, 1}); // mean error 8 / 5
    CHECK(value<losses::Subgrid>(in) == Approx((4 * size(0.6) + size(2.4)) / 7));
    in.valid = row({0, 0, 0, 0, 0, 0});
    CHECK(value<losses::Subgrid>(in) == 0);
}

TEST_CASE("a weighted loss sums data term and terms by name, ramped, and logs them raw and in units")
{
    const auto in = test::loss_case<double>(V(test::loss_mean(), true), V(test::loss_log_variance(), true));
    const losses::WeightedLoss loss("nll", {{"tv", 0.5}, {"mass", 2.0}, {"sign", 0.0}});
    const double nll = value<losses::Nll>(in), tv = value<losses::Tv>(in), mass = value<losses::Mass>(in);
    const auto result = loss(in, 0.1);
    CHECK(result.loss.value().data()[0] == Approx(nll + 0.1 * (0.5 * tv + 2 * mass)));
    const auto terms = result.terms();
    REQUIRE(terms.size() == 3);
    CHECK(terms[0].name == "nll");
    CHECK(terms[1].name == "mass");
    CHECK(terms[1].weight == Approx(0.2));
    CHECK(terms[1].raw == mass);
    CHECK(terms[1].physical == losses::Mass{}(in).physical());
    CHECK(terms[2].physical_unit == "mm");
    test::check_gradients([&](const auto& v) { return loss(test::loss_case<double>(v[0], v[1])).loss; },
                          {test::loss_mean(), test::loss_log_variance()}, 1e-6);
}

TEST_CASE("a weighted loss refuses unknown names, negative weights, and terms whose inputs are absent")
{
    using losses::WeightedLoss;
    CHECK_THROWS_WITH(WeightedLoss("nlll", {}), "loss.data: expects beta_nll, faithful, laplace, mse, nll, got 'nlll'");
    CHECK_THROWS_WITH(WeightedLoss("tv", {}), "loss.data: expects beta_nll, faithful, laplace, mse, nll, got 'tv'");
    CHECK_THROWS_WITH(WeightedLoss("nll", {{"smooth", 1.0}}),
                      "loss.weight.smooth: expects mag, mass, sign, subgrid, tv, got 'smooth'");
    CHECK_THROWS_AS(WeightedLoss("nll", {{"tv", -1.0}}), ConfigError);
    auto in = test::loss_case<double>(V(test::loss_mean()), V(test::loss_log_variance()));
    in.recharge = {};
    CHECK_THROWS_WITH(
        WeightedLoss("nll", {{"sign", 0.1}})(in),
        "loss.weight.sign: the term needs precipitation, soil moisture, which the cube lacks; add them to it, "
        "or set loss.weight.sign=0");
    CHECK(std::isfinite(WeightedLoss("nll", {{"sign", 0.0}, {"mass", 1.0}})(in).loss.value().data()[0]));
}
