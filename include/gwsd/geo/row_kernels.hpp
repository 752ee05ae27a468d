#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>
#include <utility>
#include <vector>

#include "gwsd/core/parallel.hpp"
#include "gwsd/geo/spherical_gaussian.hpp"
#include "gwsd/geo/zonal_transform.hpp"

namespace gwsd::geo {

/// Series of the Gaussian between all pairs of rows in reach. Kept where they take less than 256 MB, half of the pairs
/// (a quarter where north mirrors south), else made anew for each use.
class RowKernels {
public:
    RowKernels(const Grid& grid, const SphericalGaussian& gaussian, const ZonalTransform& transform)
        : gaussian_(gaussian), transform_(transform)
    {
        for (Index row = 0; row < grid.rows(); ++row) lat_.push_back(grid.lat(row) * std::numbers::pi / 180.0);
        const std::size_t n = lat_.size();
        mirrored_ = true;
        for (std::size_t r = 0; r < n; ++r) mirrored_ = mirrored_ && std::abs(lat_[r] + lat_[n - 1 - r]) < 1e-12;
        reach_ = gaussian.reach(1e-9);
        double numbers = 0;
        for (Index r = 0; r < rows(); ++r)
            numbers += static_cast<double>((last(r) - r + 1) * transform.terms()) * (mirrored_ ? 0.25 : 0.5);
        if (numbers * 8.0 > 256e6) return;
        stored_.resize(n);
        parallel_for(rows(), 4, [&](Index begin, Index end) {
            for (Index r = begin; r < end; ++r) store(r);
        });
    }

    Index rows() const { return static_cast<Index>(lat_.size()); }
    /// Last row in reach of a row.
    Index last(Index row) const
    {
        const double limit = lat_[static_cast<std::size_t>(row)] + reach_;
        return static_cast<Index>(std::upper_bound(lat_.begin(), lat_.end(), limit) - lat_.begin()) - 1;
    }
    Index first(Index row) const
    {
        const double limit = lat_[static_cast<std::size_t>(row)] - reach_;
        return static_cast<Index>(std::lower_bound(lat_.begin(), lat_.end(), limit) - lat_.begin());
    }

    /// The series between two rows; `scratch` may hold it.
    std::span<const double> operator()(Index a, Index b, std::vector<double>& scratch) const
    {
        if (stored_.empty()) {
            make(std::min(a, b), std::max(a, b), scratch);
            return scratch;
        }
        const auto [r, other] = canonical(std::min(a, b), std::max(a, b));
        const Stored& row = stored_[static_cast<std::size_t>(r)];
        const auto i = static_cast<std::size_t>(other - r);
        return {row.values.data() + row.begin[i], row.begin[i + 1] - row.begin[i]};
    }

private:
    struct Stored {
        std::vector<std::size_t> begin{0};
        std::vector<double> values;
    };

    std::pair<Index, Index> canonical(Index r, Index other) const
    {
        const Index end = rows() - 1;
        return mirrored_ && r + other > end ? std::pair{end - other, end - r} : std::pair{r, other};
    }

    void make(Index r, Index other, std::vector<double>& k) const
    {
        gaussian_.series(lat_[static_cast<std::size_t>(r)], lat_[static_cast<std::size_t>(other)], k);
        transform_.fold(k);
    }

    void store(Index r)
    {
        Stored& row = stored_[static_cast<std::size_t>(r)];
        std::vector<double> k;
        for (Index other = r; other <= last(r); ++other) {
            if (canonical(r, other) == std::pair{r, other}) {
                make(r, other, k);
                row.values.insert(row.values.end(), k.begin(), k.end());
            }
            row.begin.push_back(row.values.size());
        }
        row.values.shrink_to_fit();
    }

    SphericalGaussian gaussian_;
    const ZonalTransform& transform_;
    std::vector<double> lat_;
    double reach_ = 0;
    bool mirrored_ = false;
    std::vector<Stored> stored_;
};

} // namespace gwsd::geo
