// Floats into bf16 parts, in the layouts that tile products read.

typedef unsigned Words __attribute__((vector_size(64)));
typedef float Floats __attribute__((vector_size(64)));
typedef float LooseFloats __attribute__((vector_size(64), aligned(4), may_alias));
typedef std::uint16_t Halves __attribute__((vector_size(32)));
typedef std::uint16_t LooseHalves __attribute__((vector_size(32), aligned(2), may_alias));
typedef unsigned LooseWords __attribute__((vector_size(64), aligned(2), may_alias));

/// Sixteen floats, or the first `count` of them and zeros.
inline Floats load_floats(const float* p, Index count = 16)
{
    if (count >= 16) return *reinterpret_cast<const LooseFloats*>(p);
    Floats v{};
    for (Index i = 0; i < count; ++i) v[i] = p[i];
    return v;
}

/// bf16 in the upper half of each word, rounded to nearest even; a NaN stays one.
inline Words upper_half(Floats x)
{
    const Words w = reinterpret_cast<Words>(x);
    const Words rounded = (w + 0x7FFFU + ((w >> 16) & 1U)) & 0xFFFF0000U;
    const Words quiet = (w | 0x00400000U) & 0xFFFF0000U;
    return x == x ? rounded : quiet;
}

/// High and low part, each in the upper half of a word.
struct SplitWords {
    Words high, low;
    explicit SplitWords(Floats x) : high(upper_half(x)), low(upper_half(x - reinterpret_cast<Floats>(high))) {}
};

inline void store_halves(std::uint16_t* to, Words upper, Index count)
{
    const Halves halves = __builtin_convertvector(upper >> 16, Halves);
    if (count >= 16)
        *reinterpret_cast<LooseHalves*>(to) = halves;
    else
        for (Index i = 0; i < count; ++i) to[i] = halves[i];
}

void split(Index n, const float* x, SplitTo to)
{
    for (Index i = 0; i < n; i += 16) {
        const SplitWords parts(load_floats(x + i, n - i));
        store_halves(to.high + i, parts.high, n - i);
        if (to.low) store_halves(to.low + i, parts.low, n - i);
    }
}

/// Exchanges blocks of Size x Size words across the diagonal of blocks twice as large.
template <unsigned Size>
inline void exchange_blocks(Words (&row)[16])
{
    Words first, second; // lanes of two rows joined: 16 to 31 are those of the second
    for (unsigned l = 0; l < 16; ++l) first[l] = l & Size ? 16 + l - Size : l, second[l] = l & Size ? 16 + l : l + Size;
    for (unsigned r = 0; r < 16; ++r)
        if ((r & Size) == 0) {
            const Words a = row[r], b = row[r + Size];
            row[r] = __builtin_shuffle(a, b, first), row[r + Size] = __builtin_shuffle(a, b, second);
        }
}

inline void transpose_words(Words (&row)[16])
{
    exchange_blocks<1>(row), exchange_blocks<2>(row), exchange_blocks<4>(row), exchange_blocks<8>(row);
}

/// Two rows of upper halves as pairs: the first in the lower half of each word, as memory has them.
inline Words paired(Words first, Words second) { return (first >> 16) | second; }

inline void store_words(std::uint16_t* to, Words w) { *reinterpret_cast<LooseWords*>(to) = w; }

/// A panel whose columns lie together: row k of b gives 16 values at once.
inline void pack_rows(Index depth, Index cols, const float* b, Index k_stride, SplitTo to)
{
    for (Index pair = 0; pair < 16; ++pair) {
        const Index k = 2 * pair;
        const SplitWords first(k < depth ? load_floats(b + k * k_stride, cols) : Floats{}),
            second(k + 1 < depth ? load_floats(b + (k + 1) * k_stride, cols) : Floats{});
        store_words(to.high + pair * 32, paired(first.high, second.high));
        if (to.low) store_words(to.low + pair * 32, paired(first.low, second.low));
    }
}

/// A panel whose rows lie together: column n of b gives 32 values at once.
inline void pack_columns(Index depth, Index cols, const float* b, Index n_stride, SplitTo to)
{
    Words high[16] = {}, low[16] = {};
    for (Index n = 0; n < cols; ++n) {
        std::uint16_t halves[2][32];
        const SplitTo column{halves[0], halves[1]};
        for (Index k = 0; k < 32; k += 16) {
            const SplitWords parts(k < depth ? load_floats(b + n * n_stride + k, depth - k) : Floats{});
            store_halves(column.high + k, parts.high, 16), store_halves(column.low + k, parts.low, 16);
        }
        __builtin_memcpy(&high[n], column.high, 64), __builtin_memcpy(&low[n], column.low, 64);
    }
    transpose_words(high);
    for (Index pair = 0; pair < 16; ++pair) store_words(to.high + pair * 32, high[pair]);
    if (!to.low) return;
    transpose_words(low);
    for (Index pair = 0; pair < 16; ++pair) store_words(to.low + pair * 32, low[pair]);
}

void pack(Index depth, Index cols, const float* b, Index k_stride, Index n_stride, SplitTo to)
{
    for (Index k = 0; k < depth; k += 32) {
        const SplitTo panel{to.high + k * 16, to.low ? to.low + k * 16 : nullptr};
        if (n_stride == 1)
            pack_rows(depth - k, cols, b + k * k_stride, k_stride, panel);
        else
            pack_columns(depth - k, cols, b + k, n_stride, panel); // k_stride is 1
    }
}

void transpose(Index pixels, Index channels, const float* x, Index pixel_stride, SplitTo to, Index pitch)
{
    for (Index c = 0; c < channels; c += 16)
        for (Index p = 0; p < pixels; p += 32) {
            Words high[16], low[16];
            for (Index pair = 0; pair < 16; ++pair) {
                const float* from = x + (p + 2 * pair) * pixel_stride + c;
                const Index left = pixels - p - 2 * pair;
                const SplitWords first(left > 0 ? load_floats(from, channels - c) : Floats{}),
                    second(left > 1 ? load_floats(from + pixel_stride, channels - c) : Floats{});
                high[pair] = paired(first.high, second.high), low[pair] = paired(first.low, second.low);
            }
            const auto write = [&](Words (&words)[16], std::uint16_t* part) {
                transpose_words(words);
                for (Index n = 0; n < 16 && c + n < channels; ++n) {
                    std::uint16_t* row = part + (c + n) * pitch + p;
                    if (pixels - p >= 32)
                        store_words(row, words[n]);
                    else
                        __builtin_memcpy(row, &words[n], static_cast<std::size_t>(pixels - p) * 2);
                }
            };
            write(high, to.high);
            if (to.low) write(low, to.low);
        }
}
