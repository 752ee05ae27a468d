#include "gwsd/data/target.hpp"

#include <algorithm>
#include <cmath>

#include "data/step_cache.hpp"
#include "data/tile_cells.hpp"
#include "gwsd/geo/block_mean.hpp"

namespace gwsd::data {
namespace {

/// The number of whole cells from `origin` degrees to the grid's first edge.
Index cells_from(double origin, const std::vector<double>& edges)
{
    const double size = (edges.back() - edges.front()) / static_cast<double>(edges.size() - 1);
    return static_cast<Index>(std::llround((edges.front() - origin) / size));
}

Index cells_around(const std::vector<double>& edges)
{
    const double size = (edges.back() - edges.front()) / static_cast<double>(edges.size() - 1);
    return std::max<Index>(1, static_cast<Index>(std::llround(360 / size)));
}

} // namespace

struct TargetMaker::State {
    std::shared_ptr<const BatchMaker> maker;
    Index tile;
    std::vector<char> usable;
    ChangeSignal signal;
    TargetOptions options;
    std::shared_ptr<const geo::Regridder> sigma_to_fine;
    StepCache sigmas{std::size_t{64} << 20}, means{std::size_t{16} << 20};
    std::vector<float> usable_land; ///< land fraction of the usable cells, 0 elsewhere

    const io::CubeInfo& info() const { return maker->cube().info(); }
    float normalised(double value) const
    {
        const Scaling& s = maker->normalisation().target;
        return static_cast<float>((value - s.mean) / s.scale);
    }

    std::shared_ptr<const std::vector<float>> sigma(Index t)
    {
        return sigmas.get(t, [&] {
            auto fine = std::make_shared<std::vector<float>>(static_cast<std::size_t>(info().fine.cells()));
            sigma_to_fine->apply(*maker->cube().field("gwsa_sigma", t), *fine);
            return fine;
        });
    }

    /// Of the reference over the usable land of each coarse cell.
    std::shared_ptr<const std::vector<float>> block_means(Index t)
    {
        return means.get(t, [&] {
            auto coarse = std::make_shared<std::vector<float>>(static_cast<std::size_t>(info().coarse.cells()));
            geo::block_mean(info().fine, info().factor, *maker->cube().field("reference", t), usable_land, *coarse);
            return coarse;
        });
    }

    void put_coarse(const Tile& at, Index n, const TargetBatch& batch)
    {
        const auto field = options.balance_with_reference ? block_means(at.t)
                                                          : maker->cube().field(maker->spec().coarse_variable(), at.t);
        const TileCells cells(info().coarse, at.row, at.col, tile, tile);
        cells.each(info().coarse, [&](Index tile_cell, Index cell) {
            const float value = (*field)[static_cast<std::size_t>(cell)];
            if (!std::isfinite(value)) return;
            batch.coarse.data()[n * tile * tile + tile_cell] = normalised(static_cast<double>(value));
            batch.coarse_valid.data()[n * tile * tile + tile_cell] = 1.0F;
        });
    }

    void put_target(const Tile& at, const TileCells& cells, Index n, const TargetBatch& batch)
    {
        const auto& land = maker->land_fraction();
        const auto truth = maker->cube().field("reference", at.t);
        const Index offset = n * batch.target.extent(1) * batch.target.extent(2);
        cells.each(info().fine, [&](Index tile_cell, Index cell) {
            const auto i = static_cast<std::size_t>(cell);
            if (!usable[i] || !(land[i] > 0)) return;
            batch.land.data()[offset + tile_cell] = 1.0F;
            if (!std::isfinite((*truth)[i])) return;
            batch.target.data()[offset + tile_cell] = normalised(static_cast<double>((*truth)[i]));
            batch.valid.data()[offset + tile_cell] = 1.0F;
        });
    }

    void put_sigma(const Tile& at, const TileCells& cells, Index n, const TargetBatch& batch)
    {
        const auto field = sigma(at.t);
        const double scale = maker->normalisation().target.scale;
        float* out = batch.product_variance.data() + n * batch.target.extent(1) * batch.target.extent(2);
        cells.each(info().fine, [&](Index tile_cell, Index cell) {
            const double value = static_cast<double>((*field)[static_cast<std::size_t>(cell)]) / scale;
            if (std::isfinite(value)) out[tile_cell] = static_cast<float>(value * value);
        });
    }

    void put_change(const Tile& at, const TileCells& cells, Index n, const TargetBatch& batch)
    {
        const io::FieldSource& cube = maker->cube();
        const Index offset = n * batch.target.extent(1) * batch.target.extent(2);
        const auto rain = cube.field(signal.precipitation, at.t), theta = cube.field(signal.soil_moisture, at.t);
        const auto& usual_rain = signal.rain.at(info().time, at.t);
        cells.each(info().fine, [&](Index tile_cell, Index cell) {
            const auto i = static_cast<std::size_t>(cell);
            const double r = recharge_share(static_cast<double>((*theta)[i])) *
                             (static_cast<double>((*rain)[i]) - static_cast<double>(usual_rain[i]));
            if (std::isfinite(r))
                batch.recharge.data()[offset + tile_cell] = static_cast<float>(r / signal.recharge_scale);
        });
        if (!maker->has_coarse(at.t - 1)) return;
        batch.change_weight.data()[n] = 1.0F;
        const auto before = maker->base(at.t - 1);
        const auto& usual_change = signal.change.at(info().time, at.t);
        cells.each(info().fine, [&](Index tile_cell, Index cell) {
            const auto i = static_cast<std::size_t>(cell);
            const double usual = std::isfinite(usual_change[i]) ? static_cast<double>(usual_change[i]) : 0.0;
            const double reference = static_cast<double>((*before)[i]) + usual;
            if (std::isfinite(reference)) batch.change_reference.data()[offset + tile_cell] = normalised(reference);
        });
    }
};

TargetMaker::TargetMaker(std::shared_ptr<const BatchMaker> maker, Index tile, std::vector<char> usable,
                         ChangeSignal signal, TargetOptions options)
    : state_(std::make_unique<State>())
{
    State& s = *state_;
    s.maker = std::move(maker), s.tile = tile, s.usable = std::move(usable), s.signal = std::move(signal);
    s.options = options;
    if (options.balance_with_reference) {
        s.usable_land = s.maker->land_fraction();
        for (std::size_t i = 0; i < s.usable_land.size(); ++i)
            if (!s.usable[i]) s.usable_land[i] = 0;
    }
    if (!options.product_sigma) return;
    if (!s.info().has_sigma)
        throw ConfigError(
            "loss.options.product_sigma: the cube has no 'gwsa_sigma', the product's own uncertainty; set "
            "loss.options.product_sigma=false, or prepare the cube from a product that has one");
    s.sigma_to_fine = geo::make_regridder(geo::Method::bilinear, s.info().coarse, s.info().fine);
}

TargetMaker::~TargetMaker() = default;

TargetBatch TargetMaker::operator()(std::span<const Tile> tiles) const
{
    State& s = *state_;
    const Index n = std::ssize(tiles), f = s.maker->spec().factor;
    const Shape fine{n, f * s.tile, f * s.tile}, coarse{n, s.tile, s.tile};
    const auto zeros = [](const Shape& shape) { return Tensor<float>::zeros(shape); };
    TargetBatch batch;
    batch.target = zeros(fine), batch.valid = zeros(fine), batch.land = zeros(fine);
    batch.coarse = zeros(coarse), batch.coarse_valid = zeros(coarse);
    if (s.options.product_sigma) batch.product_variance = zeros(fine);
    if (s.signal.defined())
        batch.change_reference = zeros(fine), batch.recharge = zeros(fine), batch.change_weight = zeros({n});

    const geo::Grid& grid = s.info().fine;
    const Index south = cells_from(-90, grid.lat_edges), west = cells_from(-180, grid.lon_edges),
                around = cells_around(grid.lon_edges);
    for (Index i = 0; i < n; ++i) {
        const Tile& tile = tiles[static_cast<std::size_t>(i)];
        const TileCells cells(grid, f * tile.row, f * tile.col, f * s.tile, f * s.tile);
        s.put_coarse(tile, i, batch);
        s.put_target(tile, cells, i, batch);
        if (s.options.product_sigma) s.put_sigma(tile, cells, i, batch);
        if (s.signal.defined()) s.put_change(tile, cells, i, batch);
        batch.row_origin.push_back(std::max<Index>(0, south + f * tile.row));
        batch.col_origin.push_back((((west + f * tile.col) % around) + around) % around);
    }
    return batch;
}

} // namespace gwsd::data
