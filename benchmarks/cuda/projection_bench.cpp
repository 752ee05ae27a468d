// The conservative projection and means of blocks, on tiles of preset paper with blocks of 4 x 4 and of the whole tile.
// GB/s of the fields that must be read and written once, and percent of the memory's peak; the projection solves a
// system a tile in between, whose steps depend on each other.

#include "gpu_support.hpp"
#include "gwsd/kernels/block_mean.hpp"
#include "gwsd/kernels/block_mean_cuda.hpp"
#include "gwsd/kernels/projection.hpp"

namespace gwsd::bench {
namespace {

Tensor<float> positive_field(const Shape& shape, std::uint64_t seed)
{
    auto field = random_field(shape, seed);
    for (Index i = 0; i < field.elements(); ++i) field.data()[i] = 1.5F + field.data()[i];
    return field;
}

/// Fields on the fine grid, and means of blocks.
template <class Device>
struct Fields {
    kernels::ProjectionShape shape;
    Tensor<float, Device> mean, weight, share, blocks, known, total, result, grad_mean, grad_share, grad_blocks;

    kernels::Projection<float, Device> projection() const { return {shape, {known, weight, share, {}}}; }
    void backward(kernels::Projection<float, Device>& p) const
    {
        p.backward(mean.data(), grad_mean.data(), grad_share.data(), grad_blocks.data());
    }
    void block_means() const
    {
        kernels::block_mean_forward<float>(Device{}, mean.template view<3>(), weight.template view<3>(),
                                           shape.options.block, total.template view<3>(), blocks.template view<3>());
    }
    void block_means_backward() const
    {
        kernels::block_mean_backward<float>(Device{}, weight.template view<3>(), shape.options.block,
                                            total.template view<3>(), blocks.template view<3>(),
                                            grad_mean.template view<3>());
    }
};

Fields<Cpu> fields(Index batch, Index side, Index block)
{
    const Index across = (side + block - 1) / block;
    const Shape fine{batch, side, side}, coarse{batch, across, across};
    return {{batch, side, side, across, across, {.block = {block, block}}},
            random_field(fine, 1),
            positive_field(fine, 2),
            positive_field(fine, 3),
            random_field(coarse, 4),
            Tensor<float>::full(coarse, 1),
            positive_field(coarse, 5),
            Tensor<float>::zeros(fine),
            Tensor<float>::zeros(fine),
            Tensor<float>::zeros(fine),
            Tensor<float>::zeros(coarse)};
}
Fields<Cuda> fields_there(const Fields<Cpu>& f)
{
    return {f.shape,
            on_device(f.mean),
            on_device(f.weight),
            on_device(f.share),
            on_device(f.blocks),
            on_device(f.known),
            on_device(f.total),
            on_device(f.result),
            on_device(f.grad_mean),
            on_device(f.grad_share),
            on_device(f.grad_blocks)};
}

template <bool backward>
void project(benchmark::State& state)
{
    const auto here = fields(state.range(0), state.range(1), state.range(2));
    const auto there = fields_there(here);
    auto p = here.projection();
    auto q = there.projection();
    p.forward(here.mean.data(), here.blocks.data(), here.result.data());
    q.forward(there.mean.data(), there.blocks.data(), there.result.data());
    if (!agrees(state, "projection", there.result, here.result, 1e-3)) return;
    const auto& m = here.mean;
    if constexpr (backward) {
        here.backward(p), there.backward(q);
        if (!agrees(state, "projection, backward", there.grad_mean, here.grad_mean, 1e-3)) return;
        measure(state, {.bytes = bytes_of(m, m, m, m, m, m, m)}, [&] { there.backward(q); });
    } else {
        measure(state, {.bytes = bytes_of(m, m, m, m)},
                [&] { q.forward(there.mean.data(), there.blocks.data(), there.result.data()); });
    }
}

template <bool backward>
void block_mean(benchmark::State& state)
{
    const auto here = fields(state.range(0), state.range(1), state.range(2));
    const auto there = fields_there(here);
    here.block_means(), there.block_means();
    if (!agrees(state, "block_mean", there.blocks, here.blocks)) return;
    const auto& m = here.mean;
    if constexpr (backward) {
        here.block_means_backward(), there.block_means_backward();
        if (!agrees(state, "block_mean, backward", there.grad_mean, here.grad_mean)) return;
        measure(state, {.bytes = bytes_of(m, m, m)}, [&] { there.block_means_backward(); });
    } else {
        measure(state, {.bytes = bytes_of(m, m)}, [&] { there.block_means(); });
    }
}

} // namespace

void register_cases()
{
    const Index batch = sized(4), side = device().standin ? 64 : 128;
    for (const auto& [name, body] : {std::pair{"block_mean/forward", &block_mean<false>},
                                     {"block_mean/backward", &block_mean<true>},
                                     {"projection/forward", &project<false>},
                                     {"projection/backward", &project<true>}})
        for (const Index block : {Index{4}, side})
            timed(benchmark::RegisterBenchmark(name, body))
                ->ArgNames({"batch", "side", "block"})
                ->Args({batch, side, block});
}

} // namespace gwsd::bench
