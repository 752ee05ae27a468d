#include "gwsd/data/mirror.hpp"

#include "data/small_cube.hpp"
#include "gwsd/core/error.hpp"
#include "gwsd/data/samples.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::data;
using namespace gwsd::test;

namespace {

constexpr Index side = 4; // coarse cells of a tile

/// Inputs and targets of tiles of a cube whose fields have no symmetry.
struct Made {
    Batch inputs;
    TargetBatch targets;
};

Made made(const std::vector<Tile>& tiles)
{
    const auto cube = learnable_cube({0, 0, 8, 8}, "2005-01:2006-12");
    cube->info().has_sigma = true;
    for (Index t = 0; t < 24; ++t)
        cube->set("gwsa_sigma", t,
                  sampled(cube->info().coarse, t, [](Index, double lat, double lon) { return 10 + lat + 3 * lon; }));
    // Masks without a symmetry: land, cells that train, coarse cells with a value.
    std::vector<char> usable(static_cast<std::size_t>(cube->info().fine.cells()), 1);
    std::vector<float> land(usable.size(), 1.0F);
    for (std::size_t i = 0; i < usable.size(); ++i) usable[i] = i * i % 7 != 2, land[i] = i * i % 5 == 4 ? 0.0F : 1.0F;
    cube->set_static("land_fraction", land);
    for (Index t = 0; t < 24; ++t) {
        auto coarse = *cube->field("gwsa_operator", t);
        for (std::size_t i = 0; i < coarse.size(); ++i)
            if (i * i % 11 == 3) coarse[i] = missing;
        cube->set("gwsa_operator", t, coarse);
    }
    const InputSpec spec{.predictors = cube->info().predictors,
                         .statics = cube->info().statics,
                         .window = 3,
                         .factor = cube->info().factor,
                         .coarse_is_operator = true};
    std::vector<Index> steps;
    for (Index t = 0; t < 24; ++t) steps.push_back(t);
    const auto maker =
        std::make_shared<const BatchMaker>(cube, spec, training_constants(*cube, spec, steps, usable), side, side);
    const ChangeSignal signal = change_signal(*maker, steps, usable, "tp", "swvl1");
    const TargetMaker targets(maker, side, usable, signal, {.product_sigma = true});
    return {maker->inputs(tiles), targets(tiles)};
}

/// The value at (row, col) of every step, sample and channel is that at the mirrored place of `other`.
void check_mirrored(const Tensor<float>& field, const Tensor<float>& other, const std::vector<Tile>& tiles)
{
    REQUIRE(field.defined());
    const bool window = field.shape().rank() == 5;
    const int at = window ? 1 : 0;
    const Index steps = window ? field.extent(0) : 1, batch = field.extent(at), rows = field.extent(at + 1),
                cols = field.extent(at + 2), channels = field.shape().rank() > 3 ? field.extent(at + 3) : 1;
    bool changed = false;
    for (Index k = 0; k < steps * batch; ++k) {
        const Tile& tile = tiles[static_cast<std::size_t>(k % batch)];
        for (Index r = 0; r < rows; ++r)
            for (Index c = 0; c < cols; ++c)
                for (Index q = 0; q < channels; ++q) {
                    const Index from_row = tile.mirror_rows ? rows - 1 - r : r,
                                from_col = tile.mirror_cols ? cols - 1 - c : c;
                    const float value = field.data()[((k * rows + r) * cols + c) * channels + q];
                    REQUIRE(value == other.data()[((k * rows + from_row) * cols + from_col) * channels + q]);
                    changed = changed || value != other.data()[((k * rows + r) * cols + c) * channels + q];
                }
    }
    CHECK(changed); // else it could not fail
}

} // namespace

TEST_CASE("mirrored samples are the images of the others, inputs and targets alike")
{
    std::vector<Tile> tiles{{7, 1, 2}, {9, 0, 3}, {11, 4, 0}, {8, 2, 2}};
    const Made plain = made(tiles);
    tiles[1].mirror_rows = true, tiles[2].mirror_cols = true;
    tiles[3].mirror_rows = tiles[3].mirror_cols = true;
    Made turned = made(tiles);
    mirror(turned.inputs, turned.targets, tiles);
    check_mirrored(turned.inputs.coarse, plain.inputs.coarse, tiles);
    check_mirrored(turned.inputs.fine, plain.inputs.fine, tiles);
    check_mirrored(turned.inputs.base, plain.inputs.base, tiles);
    check_mirrored(turned.inputs.land, plain.inputs.land, tiles);
    check_mirrored(turned.inputs.area, plain.inputs.area, tiles);
    const TargetBatch &a = turned.targets, &b = plain.targets;
    for (const auto& [field, other] : {std::pair{&a.target, &b.target},
                                       {&a.valid, &b.valid},
                                       {&a.land, &b.land},
                                       {&a.product_variance, &b.product_variance},
                                       {&a.change_reference, &b.change_reference},
                                       {&a.recharge, &b.recharge},
                                       {&a.coarse, &b.coarse},
                                       {&a.coarse_valid, &b.coarse_valid}})
        check_mirrored(*field, *other, tiles);
    CHECK(a.change_weight.to_vector() == b.change_weight.to_vector());
    tiles.pop_back();
    CHECK_THROWS_AS(mirror(turned.inputs, turned.targets, tiles), ShapeError);
}

TEST_CASE("half of an epoch's samples are turned over either way, by seed and epoch, and none unless asked")
{
    const geo::Grid grid = geo::regular_grid(0.5, {0, 0, 32, 24});
    std::vector<Index> steps;
    for (Index t = 0; t < 100; ++t) steps.push_back(t);
    const auto all = every_sample(steps, tile_positions(grid, 32, 16));
    const auto turned = [&](const DrawOptions& options, Index epoch) {
        Index rows = 0, cols = 0, both = 0;
        for (const Tile& tile : draw_epoch(all, grid, options, epoch))
            rows += tile.mirror_rows, cols += tile.mirror_cols, both += tile.mirror_rows && tile.mirror_cols;
        return std::vector{rows, cols, both};
    };
    const auto count = static_cast<double>(all.size());
    const auto counts = turned({.seed = 5, .mirror = true}, 0);
    CHECK(static_cast<double>(counts[0]) == Approx(count / 2).epsilon(0.1));
    CHECK(static_cast<double>(counts[1]) == Approx(count / 2).epsilon(0.1));
    CHECK(static_cast<double>(counts[2]) == Approx(count / 4).epsilon(0.2));
    CHECK(turned({.seed = 5, .mirror = true}, 0) == counts);
    CHECK(turned({.seed = 5, .mirror = true}, 1) != counts);
    CHECK(turned({.seed = 5}, 0) == std::vector<Index>{0, 0, 0});
}
