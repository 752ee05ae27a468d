#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "gwsd/core/parallel.hpp"
#include "gwsd/geo/grid.hpp"

namespace gwsd::geo {

/// Finds the valid cell nearest to a cell on the sphere. Along one row of latitude the distance grows with the
/// difference of longitude, so the nearest valid cell of a row is the next one to the west or to the east; rows are
/// tried outward until their latitude alone is too far away.
class NearestValid {
public:
    NearestValid(const Grid& grid, std::span<const float> field) : rows_(grid.rows()), cols_(grid.cols())
    {
        for (Index row = 0; row < rows_; ++row) {
            sin_lat_.push_back(std::sin(grid.lat(row) * radian));
            cos_lat_.push_back(std::cos(grid.lat(row) * radian));
        }
        for (Index col = 0; col < cols_; ++col) {
            sin_lon_.push_back(std::sin(grid.lon(col) * radian));
            cos_lon_.push_back(std::cos(grid.lon(col) * radian));
        }
        west_.resize(field.size());
        east_.resize(field.size());
        empty_.resize(static_cast<std::size_t>(rows_));
        parallel_for(rows_, 16, [&](Index begin, Index end) {
            for (Index row = begin; row < end; ++row) link(row, field);
        });
        Index last = -1;
        for (Index row = 0; row < rows_; ++row) {
            if (!empty_[static_cast<std::size_t>(row)]) last = row;
            south_.push_back(last);
        }
        last = rows_;
        north_.resize(south_.size());
        for (Index row = rows_ - 1; row >= 0; --row) {
            if (!empty_[static_cast<std::size_t>(row)]) last = row;
            north_[static_cast<std::size_t>(row)] = last;
        }
    }

    bool any() const { return !south_.empty() && south_.back() >= 0; }

    /// Index of the nearest valid cell; any() must hold. Of cells equally near (to 1e-9) the first counts in the order
    /// of rows outward, south before north, west before east.
    Index operator()(Index row, Index col) const
    {
        Best best;
        Index south = south_[static_cast<std::size_t>(row)], north = row + 1 < rows_ ? next_north(row + 1) : rows_;
        while (south >= 0 || north < rows_) {
            const bool southern = north >= rows_ || (south >= 0 && row - south <= north - row);
            const Index other = southern ? south : north;
            // Beyond a row whose latitude alone is too far there is nothing nearer on that side.
            if (!visit(row, col, other, best))
                (southern ? south : north) = southern ? -1 : rows_;
            else if (southern)
                south = other > 0 ? south_[static_cast<std::size_t>(other - 1)] : -1;
            else
                north = other + 1 < rows_ ? next_north(other + 1) : rows_;
        }
        return best.cell;
    }

private:
    struct Best {
        Index cell = -1;
        double squared = std::numeric_limits<double>::infinity(); ///< of the chord on the unit sphere
    };

    std::size_t at(Index row, Index col) const { return static_cast<std::size_t>(row * cols_ + col); }

    /// For each cell of a row the nearest valid column at or west of it and at or east of it, around the globe.
    void link(Index row, std::span<const float> field)
    {
        std::int32_t last = -1;
        for (Index i = 0; i < 2 * cols_; ++i) {
            const Index col = i % cols_;
            if (!std::isnan(field[at(row, col)])) last = static_cast<std::int32_t>(col);
            west_[at(row, col)] = last;
        }
        for (Index i = 2 * cols_ - 1; i >= 0; --i) {
            const Index col = i % cols_;
            if (!std::isnan(field[at(row, col)])) last = static_cast<std::int32_t>(col);
            east_[at(row, col)] = last;
        }
        empty_[static_cast<std::size_t>(row)] = last < 0;
    }

    Index next_north(Index row) const { return north_[static_cast<std::size_t>(row)]; }

    /// False if neither this row nor one behind it can hold a nearer cell.
    bool visit(Index row, Index col, Index other, Best& best) const
    {
        const auto r = static_cast<std::size_t>(row), o = static_cast<std::size_t>(other);
        const double c = cos_lat_[o] - cos_lat_[r], s = sin_lat_[o] - sin_lat_[r];
        if (c * c + s * s >= best.squared) return false;
        for (const std::int32_t candidate : {west_[at(other, col)], east_[at(other, col)]}) {
            const double squared = chord(r, static_cast<std::size_t>(col), o, static_cast<std::size_t>(candidate));
            if (squared < best.squared * (1.0 - 1e-9)) best = {other * cols_ + candidate, squared};
        }
        return true;
    }

    double chord(std::size_t row, std::size_t col, std::size_t other, std::size_t candidate) const
    {
        const double x = cos_lat_[row] * cos_lon_[col] - cos_lat_[other] * cos_lon_[candidate];
        const double y = cos_lat_[row] * sin_lon_[col] - cos_lat_[other] * sin_lon_[candidate];
        const double z = sin_lat_[row] - sin_lat_[other];
        return x * x + y * y + z * z;
    }

    Index rows_, cols_;
    std::vector<double> sin_lat_, cos_lat_, sin_lon_, cos_lon_;
    std::vector<std::int32_t> west_, east_;
    std::vector<char> empty_;
    std::vector<Index> south_,
        north_; ///< nearest row with a valid cell at or south of a row (or -1), or north (or rows)
};

} // namespace gwsd::geo
