#include "train/memory.hpp"

#include <algorithm>

namespace gwsd::train {

double training_bytes(const models::DownscalerConfig& n, const Config& config)
{
    const auto real = [](Index i) { return static_cast<double>(i); };
    const double batch = real(config.train.batch), side = real(config.data.tile), coarse = side * side,
                 fine = coarse * real(n.factor * n.factor), window = real(config.data.window), hidden = real(n.hidden);
    // Per coarse cell, step and layer: projected input (4), gates (4), cell, tanh of it, hidden (3), and their copies.
    double values = (n.recompute ? 6 : 14) * hidden * coarse * window * real(n.encoder_layers);
    values += real(n.coarse_channels) * coarse * window * 3 + real(n.fine_channels + 12) * fine * 3;
    values += hidden * fine; // resized hidden state
    // Per level: two DoubleConvs, each with two convolutions, norms and activations; upsampling and pooling.
    double cells = fine, widest = hidden * fine;
    for (const Index width : n.channels) {
        values += 14 * real(width) * cells;
        widest = std::max(widest, real(width) * cells);
        cells /= 4;
    }
    values += 7 * real(n.bottleneck) * cells;
    if (n.residual_blocks > 0) { // in place of all that; a block keeps what it read besides
        widest = real(n.channels.front()) * fine;
        values = real(n.coarse_channels) * (coarse * window * 3 + fine) + real(n.fine_channels + 12) * fine * 3;
        values += 8 * widest * real(n.residual_blocks);
    }
    values = batch * (values + 4 * widest);
    double weights = 0, below = hidden;
    for (Index layer = 0; layer < n.encoder_layers; ++layer)
        weights += 9 * 4 * hidden * (hidden + (layer == 0 ? real(n.coarse_channels) : hidden));
    for (const Index width : n.channels) weights += 9 * real(width) * (below + 4 * real(width)), below = real(width);
    weights += 9 * real(n.bottleneck) * (below + 2 * real(n.bottleneck));
    if (n.residual_blocks > 0) weights = 2 * 9 * real(n.channels.front() * n.channels.front() * n.residual_blocks);
    return 4 * (values + 6 * weights);
}

} // namespace gwsd::train
