#pragma once

#include <cstdint>
#include <unordered_set>
#include <vector>

#include "gwsd/core/shape.hpp"
#include "gwsd/geo/calendar.hpp"

namespace gwsd::train {

/// Weighted distribution of |error| / sigma, in bins of equal ratio (half a percent wide), so that the globe
/// takes no more memory than a region.
class ErrorRatios {
public:
    static constexpr int per_octave = 128, octaves = 32; ///< from 2^-16 to 2^16

    ErrorRatios() : weight_(per_octave * octaves, 0.0) {}

    void add(double ratio, double weight);
    ErrorRatios& operator+=(const ErrorRatios& other);

    double total() const { return total_; }
    /// Below which a share `level` of the weight lies, interpolated within a bin; 0 if nothing was added.
    double quantile(double level) const;
    /// Share of the weight below `ratio`; 0 if nothing was added.
    double share_below(double ratio) const;
    /// Root of the mean square.
    double rms() const;

private:
    std::vector<double> weight_;
    double total_ = 0, squares_ = 0;
};

/// Errors by group, and how many independent pieces each group's come from: errors of neighbouring cells are not
/// independent, nor are those of the months of a season, so a block of about the satellites' footprint in a season of a
/// year counts once, whatever the number of its cells and months.
class GroupedErrors {
public:
    static constexpr double block_degrees = 4;

    struct Group {
        ErrorRatios ratios;
        std::unordered_set<std::uint64_t> pieces;
        std::uint64_t last = ~std::uint64_t{0};
    };

    explicit GroupedErrors(Index groups) : groups_(static_cast<std::size_t>(groups)) {}

    /// The piece that a cell at (lat, lon) belongs to in a month.
    static std::uint64_t piece(double lat, double lon, geo::Month month);
    void add(Index group, double ratio, double weight, std::uint64_t piece)
    {
        Group& g = groups_[static_cast<std::size_t>(group)];
        g.ratios.add(ratio, weight);
        if (piece != g.last) g.pieces.insert(g.last = piece); // cells come block by block
    }

    const Group& operator[](Index group) const { return groups_[static_cast<std::size_t>(group)]; }
    /// Groups `first` to `last` together.
    Group sum(Index first, Index last) const;
    /// Forgets what the groups hold.
    void clear(Index first, Index last);

private:
    std::vector<Group> groups_;
};

} // namespace gwsd::train
