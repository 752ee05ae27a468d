// Convolution with channels last: the values that one output pixel reads in one kernel row are one contiguous run of
// kernel_cols * in floats, so that a tile of pixels x output channels is a sum over a few runs, all in registers.

/// Rows pixels x Vectors of output channels, from `band`'s output row whose kernel rows are `rows`.
template <int Rows, int Vectors>
void conv_tile(const ConvBand& band, const float* const* rows, Index pixel, const float* weights, Index channel, float* y)
{
    const Index step = band.pixel_stride;
    Vector sum[Rows][Vectors];
    const Index channels = band.out - channel;
    const bool whole = channels >= Vectors * GWSD_LANES;
    for (int v = 0; v < Vectors; ++v) {
        const Index left = channels - v * GWSD_LANES;
        const Vector bias = band.bias ? load_some(band.bias + channel + v * GWSD_LANES, left) : Vector{};
        for (int r = 0; r < Rows; ++r) sum[r][v] = bias;
        if (band.add && whole)
            for (int r = 0; r < Rows; ++r) sum[r][v] += load(y + r * band.y_stride + v * GWSD_LANES);
        else if (band.add)
            for (int r = 0; r < Rows; ++r) sum[r][v] += load_some(y + r * band.y_stride + v * GWSD_LANES, left);
    }
    for (Index i = 0; i < band.kernel_rows; ++i, weights += band.run * Vectors * GWSD_LANES) {
        if (!rows[i]) continue; // a row of zeros above or below the image
        const float* a = rows[i] + pixel * step;
        const float* w = weights;
        for (Index k = 0; k < band.run; ++k, ++a, w += Vectors * GWSD_LANES) {
            Vector right[Vectors];
#pragma GCC unroll 4
            for (int v = 0; v < Vectors; ++v) right[v] = load(w + v * GWSD_LANES);
#pragma GCC unroll 32
            for (int r = 0; r < Rows; ++r) {
                const Vector left = spread(a[r * step]);
#pragma GCC unroll 4
                for (int v = 0; v < Vectors; ++v) sum[r][v] += left * right[v];
            }
        }
    }
    for (int v = 0; v < Vectors; ++v)
        for (int r = 0; r < Rows; ++r)
            if (float* to = y + r * band.y_stride + v * GWSD_LANES; whole)
                store(to, sum[r][v]);
            else
                store_some(to, sum[r][v], channels - v * GWSD_LANES);
}

template <int Rows, int Vectors>
void conv_tile_of(Index count, const ConvBand& band, const float* const* rows, Index pixel, const float* weights, Index channel, float* y)
{
    if constexpr (Rows > 0) {
        if (count == Rows) return conv_tile<Rows, Vectors>(band, rows, pixel, weights, channel, y);
        conv_tile_of<Rows - 1, Vectors>(count, band, rows, pixel, weights, channel, y);
    }
}

/// One block of output channels for all pixels of the band. The pixels of a row are shared out evenly among tiles, since
/// a narrow last tile leaves the multiply-add units waiting.
template <int Vectors>
void conv_block(const ConvBand& band, const float* weights, Index channel)
{
    constexpr int most = GWSD_TILE_ROWS * GWSD_TILE_VECTORS / Vectors;
    const Index tiles = (band.pixels + most - 1) / most;
    for (Index line = 0; line < band.rows; ++line)
        for (Index t = 0; t < tiles; ++t) {
            const Index first = band.pixels * t / tiles, last = band.pixels * (t + 1) / tiles;
            float* y = band.y + line * band.y_row + first * band.y_stride + channel;
            conv_tile_of<most, Vectors>(last - first, band, band.inputs + line * band.row_stride, first, weights, channel, y);
        }
}

void conv_band(const ConvBand& band)
{
    constexpr Index wide = GWSD_TILE_VECTORS * GWSD_LANES;
    const float* weights = band.weights;
    const Index depth = band.kernel_rows * band.run;
    for (Index channel = 0; channel < band.out; channel += wide) {
        if (band.out - channel > GWSD_LANES) {
            conv_block<GWSD_TILE_VECTORS>(band, weights, channel);
            weights += depth * wide;
        } else {
            conv_block<1>(band, weights, channel);
        }
    }
}

/// Rows output channels x Vectors of a run, summed over the pixels of the band.
template <int Rows, int Vectors>
void weight_tile(const ConvWeightBand& band, Index channel, Index n)
{
    Vector sum[Rows][Vectors];
    float* to = band.grad_w + channel * band.w_stride + n;
    const Index left = band.run - n;
    const bool whole = left >= Vectors * GWSD_LANES;
    for (int r = 0; r < Rows; ++r)
        for (int v = 0; v < Vectors; ++v)
            if (const float* from = to + r * band.w_stride + v * GWSD_LANES; whole)
                sum[r][v] = load(from);
            else
                sum[r][v] = load_some(from, left - v * GWSD_LANES);
    for (Index line = 0; line < band.rows; ++line) {
        if (!band.inputs[line * band.row_stride]) continue;
        const float* x = band.inputs[line * band.row_stride] + n;
        const float* g = band.grad_y + line * band.grad_row + channel;
        for (Index p = 0; p < band.pixels; ++p, x += band.pixel_stride, g += band.grad_stride) {
            Vector right[Vectors];
#pragma GCC unroll 4
            for (int v = 0; v < Vectors; ++v) right[v] = load(x + v * GWSD_LANES);
#pragma GCC unroll 32
            for (int r = 0; r < Rows; ++r) {
                const Vector factor = spread(g[r]);
#pragma GCC unroll 4
                for (int v = 0; v < Vectors; ++v) sum[r][v] += factor * right[v];
            }
        }
    }
    for (int r = 0; r < Rows; ++r)
        for (int v = 0; v < Vectors; ++v)
            if (float* at = to + r * band.w_stride + v * GWSD_LANES; whole)
                store(at, sum[r][v]);
            else
                store_some(at, sum[r][v], left - v * GWSD_LANES);
}

template <int Rows, int Vectors>
void weight_tile_of(Index count, const ConvWeightBand& band, Index channel, Index n)
{
    if constexpr (Rows > 0) {
        if (count == Rows) return weight_tile<Rows, Vectors>(band, channel, n);
        weight_tile_of<Rows - 1, Vectors>(count, band, channel, n);
    }
}

template <int Vectors>
void weight_block(const ConvWeightBand& band, Index n)
{
    constexpr int most = GWSD_TILE_ROWS * GWSD_TILE_VECTORS / Vectors;
    const Index tiles = (band.out + most - 1) / most;
    for (Index t = 0; t < tiles; ++t) {
        const Index first = band.out * t / tiles, last = band.out * (t + 1) / tiles;
        weight_tile_of<most, Vectors>(last - first, band, first, n);
    }
}

void conv_weight_band(const ConvWeightBand& band)
{
    constexpr Index wide = GWSD_TILE_VECTORS * GWSD_LANES;
    for (Index n = 0; n < band.run; n += wide) {
        if (band.run - n > GWSD_LANES)
            weight_block<GWSD_TILE_VECTORS>(band, n);
        else
            weight_block<1>(band, n);
    }
}

/// sums[c] += x[p, c] over pixels. Pixels are the outer loop, so that memory is read as it lies; the sums stay in the
/// first-level cache.
void column_sums(Index pixels, Index channels, const float* x, float* sums)
{
    for (Index p = 0; p < pixels; ++p, x += channels)
        channel_vectors(channels, [&](Index c, auto part) {
            const Index left = channels - c;
            store_if(part, sums + c, load_if(part, sums + c, left) + load_if(part, x + c, left), left);
        });
}
