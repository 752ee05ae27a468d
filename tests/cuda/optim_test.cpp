#include "gwsd/optim/optimiser.hpp"

#include <limits>

#include "cuda/support.hpp"

using namespace gwsd;
using test::random_tensor;
using test::relative_difference;

namespace {

/// Weights that decay and biases that do not; the last but one is never reached by a gradient, the last is the largest.
template <class T, class Device>
std::vector<NamedParameter<T, Device>> parameters()
{
    const std::vector<Shape> shapes{{3, 5}, {1}, {7}, {2, 2, 3, 5}, {4, 3}, {5, 1001}};
    std::vector<NamedParameter<T, Device>> all;
    for (std::size_t n = 0; n < shapes.size(); ++n) {
        const auto value = test::convert_to<T>(random_tensor<double>(shapes[n], 100 + n));
        all.push_back({"p" + std::to_string(n), Variable<T, Device>(copy_to<Device>(value.clone()), true)});
    }
    return all;
}

/// Gradients of step `step`; tensors that begin in the middle of their storage where the step is odd.
template <class T, class Device>
void set_gradients(const std::vector<NamedParameter<T, Device>>& parameters, std::uint64_t step)
{
    clear_gradients(parameters);
    for (std::size_t n = 0; n < parameters.size(); ++n) {
        if (n + 2 == parameters.size()) continue;
        const Shape& shape = parameters[n].variable.shape();
        const auto values = test::convert_to<T>(random_tensor<double>(shape, 1000 * step + n)).to_vector();
        const Index shift = static_cast<Index>(step % 2);
        const auto storage = Tensor<T, Device>::zeros({shape.elements() + shift});
        const auto part = storage.slice(shift, shape.elements() + shift).reshape(shape);
        copy_from_host(Device{}, shape.elements(), values.data(), part.data());
        parameters[n].variable.gradient()->add(part);
    }
}

template <class T, class Device>
std::vector<std::vector<double>> values(const std::vector<NamedParameter<T, Device>>& parameters,
                                        const optim::Optimiser<T, Device>& optimiser)
{
    std::vector<std::vector<double>> all;
    const auto put = [&](const Tensor<T, Device>& tensor) {
        const auto numbers = tensor.to_vector();
        all.emplace_back(numbers.begin(), numbers.end());
    };
    for (const auto& p : parameters) put(p.variable.value());
    for (const auto& [name, tensor] : optimiser.state()) put(tensor);
    for (const auto& [name, tensor] : optimiser.averages()) put(tensor);
    return all;
}

double distance(const std::vector<std::vector<double>>& a, const std::vector<std::vector<double>>& b)
{
    REQUIRE(a.size() == b.size());
    double largest = 0;
    for (std::size_t n = 0; n < a.size(); ++n) {
        const Shape shape{static_cast<Index>(a[n].size())};
        largest = std::max(largest,
                           relative_difference(Tensor<double>::from(shape, a[n]), Tensor<double>::from(shape, b[n])));
    }
    return largest;
}

struct Run {
    std::vector<std::vector<double>> values;
    std::vector<double> norms;
};

/// Ten steps, half of them clipped, with a swap there and back.
template <class T, class Device>
Run ten_steps(std::optional<double> decay)
{
    const auto all = parameters<T, Device>();
    optim::Optimiser<T, Device> optimiser(all, {.weight_decay = 0.1}, decay);
    Run run;
    for (std::uint64_t step = 0; step < 10; ++step) {
        set_gradients(all, step);
        const auto outcome = optimiser.step(1e-2 / static_cast<double>(1 + step),
                                            step % 3 == 0 ? 0.0 : 10.0 * static_cast<double>(step));
        run.norms.push_back(outcome.read().gradient_norm);
        CHECK(outcome.read().taken);
        if (step == 4) optimiser.swap(), optimiser.swap();
    }
    CHECK(optimiser.steps() == 10);
    CHECK(optimiser.updates() == (decay ? 10 : 0));
    optimiser.swap();
    run.values = values(all, optimiser);
    return run;
}

} // namespace

TEST_CASE("ten steps of the optimiser are the same on both devices")
{
    GWSD_NEEDS_CUDA
    for (const auto decay : {std::optional<double>(), std::optional(0.3)}) {
        const auto expected = ten_steps<double, Cpu>(decay), exact = ten_steps<double, Cuda>(decay);
        CHECK(distance(exact.values, expected.values) < 1e-12);
        CHECK(distance({exact.norms}, {expected.norms}) < 1e-13);
        const auto single = ten_steps<float, Cuda>(decay);
        CHECK(distance(single.values, ten_steps<float, Cpu>(decay).values) < 1e-5);
        CHECK(single.values == ten_steps<float, Cuda>(decay).values);
    }
}

TEST_CASE("a step that is not finite changes nothing and does not count")
{
    GWSD_NEEDS_CUDA
    const auto check = []<class Device>(Device) {
        const auto all = parameters<float, Device>();
        optim::Optimiser<float, Device> optimiser(all, {}, 0.9);
        set_gradients(all, 1);
        optimiser.step(1e-2, 1);
        const auto before = values(all, optimiser);
        const auto good = Tensor<float, Device>::full({1}, 2.0F), bad = Tensor<float, Device>::full({1}, std::nanf(""));

        auto outcome = optimiser.step(1e-2, 1, bad).read();
        CHECK_FALSE(outcome.taken);
        CHECK(outcome.gradient_norm > 0);
        for (const float broken : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
            set_gradients(all, 2);
            fill(Device{}, 1, broken, all[3].variable.gradient()->sum().data() + 17);
            outcome = optimiser.step(1e-2, 1, good).read();
            CHECK_FALSE(outcome.taken);
            CHECK_FALSE(std::isfinite(outcome.gradient_norm));
        }
        CHECK(values(all, optimiser) == before);
        CHECK(optimiser.steps() == 1);
        CHECK(optimiser.updates() == 1);

        set_gradients(all, 3);
        CHECK(optimiser.step(1e-2, 1, good).read().taken);
        CHECK(optimiser.steps() == 2);
        return values(all, optimiser);
    };
    CHECK(distance(check(Cuda{}), check(Cpu{})) < 1e-6);
}

TEST_CASE("an optimiser on the device goes on from stored moments and averages to the same bits")
{
    GWSD_NEEDS_CUDA
    const auto whole = parameters<float, Cuda>(), first = parameters<float, Cuda>(), second = parameters<float, Cuda>();
    optim::Optimiser<float, Cuda> a(whole, {}, 0.9), b(first, {}, 0.9), c(second, {}, 0.9);
    for (std::uint64_t step = 0; step < 6; ++step) set_gradients(whole, step), a.step(1e-2, 1);
    for (std::uint64_t step = 0; step < 3; ++step) set_gradients(first, step), b.step(1e-2, 1);
    const auto write = [](const Tensor<float, Cuda>& from, const Tensor<float, Cuda>& to) {
        copy_from_host(Cuda{}, to.elements(), from.to_vector().data(), to.data());
    };
    for (std::size_t n = 0; n < first.size(); ++n) {
        write(first[n].variable.value(), second[n].variable.value());
        write(b.averages()[n].second, c.averages()[n].second);
    }
    for (std::size_t n = 0; n < b.state().size(); ++n) write(b.state()[n].second, c.state()[n].second);
    c.set_counts(b.steps(), b.updates());
    for (std::uint64_t step = 3; step < 6; ++step) set_gradients(second, step), c.step(1e-2, 1);
    CHECK(values(second, c) == values(whole, a));
}
