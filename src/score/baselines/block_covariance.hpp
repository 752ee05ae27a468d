#pragma once

#include <vector>

#include "gwsd/geo/grid.hpp"

namespace gwsd::score {

/// Covariance of two points h km apart on a great circle, in the field's unit squared:
///     C(h) = sill (1 - 3/2 h/range + 1/2 (h/range)^3) for h below the range, else 0.
/// It is a valid model on the sphere (Gneiting 2013). Kriging weights without a nugget depend on the range alone.
struct SphericalCovariance {
    double sill = 1, range_km = 500;

    double operator()(double km) const
    {
        const double h = km / range_km;
        return h < 1 ? sill * (1 - h * (1.5 - 0.5 * h * h)) : 0.0;
    }
};

/// Covariances of coarse cells, each the area-weighted mean of its factor x factor fine cells, which stand for their
/// points: the means over all pairs of points (Kyriakidis 2004, eq. 4 and 5). Distances are those of a grid of equal
/// longitudes, so they depend on rows and on a difference of columns.
class BlockCovariance {
public:
    BlockCovariance(const geo::Grid& coarse, Index factor, const SphericalCovariance& model);

    /// Of a cell in row `row` and one in row `other`, `cols` columns apart.
    double of_blocks(Index row, Index other, Index cols) const;
    /// Of a cell in row `row` and the point of fine row `fine_row` that lies `fine_cols` fine columns east of the
    /// cell's first one.
    double of_block_and_point(Index row, Index fine_row, Index fine_cols) const;

    double distance_km(Index fine_row, Index other, double fine_cols) const;
    Index factor() const { return factor_; }
    double weight(Index fine_row) const { return weight_[static_cast<std::size_t>(fine_row)]; }

private:
    Index factor_;
    SphericalCovariance model_;
    double half_width_;                      ///< of a fine column, radians
    std::vector<double> lat_, cos_, weight_; ///< of fine rows; weights of a coarse cell's rows add to 1
};

} // namespace gwsd::score
