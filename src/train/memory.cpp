#include "train/memory.hpp"

#include <algorithm>

namespace gwsd::train {

namespace {

double real(Index i) { return static_cast<double>(i); }

/// Of the plain CNN: per block two convolutions, norms and activations, and what it read, for the sum.
double plain_training_bytes(const models::DownscalerConfig& n, const Config& config)
{
    const double coarse = real(config.data.tile * config.data.tile), fine = coarse * real(n.factor * n.factor);
    const double width = real(n.channels.front()), blocks = real(n.residual_blocks);
    const double inputs = real(n.coarse_channels) * (3 * coarse * real(config.data.window) + fine) +
                          3 * real(n.fine_channels + 12) * fine;
    const double masks = n.dropout > 0 ? 2 : 0; // a mask and what it leaves
    const double values = real(config.train.batch) * (inputs + ((8 + masks) * blocks + 4) * width * fine);
    return 4 * (values + 6 * (2 * 9 * width * width * blocks));
}

} // namespace

double training_bytes(const models::DownscalerConfig& n, const Config& config)
{
    if (n.residual_blocks > 0) return plain_training_bytes(n, config);
    const double batch = real(config.train.batch), side = real(config.data.tile), coarse = side * side,
                 fine = coarse * real(n.factor * n.factor), window = real(config.data.window), hidden = real(n.hidden);
    // Per coarse cell, step and layer: projected input (4), gates (4), cell, tanh of it, hidden (3), and their copies.
    double values = (n.recompute ? 6 : 14) * hidden * coarse * window * real(n.encoder_layers);
    values += real(n.coarse_channels) * coarse * window * 3 + real(n.fine_channels + 12) * fine * 3;
    values += hidden * fine; // resized hidden state
    // Per level: two DoubleConvs, each with two convolutions, norms and activations; upsampling and pooling.
    double cells = fine, widest = hidden * fine;
    for (const Index width : n.channels) {
        values += (n.dropout > 0 ? 16 : 14) * real(width) * cells; // with dropout also a mask and what it leaves
        widest = std::max(widest, real(width) * cells);
        cells /= 4;
    }
    values += 7 * real(n.bottleneck) * cells;
    values = batch * (values + 4 * widest);
    double weights = 0, below = hidden;
    for (Index layer = 0; layer < n.encoder_layers; ++layer)
        weights += 9 * 4 * hidden * (hidden + (layer == 0 ? real(n.coarse_channels) : hidden));
    for (const Index width : n.channels) weights += 9 * real(width) * (below + 4 * real(width)), below = real(width);
    weights += 9 * real(n.bottleneck) * (below + 2 * real(n.bottleneck));
    return 4 * (values + 6 * weights);
}

} // namespace gwsd::train
