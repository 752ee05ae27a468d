#include "gwsd/data/cell_regression.hpp"

#include <Eigen/Dense>
#include <cmath>
#include <limits>

#include "gwsd/core/error.hpp"
#include "gwsd/core/parallel.hpp"

namespace gwsd::data {
namespace {

using Vector = Eigen::VectorXd;
using Matrix = Eigen::MatrixXd;

/// Moments of a cell's features and truth over the steps it has.
struct CellMoments {
    double steps;
    Vector mean, deviation; ///< of the features; deviation is 1 where a feature never changes
    double truth = 0;       ///< mean
    Matrix products;        ///< of the standardised features, summed over steps
    Vector with_truth;      ///< standardised features times truth less its mean, likewise

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
};

Vector ridge(const Matrix& products, const Vector& with_truth, double penalty)
{
    return (products + penalty * Matrix::Identity(products.rows(), products.cols())).ldlt().solve(with_truth);
}

constexpr double fewest_steps = 6; ///< of a cell that gets weights of its own

} // namespace

CellRegression::CellRegression(std::vector<std::int8_t> learns, std::size_t features, double penalty)
    : features_(features), stride_(2 + 2 * features + features * (features + 1) / 2), penalty_(penalty)
{
    if (features == 0) throw ShapeError("cell regression: expects at least one feature");
    for (std::size_t i = 0; i < learns.size(); ++i) {
        if (learns[i] < 0) continue;
        land_.push_back(static_cast<std::uint32_t>(i));
        learns_.push_back(learns[i] > 0 ? 1 : 0);
    }
    sums_.assign(land_.size() * stride_, 0.0);
}

void CellRegression::add(std::span<const Field> features, std::span<const float> truth)
{
    if (features.size() != features_)
        throw ShapeError("cell regression: expects " + std::to_string(features_) + " features, got " +
                         std::to_string(features.size()));
    parallel_for(std::ssize(land_), 1024, [&](Index begin, Index end) {
        std::vector<double> x(features_);
        for (auto k = static_cast<std::size_t>(begin); k < static_cast<std::size_t>(end); ++k) {
            const std::uint32_t at = land_[k];
            const double y = learns_[k] ? static_cast<double>(truth[at]) : 0.0;
            bool whole = std::isfinite(y);
            for (std::size_t i = 0; i < features_; ++i) {
                x[i] = static_cast<double>((*features[i])[at]);
                whole = whole && std::isfinite(x[i]);
            }
            if (!whole) continue;
            double *to = sums(k), *first = to + 1, *second = first + features_,
                   *last = second + features_ * (features_ + 1) / 2;
            to[0] += 1;
            for (std::size_t i = 0; i < features_; ++i) {
                first[i] += x[i];
                for (std::size_t j = 0; j <= i; ++j) *second++ += x[i] * x[j];
                last[1 + i] += x[i] * y;
            }
            last[0] += y;
        }
    });
}

void CellRegression::finish()
{
    const auto p = static_cast<Index>(features_);
    weights_.assign(land_.size() * (features_ + 1), std::numeric_limits<double>::quiet_NaN());
    const auto own = [&](std::size_t k) { return learns_[k] && sums(k)[0] >= fewest_steps; };
    const auto put = [&](std::size_t k, const CellMoments& m, const Vector& standardised, double centre) {
        const Vector w = standardised.cwiseQuotient(m.deviation);
        weights(k)[0] = centre - w.dot(m.mean);
        for (Index i = 0; i < p; ++i) weights(k)[1 + i] = w(i);
    };
    parallel_for(std::ssize(land_), 64, [&](Index begin, Index end) {
        for (auto k = static_cast<std::size_t>(begin); k < static_cast<std::size_t>(end); ++k) {
            if (!own(k)) continue;
            const CellMoments m(sums(k), p);
            put(k, m, ridge(m.products, m.with_truth, penalty_), m.truth);
        }
    });
    Matrix products = Matrix::Zero(p, p);
    Vector with_truth = Vector::Zero(p);
    learnt_ = 0;
    for (std::size_t k = 0; k < land_.size(); ++k) {
        if (!own(k)) continue;
        const CellMoments m(sums(k), p);
        products += m.products, with_truth += m.with_truth;
        ++learnt_;
    }
    if (learnt_ > 0) {
        const Vector pooled = ridge(products, with_truth, penalty_);
        for (std::size_t k = 0; k < land_.size(); ++k) {
            if (own(k) || sums(k)[0] < fewest_steps) continue;
            const CellMoments m(sums(k), p);
            put(k, m, pooled, m.mean(0));
        }
    }
    sums_ = {};
}

void CellRegression::predict(std::span<const Field> features, std::span<float> out) const
{
    std::fill(out.begin(), out.end(), std::numeric_limits<float>::quiet_NaN());
    if (weights_.empty()) throw ShapeError("cell regression: finish() has not been called");
    parallel_for(std::ssize(land_), 4096, [&](Index begin, Index end) {
        for (auto k = static_cast<std::size_t>(begin); k < static_cast<std::size_t>(end); ++k) {
            const double* w = weights_.data() + k * (features_ + 1);
            double sum = w[0];
            for (std::size_t i = 0; i < features_; ++i) sum += w[1 + i] * static_cast<double>((*features[i])[land_[k]]);
            out[land_[k]] = static_cast<float>(sum);
        }
    });
}

} // namespace gwsd::data
