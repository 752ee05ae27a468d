#include "data/pooled_regression.hpp"

#include <array>
#include <limits>

#include "gwsd/core/parallel.hpp"

namespace gwsd::data {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

/// As shares of all steps; to zero where the first feature is noise, to the feature itself where it is sharp.
/// The firmest comes first: it is taken where the land is too small to leave a part of it out.
constexpr RidgeOptions pooled_candidates[] = {{1, 1}, {1e-1, 1}, {1e-2, 1}, {1e-3, 1}, {1e-4, 1},
                                              {1, 0}, {1e-1, 0}, {1e-2, 0}, {1e-3, 0}, {1e-4, 0}};
constexpr double bound = 2; // standard deviations: no place is told more of itself than others have shown

/// Normal equations of one part of the land.
struct Normal {
    Matrix products;
    Vector with_truth;
    double steps = 0;

    Normal() = default;
    explicit Normal(Index size) : products(Matrix::Zero(size, size)), with_truth(Vector::Zero(size)) {}
    Normal& operator+=(const Normal& other)
    {
        if (products.size() == 0) return *this = other;
        if (other.products.size() == 0) return *this;
        products += other.products, with_truth += other.with_truth, steps += other.steps;
        return *this;
    }
    Vector solve(double penalty, const Vector& prior) const
    {
        const Index n = products.rows();
        return prior +
               (products + penalty * steps * Matrix::Identity(n, n)).ldlt().solve(with_truth - products * prior);
    }
    /// Sum of squared errors of weights w, less that of weights of zero.
    double error(const Vector& w) const { return w.dot(products * w) - 2 * w.dot(with_truth); }
};

using Parts = std::array<Normal, PooledRegression::parts>;
struct PartSums {
    Parts parts;
    PartSums& operator+=(const PartSums& other)
    {
        for (std::size_t k = 0; k < parts.size(); ++k) parts[k] += other.parts[k];
        return *this;
    }
};

struct FirstMoments {
    Vector squares, sum, sum_squares; ///< of deviations, of traits and of their squares
    double places = 0;
    FirstMoments& operator+=(const FirstMoments& other)
    {
        if (squares.size() == 0) return *this = other;
        squares += other.squares, sum += other.sum, sum_squares += other.sum_squares, places += other.places;
        return *this;
    }
};

} // namespace

PooledRegression::PooledRegression(Index count, Index features, Index traits, const std::function<Place(Index)>& at)
    : features_(features), given_(traits)
{
    const Index step = std::max<Index>(1, (count + most_places - 1) / most_places), places = (count + step - 1) / step;
    constexpr Index chunk = 2048;
    const auto first = parallel_sum(places, chunk, FirstMoments{}, [&](Index begin, Index end) {
        FirstMoments sums;
        for (Index k = begin; k < end; ++k) {
            const Place place = at(k * step);
            Vector squares(features_);
            for (Index i = 0; i < features_; ++i)
                squares(i) = place.moments.varies(i) ? std::pow(place.moments.deviation(i), 2) : 0;
            const Vector raw = raw_traits(place.moments, place.traits);
            sums += {squares, raw, raw.cwiseAbs2(), 1};
        }
        return sums;
    });
    spread_ = (first.squares / first.places).cwiseSqrt();
    trait_mean_ = first.sum / first.places;
    trait_deviation_ = (first.sum_squares / first.places - trait_mean_.cwiseAbs2()).cwiseMax(0).cwiseSqrt();
    // Rounding leaves what is the same everywhere with a spread of 1e-8 of its size.
    for (Index a = 0; a < trait_mean_.size(); ++a)
        if (!(trait_deviation_(a) > 1e-6 * (std::abs(trait_mean_(a)) + 1e-12))) trait_deviation_(a) = 0;

    const Index factors = 1 + trait_mean_.size() + given_, size = features_ * factors;
    const auto sums = parallel_sum(places, chunk, PartSums{}, [&](Index begin, Index end) {
        PartSums part;
        for (Normal& normal : part.parts) normal = Normal(size);
        for (Index k = begin; k < end; ++k) {
            const Place place = at(k * step);
            const Vector scale = scaling(place.moments), s = traits_of(place.moments, place.traits);
            const Matrix c = scale.asDiagonal() * place.moments.products * scale.asDiagonal();
            const Vector y = scale.cwiseProduct(place.moments.with_truth);
            Normal& to = part.parts[static_cast<std::size_t>(place.part)];
            for (Index a = 0; a < factors; ++a) {
                for (Index b = 0; b <= a; ++b)
                    to.products.block(a * features_, b * features_, features_, features_) += s(a) * s(b) * c;
                to.with_truth.segment(a * features_, features_) += s(a) * y;
            }
            to.steps += place.moments.steps;
        }
        for (Normal& normal : part.parts) normal.products = Matrix(normal.products.selfadjointView<Eigen::Lower>());
        return part;
    });

    Normal all;
    for (const Normal& part : sums.parts) all += part;
    // Sums of the others, not differences, which would hold the part's rounding.
    std::array<Normal, parts> others;
    for (std::size_t k = 0; k < parts; ++k)
        for (std::size_t other = 0; other < parts; ++other)
            if (other != k) others[k] += sums.parts[other];
    const auto prior = [&](const RidgeOptions& options) {
        Vector w = Vector::Zero(size);
        w(0) = options.prior * spread_(0);
        return w;
    };
    const auto solve = [&](const Normal& normal, const RidgeOptions& options) -> Vector {
        return normal.solve(options.penalty, prior(options));
    };
    double least = std::numeric_limits<double>::infinity();
    for (const RidgeOptions& options : pooled_candidates) {
        double error = 0;
        std::array<Vector, parts> without;
        for (std::size_t k = 0; k < parts; ++k) {
            // The land may be too small to have more than one part.
            const bool known = others[k].steps > 0;
            without[k] = solve(known ? others[k] : all, options);
            if (known && sums.parts[k].steps > 0) error += sums.parts[k].error(without[k]);
        }
        if (!(error < least)) continue;
        least = error, options_ = options;
        for (std::size_t k = 0; k < parts; ++k) without_[k] = without[k].reshaped(features_, factors);
    }
    weights_ = solve(all, options_).reshaped(features_, factors);
}

Vector PooledRegression::raw_traits(const CellMoments& m, std::span<const float> traits) const
{
    Vector raw(2 * features_ + given_);
    for (Index i = 0; i < features_; ++i) raw(i) = m.mean(i), raw(features_ + i) = m.varies(i) ? m.deviation(i) : 0;
    raw(0) = 0; // an anomaly's mean says which months there are, not what the place is like
    for (Index a = 0; a < given_; ++a) {
        const auto value = static_cast<double>(traits[static_cast<std::size_t>(a)]);
        raw(2 * features_ + a) = std::isfinite(value) ? value : 0;
    }
    return raw;
}

Vector PooledRegression::traits_of(const CellMoments& m, std::span<const float> traits) const
{
    const Vector raw = raw_traits(m, traits);
    const Index own = raw.size();
    Vector s = Vector::Zero(1 + own + given_);
    s(0) = 1;
    for (Index a = 0; a < own; ++a)
        if (trait_deviation_(a) > 0)
            s(1 + a) = std::clamp((raw(a) - trait_mean_(a)) / trait_deviation_(a), -bound, bound);
    for (Index a = 0; a < given_; ++a) s(1 + own + a) = s(1 + own - given_ + a) * s(1 + own - given_ + a);
    return s;
}

/// From standardised features to those scaled by the spread over all places.
Vector PooledRegression::scaling(const CellMoments& m) const
{
    Vector scale = Vector::Zero(features_);
    for (Index i = 0; i < features_; ++i)
        if (m.varies(i) && spread_(i) > 0) scale(i) = m.deviation(i) / spread_(i);
    return scale;
}

Vector PooledRegression::weights(const CellMoments& m, std::span<const float> traits) const
{
    return scaling(m).cwiseProduct(weights_ * traits_of(m, traits));
}

Vector PooledRegression::weights_unseen(const Place& place) const
{
    const Matrix& weights = without_[static_cast<std::size_t>(place.part)];
    return scaling(place.moments).cwiseProduct(weights * traits_of(place.moments, place.traits));
}

} // namespace gwsd::data
