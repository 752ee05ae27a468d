// The network and its losses against stored results of PyTorch, in double and single precision.

#include "gwsd/optim/adamw.hpp"
#include "gwsd/optim/clip.hpp"
#include "models/pytorch_case.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using test::PytorchCase;
using test::relative_error;

namespace {

template <class T>
constexpr double tolerance = std::is_same_v<T, double> ? 1e-9 : 1e-4;

template <class T>
void forward_and_gradients()
{
    const PytorchCase stored;
    const models::Downscaler<T> network(PytorchCase::config(), 1);
    stored.set_parameters(network, stored.json["parameters"]);
    auto in = PytorchCase::inputs<T>();
    Tape tape;
    const auto prediction = network(in.coarse, in.fine, in.base);
    CHECK(relative_error(prediction.mean.value().to_vector(), stored.array("mean")) < tolerance<T>);
    CHECK(relative_error(prediction.log_variance.value().to_vector(), stored.array("log_variance")) < tolerance<T>);
    in.loss.mean = prediction.mean, in.loss.log_variance = prediction.log_variance;
    backward(tape, PytorchCase::total_loss()(in.loss).loss);
    for (const auto& [name, variable] : network.parameters()) {
        INFO(name);
        CHECK(relative_error(variable.gradient()->sum().to_vector(), stored.array("gradient." + name)) < tolerance<T>);
    }
}

template <class T>
std::vector<double> ten_losses()
{
    const PytorchCase stored;
    const models::Downscaler<T> network(PytorchCase::config(), 1);
    stored.set_parameters(network, stored.json["parameters"]);
    auto in = PytorchCase::inputs<T>();
    const auto parameters = network.parameters();
    optim::AdamW<T> adamw(parameters, {.learning_rate = 2e-3, .weight_decay = 0.05});
    std::vector<double> losses;
    for (int step = 0; step < 10; ++step) {
        clear_gradients(parameters);
        Tape tape;
        const auto prediction = network(in.coarse, in.fine, in.base);
        in.loss.mean = prediction.mean, in.loss.log_variance = prediction.log_variance;
        const auto value = PytorchCase::total_loss()(in.loss);
        losses.push_back(static_cast<double>(value.loss.value().data()[0]));
        backward(tape, value.loss);
        adamw.step(2e-3, optim::clip_factor(optim::gradient_norm(parameters), 1.0));
    }
    return losses;
}

} // namespace

TEST_CASE("outputs and every gradient of a training step equal PyTorch's, in double precision")
{
    forward_and_gradients<double>();
}

TEST_CASE("outputs and every gradient of a training step equal PyTorch's, in single precision")
{
    forward_and_gradients<float>();
}

TEST_CASE("ten losses of training equal PyTorch's, in double and single precision")
{
    const PytorchCase stored;
    CHECK(relative_error(ten_losses<double>(), stored.json["losses_f64"]) < 1e-9);
    CHECK(relative_error(ten_losses<float>(), stored.json["losses_f32"]) < 1e-4);
}

TEST_CASE("each loss term and its gradient equal PyTorch's")
{
    const PytorchCase stored;
    auto in = PytorchCase::inputs<double>().loss;
    const auto along = PytorchCase::field<double>(30, {2, 32, 32});
    Index count = 0;
    losses::for_each_term([&]<class Term>(const Term& term) {
        INFO(Term::name);
        if (!stored.json["terms"].contains(Term::name)) return; // a newer term
        ++count;
        Tape tape;
        in.mean = Variable<double>(Tensor<double>::from({2, 32, 32}, stored.array("mean")), true);
        in.log_variance = Variable<double>(Tensor<double>::from({2, 32, 32}, stored.array("log_variance")), true);
        const auto value = term(in);
        const double loss = stored.json["terms"][Term::name];
        CHECK(value.loss.value().data()[0] == Approx(loss).epsilon(1e-10));
        backward(tape, value.loss);
        const auto sum = [&](const Variable<double>& v) {
            double total = 0;
            for (Index i = 0; i < along.elements(); ++i) total += v.gradient()->sum().data()[i] * along.data()[i];
            return total;
        };
        const std::vector<double> gradients = stored.json["term_gradients"][Term::name];
        CHECK(sum(in.mean) == Approx(gradients[0]).epsilon(1e-9).margin(1e-13));
        CHECK(sum(in.log_variance) == Approx(gradients[1]).epsilon(1e-9).margin(1e-13));
    });
    CHECK(count == 9);
}

TEST_CASE("bilinear upsampling, peepholes and a direct mean equal PyTorch's, steps recomputed or not")
{
    const PytorchCase stored;
    for (const bool recompute : {false, true}) {
        auto config = PytorchCase::config();
        config.transposed_upsampling = config.residual_mean = false;
        config.peepholes = true, config.recompute = recompute;
        const models::Downscaler<double> network(config, 1);
        stored.set_parameters(network, stored.json["other_parameters"]);
        auto in = PytorchCase::inputs<double>();
        Tape tape;
        const auto prediction = network(in.coarse, in.fine, in.base);
        CHECK(relative_error(prediction.mean.value().to_vector(), stored.array("other.mean")) < 1e-9);
        CHECK(relative_error(prediction.log_variance.value().to_vector(), stored.array("other.log_variance")) < 1e-9);
        in.loss.mean = prediction.mean, in.loss.log_variance = prediction.log_variance;
        backward(tape, PytorchCase::total_loss()(in.loss).loss);
        const auto parameters = network.parameters();
        for (std::size_t n = 0; n < parameters.size(); ++n) {
            const auto& [name, variable] = parameters[n];
            INFO(name);
            const auto along = PytorchCase::field<double>(2000 + n, variable.shape());
            double square = 0, sum = 0;
            for (Index i = 0; i < along.elements(); ++i) {
                const double g = variable.gradient()->sum().data()[i];
                square += g * g, sum += g * along.data()[i];
            }
            const auto& wanted = stored.json["other_gradients"][n];
            CHECK(std::abs(std::sqrt(square) - wanted[0].get<double>()) < 1e-9 * wanted[0].get<double>());
            CHECK(std::abs(sum - wanted[1].get<double>()) < 1e-8 * wanted[0].get<double>());
        }
    }
}
