#pragma once

#include <optional>
#include <span>
#include <vector>

#include "score/baselines/block_covariance.hpp"

namespace gwsd::score {

/// The variogram of a coarse field, pooled over steps, and the point model whose means over cells it is.
///
/// Half the mean squared difference of pairs of cells is averaged in classes of distance. A model of points shows cells
/// (V, V') the regularised variogram (Journel and Huijbregts 1978)
///     g(V, V') = (C(V, V) + C(V', V'))/2 - C(V, V'),
/// with mean covariances over the cells' points. Sill and range are those of least weighted squares, weights pairs /
/// value^2 (Cressie 1985), so that the areal variogram is deconvolved by fitting the regularised model to it: what
/// Goovaerts (2008) iterates to, for one family of models.
class ArealVariogram {
public:
    /// Of pairs whose first cell lies in one of at most `most_rows` rows, evenly spread, and at most `most_lag` cells
    /// apart, but no further than half of the grid.
    explicit ArealVariogram(const geo::Grid& coarse, Index factor, Index most_rows = 8, Index most_lag = 12);

    /// Adds the pairs of one step; coarse is [cells], NaN where missing.
    void add(std::span<const float> coarse);

    /// A class of distance.
    struct Lag {
        double pairs = 0, km = 0, value = 0; ///< value: unit squared
    };
    /// Those that hold pairs, from near to far.
    std::vector<Lag> lags() const;
    /// What `model` shows of the same pairs.
    std::vector<double> regularised(const SphericalCovariance& model) const;

    double largest_km() const { return static_cast<double>(reach_) * class_km_; }
    /// None if the field does not vary. The range is at most four times the largest distance: beyond, the model is a
    /// line within reach, and weights hardly change.
    std::optional<SphericalCovariance> point_model() const;

private:
    struct Pairs {
        double n = 0, squares = 0, km = 0;
        std::size_t lag = 0; ///< class of distance
    };
    std::size_t at(std::size_t r, Index south, Index west) const
    {
        return (r * static_cast<std::size_t>(reach_ + 1) + static_cast<std::size_t>(south)) *
                   static_cast<std::size_t>(reach_ + 1) +
               static_cast<std::size_t>(west);
    }
    /// Sill of least weighted squares for this range, and the sum of squares it leaves.
    std::pair<double, double> sill(double range_km) const;

    geo::Grid grid_;
    Index factor_, reach_;
    double class_km_;
    std::vector<Index> rows_;
    std::vector<Pairs> pairs_; ///< [row, rows apart, columns apart]
};

} // namespace gwsd::score
