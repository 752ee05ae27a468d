// After the first steps of training, nothing of size is asked of the system: blocks come back from the cache.

#include <atomic>
#include <cstdlib>
#include <new>

#include "gwsd/losses/weighted_loss.hpp"
#include "gwsd/models/downscaler.hpp"
#include "gwsd/optim/adamw.hpp"
#include "gwsd/optim/clip.hpp"
#include "support/catch.hpp"
#include "support/gradcheck.hpp"

namespace {

constexpr std::size_t of_size = 8192;
std::atomic<int> large_requests{0};

} // namespace

#ifndef __SANITIZE_ADDRESS__ // it brings its own, and libraries take theirs from it
// GCC sees one of the two replaced, where both are.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

void* operator new(std::size_t bytes)
{
    if (bytes >= of_size) ++large_requests;
    if (void* block = std::malloc(bytes)) return block;
    throw std::bad_alloc();
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
#endif

using namespace gwsd;
using test::random_tensor;

TEST_CASE("a step of training takes no memory from the system after the first ones, in any precision")
{
    models::DownscalerConfig config;
    config.coarse_channels = 3, config.fine_channels = 2, config.hidden = 16, config.channels = {16, 32};
    config.bottleneck = 32, config.groups = 4;
    const models::Downscaler<float> network(config, 1);
    const auto parameters = network.parameters();
    optim::AdamW<float> adamw(parameters);
    const losses::WeightedLoss loss{"beta_nll", {{"mass", 1.0}, {"tv", 1e-3}}};
    const Index batch = 2;
    const Shape grid{batch, 32, 32}, cells{batch, 8, 8};
    const Variable<float> coarse(random_tensor<float>({3, batch, 8, 8, 3}, 1)),
        fine(random_tensor<float>({batch, 32, 32, 2}, 2)), base(random_tensor<float>(grid, 3));
    losses::LossInput<float, Cpu> input{.target = random_tensor<float>(grid, 4),
                                        .valid = Tensor<float>::full(grid, 1.0F),
                                        .land = Tensor<float>::full(grid, 1.0F),
                                        .area = Tensor<float>::full(grid, 1.0F),
                                        .change_reference = random_tensor<float>(grid, 5),
                                        .recharge = random_tensor<float>(grid, 6),
                                        .change_weight = Tensor<float>::full({batch}, 1.0F),
                                        .coarse = random_tensor<float>(cells, 7),
                                        .coarse_valid = Tensor<float>::full(cells, 1.0F),
                                        .row_origin = {0, 0},
                                        .col_origin = {0, 0}};
    const auto step = [&] {
        clear_gradients(parameters);
        Tape tape;
        const auto prediction = network(coarse, fine, base);
        input.mean = prediction.mean, input.log_variance = prediction.log_variance;
        const auto value = loss(input);
        backward(tape, value.loss);
        adamw.step(3e-4, optim::clip_factor(optim::gradient_norm(parameters), 1.0));
        input.mean = {}, input.log_variance = {};
    };
    set_threads(1); // each further thread has buffers of its own, which grow when it first meets the largest piece
    for (const auto precision : {kernels::Precision::f32, kernels::Precision::f32_fast, kernels::Precision::bf16}) {
        INFO(to_string(precision));
        kernels::set_precision(precision);
        step(), step();
        const auto blocks = block_cache().blocks_made();
        const int requests = large_requests;
        step();
        CHECK(block_cache().blocks_made() == blocks);
        CHECK(large_requests == requests);
    }
    kernels::set_precision(kernels::Precision::f32);
    set_threads(default_threads());
}
