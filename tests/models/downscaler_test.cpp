#include "gwsd/models/downscaler.hpp"

#include "gwsd/losses/terms/nll.hpp"
#include "gwsd/optim/adamw.hpp"
#include "gwsd/optim/clip.hpp"
#include "support/gradcheck.hpp"

using namespace gwsd;
using test::check_gradients;
using test::check_parameter_gradients;
using test::random_tensor;

namespace {

models::DownscalerConfig tiny()
{
    auto config = models::preset("small");
    config.coarse_channels = 3, config.fine_channels = 2, config.hidden = 3, config.channels = {4, 6, 8},
    config.bottleneck = 4, config.groups = 2;
    return config;
}

template <class T>
models::Prediction<T> predict(const models::Downscaler<T>& network, Index batch, Index rows, Index cols,
                              Index window = 3)
{
    const auto& c = network.config();
    return network(Variable<T>(random_tensor<T>({window, batch, rows, cols, c.coarse_channels}, 1)),
                   Variable<T>(random_tensor<T>({batch, c.factor * rows, c.factor * cols, c.fine_channels}, 2)),
                   Variable<T>(random_tensor<T>({batch, c.factor * rows, c.factor * cols}, 3)));
}

} // namespace

TEST_CASE("the presets have the sizes of the specification, and their parameters have names")
{
    auto config = models::preset("default");
    config.coarse_channels = 5, config.fine_channels = 4;
    const models::Downscaler<float> network(config, 1);
    Index encoder = 0, total = 0;
    for (const auto& [name, variable] : network.parameters()) {
        const Index count = variable.value().elements();
        total += count;
        if (name.starts_with("encoder.")) encoder += count;
    }
    CHECK(encoder == 454400);          // 0.45 M
    CHECK(total - encoder == 5117506); // 5.1 M
    CHECK(network.parameters().front().name == "encoder.cell1.input_weight");
    CHECK(network.parameters().back().name == "log_variance_head.bias");
    CHECK(config.residual_mean);
    CHECK_FALSE(models::preset("paper").residual_mean);
    CHECK(models::preset("small").channels == std::vector<Index>{16, 32, 64});
    CHECK_THROWS_WITH(models::preset("tiny"),
                      "model.preset: expects one of paper, default, small, cnn, cnn_small, got 'tiny'");
}

TEST_CASE("the plain network has about as many parameters as the one it is compared with, and reads the last month")
{
    const auto count = [](const std::string& preset) {
        auto config = models::preset(preset);
        config.coarse_channels = 5, config.fine_channels = 4;
        Index total = 0;
        for (const auto& [name, variable] : models::Downscaler<float>(config, 1).parameters())
            total += variable.value().elements();
        return static_cast<double>(total);
    };
    CHECK(count("cnn") / count("default") == Approx(1).margin(0.1));
    CHECK(count("cnn_small") / count("small") == Approx(1).margin(0.1));

    auto config = tiny();
    config.residual_blocks = 2, config.residual_mean = false;
    const models::Downscaler<float> network(config, 1);
    CHECK(network.parameters().front().name == "cnn.entry.weight");
    auto window = random_tensor<float>({3, 2, 2, 2, 3}, 1);
    const auto mean = [&] {
        return network(Variable<float>(window), Variable<float>(random_tensor<float>({2, 8, 8, 2}, 2)),
                       Variable<float>(random_tensor<float>({2, 8, 8}, 3)))
            .mean.value()
            .to_vector();
    };
    const auto before = mean();
    window.data()[0] += 1; // the first month
    CHECK(mean() == before);
    window.data()[2 * window.elements() / 3] += 1; // the last
    CHECK(mean() != before);
}

TEST_CASE("a prediction has the fine grid's shape for any tile whose fine side is a multiple of eight")
{
    const models::Downscaler<float> network(tiny(), 1);
    for (const auto& [rows, cols] : {std::pair<Index, Index>{2, 2}, {2, 6}, {8, 4}}) {
        const auto y = predict(network, 2, rows, cols);
        CHECK(y.mean.shape() == Shape{2, 4 * rows, 4 * cols});
        CHECK(y.log_variance.shape() == Shape{2, 4 * rows, 4 * cols});
    }
    CHECK(predict(network, 1, 2, 2, 1).mean.shape() == Shape{1, 8, 8});
    CHECK_THROWS_WITH(predict(network, 1, 3, 2),
                      "unet_decoder: expects input [batch, rows, cols, channels] with rows "
                      "and cols that are multiples of 8, got [1, 12, 8, 3]");
    const Variable<float> coarse(Tensor<float>::zeros({3, 1, 2, 2, 3})), fine(Tensor<float>::zeros({1, 8, 8, 3})),
        base(Tensor<float>::zeros({1, 8, 8}));
    CHECK_THROWS_WITH(network(coarse, fine, base),
                      "downscaler: coarse [3, 1, 2, 2, 3] and factor 4 expect fine [1, 8, 8, 2] and base [1, 8, 8], "
                      "got [1, 8, 8, 3] and [1, 8, 8]");
}

TEST_CASE("a residual network starts as the interpolation, a direct one does not")
{
    auto config = tiny();
    const auto base = random_tensor<float>({2, 8, 8}, 3);
    CHECK(predict(models::Downscaler<float>(config, 1), 2, 2, 2).mean.value().to_vector() == base.to_vector());
    config.residual_mean = false;
    CHECK(predict(models::Downscaler<float>(config, 1), 2, 2, 2).mean.value().to_vector() != base.to_vector());
}

TEST_CASE("log variance stays within its bounds")
{
    const models::Downscaler<float> network(tiny(), 1);
    for (const auto& [name, variable] : network.parameters())
        if (name == "log_variance_head.weight")
            for (Index i = 0; i < variable.value().elements(); ++i) variable.value().data()[i] *= 1000;
    const auto values = predict(network, 2, 2, 2).log_variance.value().to_vector();
    CHECK(*std::min_element(values.begin(), values.end()) == -8);
    CHECK(*std::max_element(values.begin(), values.end()) == 6);
}

TEST_CASE("gradients of the whole network hold, for every way of building it")
{
    auto config = tiny();
    config.channels = {4, 4};
    struct Choice {
        bool transposed, residual, peepholes, recompute;
        Index residual_blocks = 0;
    };
    for (const auto& choice :
         {Choice{true, true, false, false}, Choice{false, false, true, true}, Choice{true, true, false, false, 2}}) {
        config.residual_blocks = choice.residual_blocks;
        config.transposed_upsampling = choice.transposed, config.residual_mean = choice.residual;
        config.peepholes = choice.peepholes, config.recompute = choice.recompute;
        const models::Downscaler<double> network(config, 5);
        std::vector<Tensor<double>> inputs{random_tensor<double>({3, 1, 1, 2, 3}, 1),
                                           random_tensor<double>({1, 4, 8, 2}, 2), random_tensor<double>({1, 4, 8}, 3)};
        const auto function = [&](const std::vector<Variable<double>>& v) {
            const auto y = network(v[0], v[1], v[2]);
            return ops::concatenate_first(std::vector{y.mean, y.log_variance});
        };
        check_gradients(function, inputs, 1e-6, 2);
        check_parameter_gradients(
            [&] {
                return function(
                    {Variable<double>(inputs[0]), Variable<double>(inputs[1]), Variable<double>(inputs[2])});
            },
            network.parameters());
    }
}

TEST_CASE("outputs and gradients have the same bits for any number of threads")
{
    auto config = models::preset("small");
    config.coarse_channels = 3, config.fine_channels = 2;
    std::vector<std::vector<float>> results;
    for (const int threads : {1, 2, 5}) {
        set_threads(threads);
        const models::Downscaler<float> network(config, 1);
        Tape tape;
        const auto y = predict(network, 3, 4, 6);
        auto values = y.mean.value().to_vector();
        y.mean.gradient()->sum() = random_tensor<float>(y.mean.shape(), 6);
        y.log_variance.gradient()->sum() = random_tensor<float>(y.mean.shape(), 7);
        tape.run_backward();
        for (const auto& p : network.parameters())
            for (const float g : p.variable.gradient()->sum().to_vector()) values.push_back(g);
        results.push_back(values);
    }
    set_threads(default_threads());
    const bool same = results[0] == results[1] && results[0] == results[2];
    CHECK(same);
}

TEST_CASE("recomputed steps give the results of stored ones")
{
    auto config = tiny();
    const auto run = [&](bool recompute) {
        config.recompute = recompute;
        const models::Downscaler<double> network(config, 1);
        Tape tape;
        const auto y = predict(network, 2, 2, 4);
        y.mean.gradient()->sum() = random_tensor<double>(y.mean.shape(), 6);
        y.log_variance.gradient()->sum() = random_tensor<double>(y.mean.shape(), 7);
        tape.run_backward();
        std::vector<double> values = y.mean.value().to_vector();
        for (const auto& p : network.parameters())
            for (const double g : p.variable.gradient()->sum().to_vector()) values.push_back(g);
        return values;
    };
    const auto stored = run(false), again = run(true);
    REQUIRE(stored.size() == again.size());
    double worst = 0;
    for (std::size_t i = 0; i < stored.size(); ++i)
        worst = std::max(worst, std::abs(stored[i] - again[i]) / (1 + std::abs(stored[i])));
    CHECK(worst < 1e-13);
}

TEST_CASE("a detached variance head sends nothing into the trunk")
{
    auto config = tiny();
    config.detach_variance = true;
    const models::Downscaler<float> network(config, 1);
    Tape tape;
    const auto y = predict(network, 1, 2, 2);
    y.log_variance.gradient()->sum() = random_tensor<float>(y.mean.shape(), 7);
    tape.run_backward();
    for (const auto& [name, variable] : network.parameters()) {
        INFO(name);
        CHECK(variable.gradient()->defined() == name.starts_with("log_variance_head."));
    }
}

TEST_CASE("sizes that no network can have are refused by key")
{
    auto config = tiny();
    config.groups = 3;
    CHECK_THROWS_WITH(models::Downscaler<float>(config, 1),
                      "model.channels: 3 groups (model.groups) do not divide 4 channels");
    config.groups = 2, config.channels.clear();
    CHECK_THROWS_WITH(models::Downscaler<float>(config, 1), "model.channels: expects 1 to 8 levels, got 0");
}

TEST_CASE("the network overfits one tile, and the same seed gives the same bits")
{
    auto config = tiny();
    const auto target = random_tensor<float>({1, 8, 8}, 11);
    const auto train = [&](std::uint64_t seed) {
        const models::Downscaler<float> network(config, seed);
        const auto parameters = network.parameters();
        optim::AdamW<float> adamw(parameters, {.learning_rate = 1e-2, .weight_decay = 0});
        std::vector<double> losses;
        for (int step = 0; step < 250; ++step) {
            clear_gradients(parameters);
            Tape tape;
            const auto y = predict(network, 1, 2, 2);
            const losses::LossInput<float, Cpu> in{.mean = y.mean,
                                                   .log_variance = y.log_variance,
                                                   .target = target,
                                                   .valid = Tensor<float>::full({1, 8, 8}, 1),
                                                   .land = Tensor<float>::full({1, 8, 8}, 1),
                                                   .area = Tensor<float>::full({1, 8, 8}, 1)};
            const auto loss = losses::Nll{}(in).loss;
            losses.push_back(static_cast<double>(loss.value().data()[0]));
            backward(tape, loss);
            adamw.step(1e-2, optim::clip_factor(optim::gradient_norm(parameters), 1.0));
        }
        return losses;
    };
    const auto losses = train(1);
    INFO("from " << losses.front() << " to " << losses.back());
    CHECK(losses.back() < losses.front() - 2);
    CHECK(train(1) == losses);
    CHECK(train(2) != losses);
}
