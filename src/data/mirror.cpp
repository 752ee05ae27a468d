#include "gwsd/data/mirror.hpp"

#include <algorithm>

#include "gwsd/core/error.hpp"

namespace gwsd::data {
namespace {

/// A field of one sample, rows x cols pixels of some channels.
void mirror_field(float* field, Index rows, Index cols, Index channels, const Tile& tile)
{
    const auto pixel = [&](Index row, Index col) { return field + (row * cols + col) * channels; };
    if (tile.mirror_rows)
        for (Index row = 0; row < rows / 2; ++row)
            std::swap_ranges(pixel(row, 0), pixel(row + 1, 0), pixel(rows - 1 - row, 0));
    if (tile.mirror_cols)
        for (Index row = 0; row < rows; ++row)
            for (Index col = 0; col < cols / 2; ++col)
                std::swap_ranges(pixel(row, col), pixel(row, col + 1), pixel(row, cols - 1 - col));
}

/// Fields [batch, rows, cols] or, with the window before and channels after, five dimensions; undefined ones are not.
void mirror_samples(const Tensor<float>& fields, std::span<const Tile> tiles)
{
    if (!fields.defined()) return;
    const int first = fields.shape().rank() == 5 ? 1 : 0;
    const Index steps = first == 1 ? fields.extent(0) : 1, batch = fields.extent(first);
    const Index rows = fields.extent(first + 1), cols = fields.extent(first + 2);
    const Index channels = fields.shape().rank() > 3 ? fields.extent(first + 3) : 1;
    if (batch != std::ssize(tiles))
        throw ShapeError("mirror: expects a tile for each of " + std::to_string(batch) + " samples, got " +
                         std::to_string(tiles.size()));
    for (Index k = 0; k < steps * batch; ++k)
        mirror_field(fields.data() + k * rows * cols * channels, rows, cols, channels,
                     tiles[static_cast<std::size_t>(k % batch)]);
}

} // namespace

void mirror(Batch& inputs, TargetBatch& targets, std::span<const Tile> tiles)
{
    if (std::none_of(tiles.begin(), tiles.end(), [](const Tile& t) { return t.mirror_rows || t.mirror_cols; })) return;
    for (const auto* fields : {&inputs.coarse, &inputs.fine, &inputs.base, &inputs.land, &inputs.area})
        mirror_samples(*fields, tiles);
    for (const auto* fields : {&targets.target, &targets.valid, &targets.land, &targets.product_variance,
                               &targets.change_reference, &targets.recharge, &targets.coarse, &targets.coarse_valid})
        mirror_samples(*fields, tiles);
}

} // namespace gwsd::data
