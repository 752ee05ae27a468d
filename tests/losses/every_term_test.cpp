// What holds for every loss term, whoever adds it: the terms are found by themselves.

#include "gwsd/losses/registry.hpp"

#include <set>

#include "losses/loss_case.hpp"

using namespace gwsd;
using test::loss_case;
using V = Variable<double>;

namespace {

/// Value and gradients of a term.
struct Result {
    double loss, physical;
    std::vector<double> d_mean, d_log_variance;
};

template <class Term>
Result evaluate(const Term& term, const losses::LossInput<double, Cpu>& in)
{
    Tape tape;
    const auto value = term(in);
    backward(tape, value.loss);
    const auto gradient = [](const V& v) {
        return v.gradient()->defined() ? v.gradient()->sum().to_vector()
                                       : std::vector<double>(static_cast<std::size_t>(v.value().elements()), 0.0);
    };
    return {value.loss.value().data()[0], value.physical(), gradient(in.mean), gradient(in.log_variance)};
}

losses::LossInput<double, Cpu> input()
{
    return loss_case(V(test::loss_mean(), true), V(test::loss_log_variance(), true));
}

bool counts(const losses::LossInput<double, Cpu>& in, bool is_data, Index i)
{
    return (is_data ? in.valid : in.land).data()[i] > 0;
}

} // namespace

TEST_CASE("every term has a name of its own, a description and a default weight, and the registry knows it")
{
    std::set<std::string> names;
    for (const auto& term : losses::terms()) {
        CHECK(names.insert(term.name).second);
        CHECK(term.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos);
        CHECK_FALSE(term.description.empty());
        CHECK(term.default_weight >= 0);
    }
    for (const char* name : {"nll", "beta_nll", "faithful", "laplace", "mse", "sign", "mag", "mass", "subgrid", "tv"})
        CHECK(names.contains(name));
    CHECK(losses::term_names(false) == "mag, mass, sign, subgrid, tv");
}

TEST_CASE("the gradient of every term is the derivative of its value")
{
    losses::for_each_term([]<class Term>(const Term& term) {
        if constexpr (requires { Term::stops_gradient; }) return; // tested by its formula instead
        INFO(Term::name);
        test::check_gradients([&](const auto& v) { return term(loss_case<double>(v[0], v[1])).loss; },
                              {test::loss_mean(), test::loss_log_variance()}, 1e-6);
        auto in = input();
        in.product_variance = Tensor<double>::full({2, 12, 8}, 0.3);
        test::check_gradients(
            [&](const auto& v) {
                in.mean = v[0], in.log_variance = v[1];
                return term(in).loss;
            },
            {test::loss_mean(), test::loss_log_variance()}, 1e-6);
    });
}

TEST_CASE("every term gives finite values, and gradients only where cells count")
{
    losses::for_each_term([]<class Term>(const Term& term) {
        INFO(Term::name);
        const auto in = input();
        const Result result = evaluate(term, in);
        CHECK(std::isfinite(result.loss));
        CHECK(std::isfinite(result.physical));
        double inside = 0, outside = 0, variance = 0;
        for (Index i = 0; i < in.land.elements(); ++i) {
            const auto at = static_cast<std::size_t>(i);
            (counts(in, Term::is_data, i) ? inside : outside) += std::abs(result.d_mean[at]);
            if (!counts(in, Term::is_data, i)) outside += std::abs(result.d_log_variance[at]);
            variance += std::abs(result.d_log_variance[at]);
        }
        CHECK(inside > 0);
        CHECK(outside == 0);
        if (!Term::is_data) CHECK(variance == 0);
    });
}

TEST_CASE("what masked cells hold changes no term")
{
    losses::for_each_term([]<class Term>(const Term& term) {
        INFO(Term::name);
        const auto before = evaluate(term, input());
        auto in = input();
        for (Index i = 0; i < in.land.elements(); ++i) {
            if (counts(in, Term::is_data, i)) continue;
            for (double* field : {in.mean.value().data(), in.log_variance.value().data(), in.target.data(),
                                  in.recharge.data(), in.change_reference.data()})
                field[i] = std::nan("");
        }
        const auto after = evaluate(term, in);
        CHECK(after.loss == before.loss);
        CHECK(after.physical == before.physical);
        CHECK(after.d_mean == before.d_mean);
        CHECK(after.d_log_variance == before.d_log_variance);
    });
}

TEST_CASE("without a cell that counts every term is zero, with zero gradients")
{
    losses::for_each_term([]<class Term>(const Term& term) {
        INFO(Term::name);
        auto in = input();
        in.valid = in.land = Tensor<double>::zeros({2, 12, 8});
        const auto result = evaluate(term, in);
        CHECK(result.loss == 0);
        CHECK(result.d_mean == std::vector<double>(192, 0.0));
        CHECK(result.d_log_variance == std::vector<double>(192, 0.0));
    });
}

TEST_CASE("every term has the same bits for any number of threads, and works on tiles of one coarse cell")
{
    losses::for_each_term([]<class Term>(const Term& term) {
        INFO(Term::name);
        set_threads(1);
        const auto one = evaluate(term, input());
        set_threads(3);
        const auto three = evaluate(term, input());
        set_threads(default_threads());
        CHECK(one.loss == three.loss);
        CHECK(one.d_mean == three.d_mean);

        auto in = input();
        const auto cut = [](const Tensor<double>& t, const Shape& shape) {
            auto part = Tensor<double>::empty(shape);
            std::copy_n(t.data(), part.elements(), part.data());
            return part;
        };
        in.mean = V(cut(in.mean.value(), {1, 1, 1}), true);
        in.log_variance = V(cut(in.log_variance.value(), {1, 1, 1}), true);
        for (auto* field : {&in.target, &in.valid, &in.land, &in.area, &in.change_reference, &in.recharge})
            *field = cut(*field, {1, 1, 1});
        in.coarse = cut(in.coarse, {1, 1, 1}), in.coarse_valid = Tensor<double>::full({1, 1, 1}, 1);
        in.change_weight = cut(in.change_weight, {1}), in.factor = 1, in.region_size = 1;
        CHECK(std::isfinite(evaluate(term, in).loss));
    });
}
