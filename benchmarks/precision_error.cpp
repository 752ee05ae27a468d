// How far results in f32, f32_fast and bf16 lie from those in double precision: predictions and gradient of preset
// `paper`, as ||a - b||_2 / ||b||_2, the largest of three seeds.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "gwsd/tensor/convert.hpp"
#include "network_step.hpp"

namespace {

using namespace gwsd;

/// Mean, log variance, and the gradient of all parameters under random gradients of both.
template <class T>
std::vector<std::vector<double>> results(kernels::Precision precision, std::uint64_t seed)
{
    models::DownscalerConfig config = models::preset("paper");
    config.residual_mean = false; // else the untrained mean is the interpolation, whatever the arithmetic
    const models::Downscaler<float> original(config, seed);
    const models::Downscaler<T> network(config, seed);
    const auto parameters = network.parameters();
    for (std::size_t n = 0; n < parameters.size(); ++n) {
        const auto value = convert<T>(original.parameters()[n].variable.value());
        std::copy_n(value.data(), value.elements(), parameters[n].variable.value().data());
    }
    kernels::set_precision(precision);
    const auto field = [&](const Shape& shape, std::uint64_t k) {
        return convert<T>(bench::normal_field(shape, seed + k));
    };
    const Shape grid{1, 128, 128};
    const Variable<T> coarse(field({6, 1, 32, 32, config.coarse_channels}, 1)),
        fine(field({1, 128, 128, config.fine_channels}, 2)), base(field(grid, 3));
    Tape tape;
    const auto y = network(coarse, fine, base);
    const auto numbers = [](const Tensor<T>& t) { return std::vector<double>(t.data(), t.data() + t.elements()); };
    std::vector<std::vector<double>> all{numbers(y.mean.value()), numbers(y.log_variance.value()), {}};
    y.mean.gradient()->add(field(grid, 4)), y.log_variance.gradient()->add(field(grid, 5));
    tape.run_backward();
    for (const auto& [name, variable] : parameters) {
        const auto part = numbers(variable.gradient()->sum());
        all[2].insert(all[2].end(), part.begin(), part.end());
    }
    return all;
}

double relative_error(const std::vector<double>& a, const std::vector<double>& b)
{
    double difference = 0, size = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference += std::pow(a[i] - b[i], 2);
        size += b[i] * b[i];
    }
    return std::sqrt(difference / size);
}

} // namespace

int main()
{
    using kernels::Precision;
    const std::vector<Precision> precisions{Precision::f32, Precision::f32_fast, Precision::bf16};
    std::vector<std::array<double, 3>> worst(precisions.size(), {0, 0, 0});
    for (const std::uint64_t seed : {1, 2, 3}) {
        const auto exact = results<double>(Precision::f32, seed);
        for (std::size_t p = 0; p < precisions.size(); ++p) {
            const auto got = results<float>(precisions[p], seed);
            for (std::size_t k = 0; k < 3; ++k) worst[p][k] = std::max(worst[p][k], relative_error(got[k], exact[k]));
        }
    }
    std::printf("| | mean | log variance | gradient |\n|---|---|---|---|\n");
    for (std::size_t p = 0; p < precisions.size(); ++p)
        std::printf("| %s | %.1e | %.1e | %.1e |\n", to_string(precisions[p]), worst[p][0], worst[p][1], worst[p][2]);
}
