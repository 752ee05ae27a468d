#include "gwsd/data/cell_regression.hpp"

#include <Eigen/Dense>
#include <cmath>
#include <limits>
#include <numbers>

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

Vector ridge(const Matrix& products, const Vector& with_truth, double penalty, const Vector& prior)
{
    return prior + (products + penalty * Matrix::Identity(products.rows(), products.cols()))
                       .ldlt()
                       .solve(with_truth - products * prior);
}

/// The prior's weights on a cell's standardised features.
Vector prior_of(const CellMoments& m, double prior)
{
    Vector w = Vector::Zero(m.mean.size());
    if (m.products(0, 0) > 0) w(0) = prior * m.deviation(0);
    return w;
}

constexpr double fewest_steps = 6; ///< of a cell that gets weights of its own

} // namespace

CellRegression::CellRegression(std::vector<std::int8_t> learns, std::size_t features)
    : features_(features), stride_(2 + 2 * features + features * (features + 1) / 2)
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

CellRegression::CellRegression(std::vector<std::uint32_t> cells, std::vector<double> weights, std::size_t features)
    : features_(features), stride_(0), land_(std::move(cells)), weights_(std::move(weights))
{
    if (weights_.size() != land_.size() * (features_ + 1))
        throw ShapeError("cell regression: expects " + std::to_string(features_ + 1) + " weights for each of " +
                         std::to_string(land_.size()) + " cells, got " + std::to_string(weights_.size()));
}

void CellRegression::solve(const RidgeOptions& options, bool keep_pooled)
{
    if (sums_.empty() && !land_.empty()) throw ShapeError("cell regression: its sums are forgotten");
    const auto p = static_cast<Index>(features_);
    weights_.assign(land_.size() * (features_ + 1), std::numeric_limits<double>::quiet_NaN());
    if (keep_pooled) pooled_ = weights_;
    const auto own = [&](std::size_t k) { return learns_[k] && sums(k)[0] >= fewest_steps; };
    const auto put = [&](std::size_t k, const CellMoments& m, const Vector& standardised, double centre,
                         std::vector<double>& to) {
        const Vector w = standardised.cwiseQuotient(m.deviation);
        double* weights = to.data() + k * (features_ + 1);
        weights[0] = centre - w.dot(m.mean);
        for (Index i = 0; i < p; ++i) weights[1 + i] = w(i);
    };
    parallel_for(std::ssize(land_), 64, [&](Index begin, Index end) {
        for (auto k = static_cast<std::size_t>(begin); k < static_cast<std::size_t>(end); ++k) {
            if (!own(k)) continue;
            const CellMoments m(sums(k), p);
            put(k, m, ridge(m.products, m.with_truth, options.penalty, prior_of(m, options.prior)), m.truth, weights_);
        }
    });
    Matrix products = Matrix::Zero(p, p);
    Vector with_truth = Vector::Zero(p);
    learnt_ = 0;
    for (std::size_t k = 0; k < land_.size(); ++k) {
        if (!own(k)) continue;
        const CellMoments m(sums(k), p);
        // What is left of the truth beside the prior, which is another one at each cell.
        products += m.products, with_truth += m.with_truth - m.products * prior_of(m, options.prior);
        ++learnt_;
    }
    const Vector pooled = ridge(products, with_truth, options.penalty, Vector::Zero(p));
    for (std::size_t k = 0; learnt_ > 0 && k < land_.size(); ++k) {
        if (sums(k)[0] < fewest_steps || (own(k) && !keep_pooled)) continue;
        const CellMoments m(sums(k), p);
        const Vector told = prior_of(m, options.prior) + pooled;
        if (!own(k)) put(k, m, told, m.mean(0), weights_);
        if (keep_pooled) put(k, m, told, m.mean(0), pooled_);
    }
}

void CellRegression::predict(std::span<const Field> features, std::span<float> out) const
{
    predict(weights_, features, out);
}
void CellRegression::predict_pooled(std::span<const Field> features, std::span<float> out) const
{
    predict(pooled_, features, out);
}

void CellRegression::predict(const std::vector<double>& weights, std::span<const Field> features,
                             std::span<float> out) const
{
    std::fill(out.begin(), out.end(), std::numeric_limits<float>::quiet_NaN());
    if (weights.empty() && !land_.empty()) throw ShapeError("cell regression: has no such weights");
    parallel_for(std::ssize(land_), 4096, [&](Index begin, Index end) {
        for (auto k = static_cast<std::size_t>(begin); k < static_cast<std::size_t>(end); ++k) {
            const double* w = weights.data() + k * (features_ + 1);
            double sum = w[0];
            for (std::size_t i = 0; i < features_; ++i) sum += w[1 + i] * static_cast<double>((*features[i])[land_[k]]);
            out[land_[k]] = static_cast<float>(sum);
        }
    });
}

std::vector<CellRegression::Field> regression_features(const io::FieldSource& cube,
                                                       const std::vector<std::string>& predictors, Index t,
                                                       CellRegression::Field interpolated)
{
    const std::size_t cells = interpolated->size();
    std::vector<CellRegression::Field> list{std::move(interpolated)};
    for (const std::string& name : predictors) list.push_back(cube.field(name, t));
    if (!cube.info().time.monthly) return list;
    const double angle = 2 * std::numbers::pi * (cube.info().time.month(t).month() - 0.5) / 12;
    for (const double value : {std::cos(angle), std::sin(angle)})
        list.push_back(std::make_shared<const std::vector<float>>(cells, static_cast<float>(value)));
    return list;
}

} // namespace gwsd::data
