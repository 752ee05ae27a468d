#pragma once

#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "gwsd/geo/conservative.hpp"
#include "gwsd/geo/row_kernels.hpp"

namespace gwsd::geo {

/// Smoothing by a SphericalGaussian over the valid cells of a grid. With area a, mask m and field x the smoothed value
/// is sum(W a m x) / sum(W a m). Both sums are one complex field a m (x + i), transformed along each row of latitude;
/// between two rows the kernel is a product with a short real series (spherical_gaussian.hpp). Rows farther apart than
/// a weight of 1e-9 are left out; along a row nothing is.
class GaussianSmoothing {
public:
    GaussianSmoothing(const Grid& grid, double radius_km)
        : grid_(grid),
          gaussian_(radius_km),
          transform_(grid, gaussian_.last_term()),
          kernels_(grid, gaussian_, transform_)
    {
    }
    GaussianSmoothing(const GaussianSmoothing&) = delete;
    GaussianSmoothing& operator=(const GaussianSmoothing&) = delete;

    /// out is missing where in is; both have grid.cells() values.
    void apply(std::span<const float> in, std::span<float> out) const
    {
        std::vector<std::vector<double>> spectra(static_cast<std::size_t>(grid_.rows()));
        parallel_for(grid_.rows(), 4, [&](Index begin, Index end) {
            std::vector<Complex> z(static_cast<std::size_t>(grid_.cols())), work, scratch;
            for (Index row = begin; row < end; ++row)
                if (load(row, in, z)) transform_.forward(z, spectra[static_cast<std::size_t>(row)], work, scratch);
        });
        parallel_for(grid_.rows(), 4, [&](Index begin, Index end) {
            std::vector<Complex> z(static_cast<std::size_t>(grid_.cols())), work, scratch;
            std::vector<double> sum, series;
            for (Index row = begin; row < end; ++row) {
                float* const to = out.data() + row * grid_.cols();
                const float* const from = in.data() + row * grid_.cols();
                std::fill_n(to, grid_.cols(), std::numeric_limits<float>::quiet_NaN());
                if (spectra[static_cast<std::size_t>(row)].empty()) continue;
                gather(row, spectra, sum, series);
                transform_.inverse(sum, z, work, scratch);
                for (Index col = 0; col < grid_.cols(); ++col) {
                    const Complex value = z[static_cast<std::size_t>(col)];
                    if (!std::isnan(from[col])) to[col] = static_cast<float>(value.re / value.im);
                }
            }
        });
    }

private:
    /// area x mask x (value + i); false if no cell of the row is valid.
    bool load(Index row, std::span<const float> in, std::vector<Complex>& z) const
    {
        const auto r = static_cast<std::size_t>(row);
        const double band = band_measure(grid_.lat_edges[r], grid_.lat_edges[r + 1]);
        const float* const from = in.data() + row * grid_.cols();
        bool any = false;
        for (std::size_t c = 0; c < z.size(); ++c) {
            const double area = band * (grid_.lon_edges[c + 1] - grid_.lon_edges[c]);
            const bool valid = !std::isnan(from[c]);
            z[c] = valid ? Complex{area * static_cast<double>(from[c]), area} : Complex{};
            any = any || valid;
        }
        return any;
    }

    void gather(Index row, const std::vector<std::vector<double>>& spectra, std::vector<double>& sum,
                std::vector<double>& scratch) const
    {
        sum.assign(static_cast<std::size_t>(4 * transform_.terms()), 0.0);
        for (Index other = kernels_.first(row); other <= kernels_.last(row); ++other) {
            const std::vector<double>& spectrum = spectra[static_cast<std::size_t>(other)];
            if (spectrum.empty()) continue;
            const std::span<const double> k = kernels_(row, other, scratch);
            const double* const z = spectrum.data();
            double* const to = sum.data();
            for (std::size_t m = 0; m < k.size(); ++m)
                for (std::size_t i = 0; i < 4; ++i) to[4 * m + i] += k[m] * z[4 * m + i];
        }
    }

    Grid grid_;
    SphericalGaussian gaussian_;
    ZonalTransform transform_;
    RowKernels kernels_;
};

} // namespace gwsd::geo
