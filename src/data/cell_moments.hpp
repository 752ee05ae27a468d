#pragma once

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "gwsd/core/shape.hpp"

namespace gwsd::data {

/// Moments of a cell's features and truth over the steps it has, from the sums that CellRegression keeps: steps,
/// features, products of features (lower triangle), truth, features times truth.
struct CellMoments {
    double steps;
    Eigen::VectorXd mean, deviation; ///< of the features; deviation is 1 where a feature never changes
    double truth = 0;                ///< mean
    Eigen::MatrixXd products;        ///< of the standardised features, summed over steps
    Eigen::VectorXd with_truth;      ///< standardised features times truth less its mean, likewise

    CellMoments(const double* sums, Index p) : steps(sums[0]), mean(p), deviation(p), products(p, p), with_truth(p)
    {
        const double *first = sums + 1, *second = first + p, *last = second + p * (p + 1) / 2;
        truth = last[0] / steps;
        for (Index i = 0; i < p; ++i) mean(i) = first[i] / steps;
        for (Index i = 0, k = 0; i < p; ++i)
            for (Index j = 0; j <= i; ++j, ++k) products(i, j) = second[k] - steps * mean(i) * mean(j);
        for (Index i = 0; i < p; ++i) {
            // Rounding of the sums leaves a constant feature with a spread of 1e-8 of its size.
            const double spread = std::sqrt(std::max(0.0, products(i, i) / steps));
            deviation(i) = spread > 1e-6 * (std::abs(mean(i)) + 1e-12) ? spread : 0;
            with_truth(i) = last[1 + i] - steps * mean(i) * truth;
        }
        for (Index i = 0; i < p; ++i)
            for (Index j = 0; j <= i; ++j)
                products(i, j) = products(j, i) =
                    deviation(i) > 0 && deviation(j) > 0 ? products(i, j) / (deviation(i) * deviation(j)) : 0;
        for (Index i = 0; i < p; ++i) {
            with_truth(i) = deviation(i) > 0 ? with_truth(i) / deviation(i) : 0;
            if (!(deviation(i) > 0)) deviation(i) = 1;
        }
    }

    /// True if feature i changes.
    bool varies(Index i) const { return products(i, i) > 0; }
};

} // namespace gwsd::data
