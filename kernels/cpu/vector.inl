// Vectors of GWSD_LANES floats, and whole or partial loads and stores of them.

typedef float Vector __attribute__((vector_size(GWSD_LANES * 4)));
typedef float Unaligned __attribute__((vector_size(GWSD_LANES * 4), aligned(4), may_alias));
typedef int Whole __attribute__((vector_size(GWSD_LANES * 4)));

/// One value in every lane: x - 0 is x, so that this is a broadcast and no arithmetic.
inline Vector spread(float x) { return x - Vector{}; }
inline Vector load(const float* p) { return *reinterpret_cast<const Unaligned*>(p); }
inline void store(float* p, Vector v) { *reinterpret_cast<Unaligned*>(p) = v; }

/// The first `count` lanes from memory, the rest zero; nothing behind them is touched.
inline Vector load_some(const float* p, Index count)
{
    if (count >= GWSD_LANES) return load(p);
    float lanes[GWSD_LANES] = {};
    for (Index i = 0; i < count; ++i) lanes[i] = p[i];
    return load(lanes);
}
inline void store_some(float* p, Vector v, Index count)
{
    if (count >= GWSD_LANES) return store(p, v);
    float lanes[GWSD_LANES];
    store(lanes, v);
    for (Index i = 0; i < count; ++i) p[i] = lanes[i];
}

// A loop over channels is compiled twice, for whole vectors and for a last one with less: a test inside it would cost as
// much as the arithmetic.
struct FullVector {
    static constexpr bool value = true;
};
struct LastVector {
    static constexpr bool value = false;
};

/// work(first channel, part): vectors of channels; part says whether there are GWSD_LANES or less.
template <class Work>
inline void channel_vectors(Index channels, const Work& work)
{
    Index c = 0;
    for (; c + GWSD_LANES <= channels; c += GWSD_LANES) work(c, FullVector{});
    if (c < channels) work(c, LastVector{});
}
template <class Part>
inline Vector load_if(Part, const float* p, Index left)
{
    if constexpr (Part::value) return load(p);
    return load_some(p, left);
}
template <class Part>
inline void store_if(Part, float* p, Vector v, Index left)
{
    if constexpr (Part::value)
        store(p, v);
    else
        store_some(p, v, left);
}
