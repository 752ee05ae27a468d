#include "gwsd/data/cell_regression.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

#include "data/cell_moments.hpp"
#include "data/pooled_regression.hpp"
#include "gwsd/core/error.hpp"
#include "gwsd/core/parallel.hpp"

namespace gwsd::data {
namespace {

using Vector = Eigen::VectorXd;
using Matrix = Eigen::MatrixXd;

Vector ridge(const Matrix& products, const Vector& with_truth, double penalty, const Vector& prior)
{
    return prior + (products + penalty * Matrix::Identity(products.rows(), products.cols()))
                       .ldlt()
                       .solve(with_truth - products * prior);
}

/// The first feature times `prior`, as weights on a cell's standardised features.
Vector first_feature(const CellMoments& m, double prior)
{
    Vector w = Vector::Zero(m.mean.size());
    if (m.varies(0)) w(0) = prior * m.deviation(0);
    return w;
}

constexpr double fewest_steps = 6; ///< of a cell that gets weights of its own

} // namespace

CellRegression::CellRegression(std::vector<std::int8_t> learns, std::size_t features,
                               std::shared_ptr<const PlaceTraits> traits)
    : features_(features), stride_(2 + 2 * features + features * (features + 1) / 2), traits_(std::move(traits))
{
    if (traits_ && (traits_->values.size() != learns.size() * traits_->count || traits_->part.size() != learns.size()))
        throw ShapeError("cell regression: traits belong to " + std::to_string(traits_->part.size()) +
                         " cells, the regression has " + std::to_string(learns.size()));
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
    by_traits_ = nullptr;
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
    std::vector<std::size_t> own;
    for (std::size_t k = 0; k < land_.size(); ++k)
        if (has_own(k)) own.push_back(k);
    learnt_ = std::ssize(own);
    if (own.empty()) return;

    // Weights on standardised features: what a cell is drawn to, and what one is told that has none of its own.
    std::function<Vector(std::size_t, const CellMoments&)> drawn_to, told;
    if (traits_) {
        if (!by_traits_) by_traits_ = pool(own);
        drawn_to = [this](std::size_t k, const CellMoments& m) { return by_traits_->weights(m, traits_of(k)); };
        // A cell that has taught the pooled regression is told what it would be had its part of the land not.
        told = [this, &drawn_to](std::size_t k, const CellMoments& m) {
            return learns_[k] ? by_traits_->weights_unseen({m, traits_of(k), part_of(k)}) : drawn_to(k, m);
        };
    } else {
        drawn_to = [&](std::size_t, const CellMoments& m) { return first_feature(m, options.prior); };
        Matrix products = Matrix::Zero(p, p);
        Vector with_truth = Vector::Zero(p);
        for (const std::size_t k : own) {
            const CellMoments m(sums(k), p);
            // What is left of the truth beside the prior, which is another one at each cell.
            products += m.products, with_truth += m.with_truth - m.products * drawn_to(k, m);
        }
        told = [&drawn_to, pooled = ridge(products, with_truth, options.penalty, Vector::Zero(p))](
                   std::size_t k, const CellMoments& m) -> Vector { return drawn_to(k, m) + pooled; };
    }

    const auto put = [&](std::size_t k, const CellMoments& m, const Vector& standardised, double centre,
                         std::vector<double>& to) {
        const Vector w = standardised.cwiseQuotient(m.deviation);
        double* weights = to.data() + k * (features_ + 1);
        weights[0] = centre - w.dot(m.mean);
        for (Index i = 0; i < p; ++i) weights[1 + i] = w(i);
    };
    parallel_for(std::ssize(land_), 64, [&](Index begin, Index end) {
        for (auto k = static_cast<std::size_t>(begin); k < static_cast<std::size_t>(end); ++k) {
            if (sums(k)[0] < fewest_steps) continue;
            const CellMoments m(sums(k), p);
            if (learns_[k])
                put(k, m, ridge(m.products, m.with_truth, options.penalty, drawn_to(k, m)), options.kept * m.truth,
                    weights_);
            else
                put(k, m, told(k, m), m.mean(0), weights_);
            if (keep_pooled) put(k, m, told(k, m), m.mean(0), pooled_);
        }
    });
}

std::shared_ptr<const PooledRegression> CellRegression::pool(const std::vector<std::size_t>& own)
{
    return std::make_shared<const PooledRegression>(
        std::ssize(own), static_cast<Index>(features_), static_cast<Index>(traits_->count), [&](Index k) {
            const std::size_t cell = own[static_cast<std::size_t>(k)];
            return PooledRegression::Place{CellMoments(sums(cell), static_cast<Index>(features_)), traits_of(cell),
                                           part_of(cell)};
        });
}

int CellRegression::part_of(std::size_t cell) const { return traits_->part[land_[cell]] % PooledRegression::parts; }

bool CellRegression::has_own(std::size_t cell) const { return learns_[cell] && sums(cell)[0] >= fewest_steps; }

std::vector<double> CellRegression::mean_truth() const
{
    if (sums_.empty() && !land_.empty()) throw ShapeError("cell regression: its sums are forgotten");
    std::vector<double> means(land_.size(), std::numeric_limits<double>::quiet_NaN());
    for (std::size_t k = 0; k < land_.size(); ++k)
        if (has_own(k)) means[k] = CellMoments(sums(k), static_cast<Index>(features_)).truth;
    return means;
}

std::span<const float> CellRegression::traits_of(std::size_t cell) const
{
    return std::span<const float>(traits_->values).subspan(land_[cell] * traits_->count, traits_->count);
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
