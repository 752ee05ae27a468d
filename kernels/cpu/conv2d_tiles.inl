// Convolution by tile products. Registers 0 to 3 hold 2 x 2 tiles of sums, 4 and 5 left operands, 6 and 7 right ones, so
// that every operand that is loaded serves two products.

/// The products whose sum stands for a float product: high high, and with low parts high low, low high.
struct Product {
    bool low_left, low_right;
};
constexpr Product products[3] = {{false, false}, {false, true}, {true, false}};

/// `depth` products along k. Right operands lie one panel after the other, those of the second tile `apart` behind.
template <int Rows, int Cols>
inline void multiply(Index depth, const std::uint16_t* left, Index left_stride, Index left_apart, const std::uint16_t* right,
                     Index right_apart)
{
    for (Index k = 0; k < depth; ++k) {
        const std::uint16_t *a = left + k * tile::depth, *b = right + k * tile::panel;
        tile_load<4>(a, left_stride * 2);
        tile_load<6>(b, 64);
        tile_product<0, 4, 6>();
        if constexpr (Cols > 1) tile_load<7>(b + right_apart, 64), tile_product<1, 4, 7>();
        if constexpr (Rows > 1) {
            tile_load<5>(a + left_apart, left_stride * 2);
            tile_product<2, 5, 6>();
            if constexpr (Cols > 1) tile_product<3, 5, 7>();
        }
    }
}

/// Where a tile of pixels x channels lies in y: whole, or with less than 16 of either.
struct Corner {
    float* y;
    Index stride, pixels, channels;
    bool whole() const { return pixels >= 16 && channels >= 16; }
};

/// Register T before the first product: what y holds, or the bias of each channel, or zero.
template <int T>
void open_sums(const Corner& at, bool add, const float* bias)
{
    if (!add && !bias) return tile_zero<T>();
    if (add && at.whole()) return tile_load<T>(at.y, at.stride * 4);
    alignas(64) float sums[256] = {};
    for (Index p = 0; p < 16 && p < at.pixels; ++p)
        for (Index c = 0; c < 16 && c < at.channels; ++c) sums[p * 16 + c] = add ? at.y[p * at.stride + c] : bias[c];
    tile_load<T>(sums, 64);
}

template <int T>
void close_sums(const Corner& at)
{
    if (at.whole()) return tile_store<T>(at.y, at.stride * 4);
    alignas(64) float sums[256];
    tile_store<T>(sums, 64);
    for (Index p = 0; p < 16 && p < at.pixels; ++p)
        for (Index c = 0; c < 16 && c < at.channels; ++c) at.y[p * at.stride + c] = sums[p * 16 + c];
}

template <int Rows, int Cols>
void band_tiles(const TileBand& band, Index line, Index pixel, Index channel)
{
    float* y = band.y + line * band.y_row + pixel * band.y_stride + channel;
    const auto corner = [&](Index row, Index col) {
        return Corner{y + row * 16 * band.y_stride + col * 16, band.y_stride, band.pixels - pixel - row * 16, band.out - channel - col * 16};
    };
    const auto bias = [&](Index col) { return band.bias && !band.add ? band.bias + channel + col * 16 : nullptr; };
    open_sums<0>(corner(0, 0), band.add, bias(0));
    if constexpr (Cols > 1) open_sums<1>(corner(0, 1), band.add, bias(1));
    if constexpr (Rows > 1) open_sums<2>(corner(1, 0), band.add, bias(0));
    if constexpr (Rows > 1 && Cols > 1) open_sums<3>(corner(1, 1), band.add, bias(1));

    const Index steps = tile::steps(band.run), apart = band.kernel_rows * steps * tile::panel;
    for (const Product& product : products) {
        if (!band.weights.low && (product.low_left || product.low_right)) break;
        const std::uint16_t* right = (product.low_right ? band.weights.low : band.weights.high) + channel / 16 * apart;
        const auto inputs = product.low_left ? band.inputs.low : band.inputs.high;
        for (Index i = 0; i < band.kernel_rows; ++i, right += steps * tile::panel)
            if (const std::uint16_t* row = inputs[line * band.row_stride + i])
                multiply<Rows, Cols>(steps, row + pixel * band.pixel_stride, band.pixel_stride, 16 * band.pixel_stride, right, apart);
    }
    close_sums<0>(corner(0, 0));
    if constexpr (Cols > 1) close_sums<1>(corner(0, 1));
    if constexpr (Rows > 1) close_sums<2>(corner(1, 0));
    if constexpr (Rows > 1 && Cols > 1) close_sums<3>(corner(1, 1));
}

void conv_band(const TileBand& band)
{
    tile_begin();
    for (Index channel = 0; channel < band.out; channel += 32)
        for (Index line = 0; line < band.rows; ++line)
            for (Index pixel = 0; pixel < band.pixels; pixel += 32) {
                const bool tall = band.pixels - pixel > 16, wide = band.out - channel > 16;
                if (tall && wide) band_tiles<2, 2>(band, line, pixel, channel);
                else if (tall) band_tiles<2, 1>(band, line, pixel, channel);
                else if (wide) band_tiles<1, 2>(band, line, pixel, channel);
                else band_tiles<1, 1>(band, line, pixel, channel);
            }
    tile_end();
}

template <int Rows, int Cols>
void weight_tiles(const TileWeightBand& band, Index i, Index j, Index c, Index o)
{
    float* sum = band.sum + ((i * band.kernel_cols + j) * band.in + c) * band.out + o;
    const Index stride = band.out * 4;
    tile_load<0>(sum, stride);
    if constexpr (Cols > 1) tile_load<1>(sum + 16, stride);
    if constexpr (Rows > 1) tile_load<2>(sum + 16 * band.out, stride);
    if constexpr (Rows > 1 && Cols > 1) tile_load<3>(sum + 16 * band.out + 16, stride);
    const Index apart = band.steps * tile::panel, line_size = band.out / 16 * apart;
    for (const Product& product : products) {
        if (!band.grad.low && (product.low_left || product.low_right)) break;
        const auto inputs = product.low_left ? band.inputs.low : band.inputs.high;
        const std::uint16_t* grad = (product.low_right ? band.grad.low : band.grad.high) + o / 16 * apart;
        for (Index line = 0; line < band.rows; ++line)
            if (const std::uint16_t* row = inputs[line * band.row_stride + i])
                multiply<Rows, Cols>(band.steps, row + (j % band.phases * band.in + c) * band.pitch + j / band.phases, band.pitch,
                                     16 * band.pitch, grad + line * line_size, apart);
    }
    tile_store<0>(sum, stride);
    if constexpr (Cols > 1) tile_store<1>(sum + 16, stride);
    if constexpr (Rows > 1) tile_store<2>(sum + 16 * band.out, stride);
    if constexpr (Rows > 1 && Cols > 1) tile_store<3>(sum + 16 * band.out + 16, stride);
}

void conv_weight_band(const TileWeightBand& band)
{
    tile_begin();
    for (Index i = 0; i < band.kernel_rows; ++i)
        for (Index j = 0; j < band.kernel_cols; ++j)
            for (Index c = 0; c < band.in; c += 32)
                for (Index o = 0; o < band.out; o += 32) {
                    const bool tall = band.in - c > 16, wide = band.out - o > 16;
                    if (tall && wide) weight_tiles<2, 2>(band, i, j, c, o);
                    else if (tall) weight_tiles<2, 1>(band, i, j, c, o);
                    else if (wide) weight_tiles<1, 2>(band, i, j, c, o);
                    else weight_tiles<1, 1>(band, i, j, c, o);
                }
    tile_end();
}
