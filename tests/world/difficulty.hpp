#pragma once

#include <Eigen/Dense>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "gwsd/data/world.hpp"
#include "gwsd/score/spectrum.hpp"

namespace gwsd::test {

/// Some years of a part of the built-in world on its fine grid.
struct Patch {
    geo::Grid grid;
    std::vector<float> land;
    std::vector<data::world::MonthFields> months;

    Patch(const geo::Region& region, const std::string& period)
    {
        data::World world({.seed = 1, .region = region, .period = geo::Period::parse(period)});
        grid = world.grid();
        land = world.land_fraction();
        months.resize(static_cast<std::size_t>(world.time().size()));
        for (Index t = 0; t < world.time().size(); ++t) world.read(t, months[static_cast<std::size_t>(t)]);
    }
};

/// Sums of squares, weighted by area and land fraction, over cells and months.
struct Squares {
    double all = 0, below = 0, error = 0; ///< truth, truth below 0.5 degrees, error of a prediction below 0.5 degrees
    double share() const { return below / all; }
    double r2() const { return 1 - error / below; }
    Squares& operator+=(const Squares& other)
    {
        all += other.all, below += other.below, error += other.error;
        return *this;
    }
};

/// A field minus its mean over each 0.5-degree cell, 0 where it is missing.
inline std::vector<double> below_half_degree(const Patch& patch, const std::vector<float>& field)
{
    std::vector<double> result(field.size(), 0.0);
    const Index cols = patch.grid.cols();
    for (Index r = 0; r < patch.grid.rows(); r += 4)
        for (Index c = 0; c < cols; c += 4) {
            double weight = 0, sum = 0;
            for (int pass = 0; pass < 2; ++pass)
                for (Index k = 0; k < 16; ++k) {
                    const auto at = static_cast<std::size_t>((r + k / 4) * cols + c + k % 4);
                    if (!std::isfinite(field[at])) continue;
                    const double w = static_cast<double>(patch.land[at]) * patch.grid.row_weight(r + k / 4);
                    if (pass == 0)
                        weight += w, sum += w * static_cast<double>(field[at]);
                    else
                        result[at] = static_cast<double>(field[at]) - sum / weight;
                }
        }
    return result;
}

/// Ridge regression of the truth on predictors of the same month and `lags` months before, for every cell by itself:
/// coefficients from the first `train` months, squares over the others.
inline Squares ridge(const Patch& patch, std::size_t train, int lags = 0, double penalty = 10)
{
    const auto& months = patch.months;
    const auto n = static_cast<Index>(months.size()), fit = static_cast<Index>(train);
    const Index k = 4 * (lags + 1);
    std::vector<std::vector<float>> predicted(months.size(), std::vector<float>(patch.land.size(), std::nanf("")));
    for (std::size_t at = 0; at < patch.land.size(); ++at) {
        if (!std::isfinite(months[0].storage[at])) continue;
        Eigen::MatrixXd x(n, k);
        Eigen::VectorXd y(n);
        for (Index t = 0; t < n; ++t) {
            y(t) = months[static_cast<std::size_t>(t)].storage[at];
            for (int lag = 0; lag <= lags; ++lag) {
                const auto& m = months[static_cast<std::size_t>(std::max<Index>(0, t - lag))];
                x.row(t).segment(4 * lag, 4) << m.tp[at], m.swvl1[at], m.t2m[at], m.sp[at];
            }
        }
        const Eigen::RowVectorXd mean = x.topRows(fit).colwise().mean();
        x.rowwise() -= mean;
        const Eigen::RowVectorXd size = (x.topRows(fit).colwise().squaredNorm() / fit).cwiseSqrt();
        for (Index j = 0; j < k; ++j) x.col(j) /= size(j) + 1e-6;
        const double usual = y.head(fit).mean();
        const Eigen::MatrixXd a =
            x.topRows(fit).transpose() * x.topRows(fit) + penalty * Eigen::MatrixXd::Identity(k, k);
        const Eigen::VectorXd b = x.topRows(fit).transpose() * (y.head(fit).array() - usual).matrix();
        const Eigen::VectorXd p = (x * a.ldlt().solve(b)).array() + usual;
        for (Index t = 0; t < n; ++t) predicted[static_cast<std::size_t>(t)][at] = static_cast<float>(p(t));
    }
    Squares squares;
    for (std::size_t t = train; t < months.size(); ++t) {
        const auto truth = below_half_degree(patch, months[t].storage), guess = below_half_degree(patch, predicted[t]);
        for (std::size_t at = 0; at < truth.size(); ++at) {
            if (!std::isfinite(months[t].storage[at])) continue;
            const double w =
                static_cast<double>(patch.land[at]) * patch.grid.row_weight(static_cast<Index>(at) / patch.grid.cols());
            squares.all += w * std::pow(static_cast<double>(months[t].storage[at]), 2);
            squares.below += w * truth[at] * truth[at];
            squares.error += w * std::pow(guess[at] - truth[at], 2);
        }
    }
    return squares;
}

/// Mean over 2 x 2 cells, so that spectra compare with those of real fields on 0.25 degrees.
inline std::vector<float> to_quarter_degree(const Patch& patch, const std::vector<float>& field)
{
    std::vector<float> result;
    const Index cols = patch.grid.cols();
    for (Index r = 0; r < patch.grid.rows(); r += 2)
        for (Index c = 0; c < cols; c += 2) {
            const auto at = static_cast<std::size_t>(r * cols + c), n = static_cast<std::size_t>(cols);
            result.push_back(0.25F * (field[at] + field[at + 1] + field[at + n] + field[at + n + 1]));
        }
    return result;
}

/// Slopes of log power against log wavenumber between two wavelengths.
struct Slopes {
    double first, second;
};
inline Slopes slopes(const score::Spectrum& spectrum, double from_km, double to_km)
{
    std::vector<std::array<double, 3>> points;
    for (const auto& line : spectrum.lines())
        if (line.wavelength_km >= from_km && line.wavelength_km <= to_km)
            points.push_back(
                {-std::log(line.wavelength_km), std::log(line.prediction_power), std::log(line.truth_power)});
    double n = static_cast<double>(points.size()), x = 0, xx = 0, a = 0, b = 0, xa = 0, xb = 0;
    for (const auto& [k, p, q] : points) x += k, xx += k * k, a += p, b += q, xa += k * p, xb += k * q;
    const double norm = n * xx - x * x;
    return {(n * xa - x * a) / norm, (n * xb - x * b) / norm};
}

} // namespace gwsd::test
