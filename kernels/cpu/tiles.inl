// Tile registers 0 to 7, each 16 rows of 64 bytes. The instructions are spelt out, so that a compiler without their
// intrinsics builds them too; a register's number has to be known where it is compiled.

/// All eight registers 16 rows of 64 bytes.
struct alignas(64) TileConfig {
    std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
    std::uint16_t bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};
static_assert(sizeof(TileConfig) == 64);

inline void tile_begin()
{
    const TileConfig config;
    asm volatile("ldtilecfg %0" ::"m"(config));
}
inline void tile_end() { asm volatile("tilerelease"); }
template <int T>
inline void tile_zero()
{
    asm volatile("tilezero %%tmm%c0" ::"i"(T));
}
template <int T>
inline void tile_load(const void* from, Index stride)
{
    asm volatile("tileloadd (%0,%1,1), %%tmm%c2" ::"r"(from), "r"(stride), "i"(T) : "memory");
}
template <int T>
inline void tile_store(void* to, Index stride)
{
    asm volatile("tilestored %%tmm%c2, (%0,%1,1)" ::"r"(to), "r"(stride), "i"(T) : "memory");
}
/// Sum += A * B with bf16 factors: A [16][32], B [16 pairs of k][16][2], Sum [16][16].
template <int Sum, int A, int B>
inline void tile_product()
{
    asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(Sum), "i"(A), "i"(B));
}
