// Regridding on the device: conservative, from the 0.1 degrees of ERA5-Land to 0.125, and the mean over blocks of
// cells, by which the projection and the mass term put a fine field on the coarse grid. GB/s of the fields that must be
// read and written once, and percent of the memory's peak.

#include "gpu_support.hpp"
#include "gwsd/data/cuda_regridder.hpp"
#include "gwsd/kernels/block_mean.hpp"

namespace gwsd::bench {
namespace {

template <class Device>
struct Blocks {
    Tensor<float, Device> x, weight, total, y, grad_x;
    kernels::BlockOptions o;

    void forward() const
    {
        kernels::block_mean_forward<float>(Device{}, x.template view<3>(), weight.template view<3>(), o,
                                           total.template view<3>(), y.template view<3>());
    }
    void backward() const
    {
        kernels::block_mean_backward<float>(Device{}, weight.template view<3>(), o, total.template view<3>(),
                                            y.template view<3>(), grad_x.template view<3>());
    }
};

Blocks<Cpu> blocks_here(Index batch, Index rows, Index cols, Index factor)
{
    const Shape fine{batch, rows, cols}, coarse{batch, rows / factor, cols / factor};
    const auto weight = random_field(fine, 2);
    for (Index i = 0; i < weight.elements(); ++i) weight.data()[i] += 1.5F;
    return {random_field(fine, 1),      weight,          Tensor<float>::zeros(coarse), Tensor<float>::zeros(coarse),
            Tensor<float>::zeros(fine), {factor, factor}};
}
Blocks<Cuda> blocks_there(const Blocks<Cpu>& b)
{
    return {on_device(b.x), on_device(b.weight), on_device(b.total), on_device(b.y), on_device(b.grad_x), b.o};
}

void forward(benchmark::State& state)
{
    const auto here = blocks_here(state.range(0), state.range(1), state.range(2), state.range(3));
    const auto there = blocks_there(here);
    here.forward(), there.forward();
    if (!agrees(state, "block_mean", there.y, here.y)) return;
    measure(state, {.bytes = bytes_of(here.x, here.weight, here.total, here.y)}, [&] { there.forward(); });
}

/// The gradient is added to.
void backward(benchmark::State& state)
{
    const auto here = blocks_here(state.range(0), state.range(1), state.range(2), state.range(3));
    const auto there = blocks_there(here);
    here.forward(), there.forward(), here.backward(), there.backward();
    if (!agrees(state, "block_mean, backward", there.grad_x, here.grad_x)) return;
    measure(state, {.bytes = bytes_of(here.weight, here.grad_x, here.grad_x, here.total, here.y)},
            [&] { there.backward(); });
}

/// `fields` months of `degrees` by `degrees`; the output's buffer comes from the pool on each call.
void conservative(benchmark::State& state)
{
    const Index fields = state.range(0);
    const auto degrees = static_cast<double>(state.range(1));
    const geo::Region region{0, 0, degrees, std::min(degrees, 90.0)};
    const geo::Grid from = geo::regular_grid(0.1, region), to = geo::regular_grid(0.125, region);
    const geo::ConservativeRegridder here(from, to);
    const data::CudaRegridder there(from, to);
    const auto in = random_field({fields, from.rows(), from.cols()}, 1),
               expected = Tensor<float>::empty({fields, to.rows(), to.cols()});
    const auto cells = [](const Tensor<float>& t, Index f, const geo::Grid& grid) {
        return std::span(t.data() + f * grid.cells(), static_cast<std::size_t>(grid.cells()));
    };
    for (Index f = 0; f < fields; ++f) here.apply(cells(in, f, from), cells(expected, f, to));
    const auto in_there = on_device(in);
    if (!agrees(state, "regrid", there(in_there), expected)) return;
    measure(state, {.bytes = bytes_of(in, expected)}, [&] { there(in_there); });
}

} // namespace

void register_cases()
{
    auto* regrid = timed(benchmark::RegisterBenchmark("conservative", &conservative))->ArgNames({"fields", "degrees"});
    device().standin ? regrid->Args({2, 3}) : regrid->Args({1, 40})->Args({12, 40})->Args({1, 360});
    for (const auto& [name, body] : {std::pair{"block_mean/forward", &forward}, {"block_mean/backward", &backward}}) {
        auto* b = timed(benchmark::RegisterBenchmark(name, body))->ArgNames({"batch", "rows", "cols", "factor"});
        b->Args({sized(4), sized(128), sized(128), 4});
        if (!device().standin) b->Args({1, 1440, 2880, 4});
    }
}

} // namespace gwsd::bench
