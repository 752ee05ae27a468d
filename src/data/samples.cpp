#include "gwsd/data/samples.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "data/tile_cells.hpp"
#include "gwsd/core/random.hpp"

namespace gwsd::data {
namespace {

// Streams of the counter-based generator, apart from each other and from that of the initial weights.
constexpr std::uint64_t epoch_stream = 0x5A00000000000000ULL, split_stream = 0x5B00000000000000ULL,
                        group_stream = 0x5C00000000000000ULL, told_stream = 0x5D00000000000000ULL,
                        mirror_stream = 0x5E00000000000000ULL;

std::vector<Index> starts(Index cells, Index tile, Index stride, bool periodic)
{
    std::vector<Index> list;
    if (cells <= tile) return {0};
    const Index last = periodic ? cells - 1 : cells - tile;
    for (Index i = 0; i <= last; i += stride) list.push_back(i);
    if (!periodic && list.back() != last) list.push_back(last);
    return list;
}

std::uint64_t wide(std::uint32_t high, std::uint32_t low) { return (std::uint64_t{high} << 32) | low; }

struct Drawn {
    std::uint64_t key;
    Index sample;
    Tile tile;
    bool operator<(const Drawn& other) const { return std::pair(key, sample) < std::pair(other.key, other.sample); }
};

/// Moves a tile by up to half of `jitter` either way, but not off a grid that does not close.
Index moved(Index start, std::uint32_t random, Index jitter, Index cells, Index tile, bool periodic)
{
    if (cells <= tile || jitter < 2) return start;
    const Index by = static_cast<Index>(random % static_cast<std::uint32_t>(jitter)) - jitter / 2;
    return periodic ? (start + by + cells) % cells : std::clamp<Index>(start + by, 0, cells - tile);
}

/// Puts the samples of a group of steps together, groups and samples in random order.
void group(std::vector<Drawn>& drawn, Index group_steps, const Philox& philox, std::uint64_t stream)
{
    std::set<Index> steps;
    for (const Drawn& d : drawn) steps.insert(d.tile.t);
    std::vector<std::pair<std::uint64_t, Index>> order;
    for (const Index t : steps) {
        const auto bits = philox(static_cast<std::uint64_t>(t), stream);
        order.emplace_back(wide(bits[0], bits[1]), t);
    }
    std::sort(order.begin(), order.end());
    std::map<Index, Index> group_of;
    for (std::size_t i = 0; i < order.size(); ++i) group_of[order[i].second] = static_cast<Index>(i) / group_steps;
    std::stable_sort(drawn.begin(), drawn.end(),
                     [&](const Drawn& a, const Drawn& b) { return group_of.at(a.tile.t) < group_of.at(b.tile.t); });
}

} // namespace

std::vector<Tile> tile_positions(const geo::Grid& coarse, Index tile, Index stride)
{
    std::vector<Tile> tiles;
    for (const Index row : starts(coarse.rows(), tile, stride, false))
        for (const Index col : starts(coarse.cols(), tile, stride, coarse.periodic())) tiles.push_back({0, row, col});
    return tiles;
}

std::vector<Tile> usable_tiles(const geo::Grid& coarse, Index factor, const std::vector<Tile>& tiles, Index tile,
                               const std::vector<char>& usable, double minimum_share)
{
    const geo::Grid fine = geo::refine(coarse, factor);
    std::vector<Tile> kept;
    for (const Tile& candidate : tiles) {
        const TileCells cells(fine, factor * candidate.row, factor * candidate.col, factor * tile, factor * tile);
        Index inside = 0, count = 0;
        cells.each(fine, [&](Index, Index cell) {
            ++inside;
            count += usable[static_cast<std::size_t>(cell)] ? 1 : 0;
        });
        if (count > 0 && static_cast<double>(count) >= minimum_share * static_cast<double>(inside))
            kept.push_back(candidate);
    }
    return kept;
}

Index missing_in_window(const BatchMaker& maker, Index t)
{
    Index missing = 0;
    for (Index k = t - maker.spec().window + 1; k <= t; ++k) missing += maker.has_coarse(k) ? 0 : 1;
    return missing;
}

std::vector<Index> steps_with_window(const BatchMaker& maker, std::span<const Index> steps, Index max_missing)
{
    std::vector<Index> kept;
    for (const Index t : steps)
        if (maker.has_coarse(t) && missing_in_window(maker, t) <= max_missing) kept.push_back(t);
    return kept;
}

std::vector<Tile> every_sample(std::span<const Index> steps, const std::vector<Tile>& tiles)
{
    std::vector<Tile> samples;
    for (const Index t : steps)
        for (const Tile& tile : tiles) samples.push_back({t, tile.row, tile.col});
    return samples;
}

std::vector<Tile> draw_epoch(const std::vector<Tile>& all, const geo::Grid& coarse, const DrawOptions& options,
                             Index epoch)
{
    const auto count = std::ssize(all);
    const Index wanted = options.samples > 0 ? options.samples : count;
    const Philox philox{options.seed};
    const auto stream = static_cast<std::uint64_t>(epoch);
    std::vector<Drawn> drawn;
    // A wish for more samples than there are is met by going round again, each round with its own order.
    for (Index first = 0; count > 0 && first < wanted; first += count) {
        std::vector<Drawn> round;
        for (Index s = 0; s < count; ++s) {
            const auto bits = philox(static_cast<std::uint64_t>(first + s), epoch_stream | stream);
            Tile tile = all[static_cast<std::size_t>(s)];
            tile.row = moved(tile.row, bits[2], options.jitter, coarse.rows(), options.tile, false);
            tile.col = moved(tile.col, bits[3], options.jitter, coarse.cols(), options.tile, coarse.periodic());
            if (options.mirror) {
                const auto turned = philox(static_cast<std::uint64_t>(first + s), mirror_stream | stream)[0];
                tile.mirror_rows = (turned & 1U) != 0, tile.mirror_cols = (turned & 2U) != 0;
            }
            if (options.told > 0)
                tile.told = philox(static_cast<std::uint64_t>(first + s), told_stream | stream)[0] <
                            options.told * 4294967296.0;
            round.push_back({wide(bits[0], bits[1]), first + s, tile});
        }
        std::sort(round.begin(), round.end());
        round.resize(static_cast<std::size_t>(std::min(count, wanted - first)));
        drawn.insert(drawn.end(), round.begin(), round.end());
    }
    if (options.group_steps > 0) group(drawn, options.group_steps, philox, group_stream | stream);
    std::vector<Tile> samples;
    for (const Drawn& d : drawn) samples.push_back(d.tile);
    return samples;
}

std::pair<std::vector<Tile>, std::vector<Tile>> random_split(const std::vector<Tile>& all, double share,
                                                             std::uint64_t seed)
{
    std::vector<Drawn> drawn;
    for (Index s = 0; s < std::ssize(all); ++s) {
        const auto bits = Philox{seed}(static_cast<std::uint64_t>(s), split_stream);
        drawn.push_back({wide(bits[0], bits[1]), s, all[static_cast<std::size_t>(s)]});
    }
    std::sort(drawn.begin(), drawn.end());
    const auto part = std::ssize(all) > 1 ? std::max<std::ptrdiff_t>(
                                                1, static_cast<std::ptrdiff_t>(share * static_cast<double>(all.size())))
                                          : 0;
    const auto by_sample = [](const Drawn& a, const Drawn& b) { return a.sample < b.sample; };
    std::sort(drawn.begin(), drawn.begin() + part, by_sample);
    std::sort(drawn.begin() + part, drawn.end(), by_sample);
    std::pair<std::vector<Tile>, std::vector<Tile>> result;
    for (std::ptrdiff_t i = 0; i < std::ssize(drawn); ++i)
        (i < part ? result.second : result.first).push_back(drawn[static_cast<std::size_t>(i)].tile);
    return result;
}

} // namespace gwsd::data
