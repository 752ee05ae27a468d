#include "gwsd/data/first_guess.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>

#include "data/place_traits.hpp"
#include "gwsd/core/parallel.hpp"

namespace gwsd::data {
namespace {

/// Index of each value of `wanted` in `known`, which ascend or descend alike; -1 for none within a hundredth of a cell.
std::vector<Index> matches(const std::vector<double>& known, const std::vector<double>& wanted)
{
    std::vector<Index> found(wanted.size(), -1);
    if (known.empty()) return found;
    const double near = known.size() > 1 ? 0.01 * std::abs(known[1] - known[0]) : 1e-6;
    for (std::size_t i = 0; i < wanted.size(); ++i)
        for (std::size_t k = 0; k < known.size() && found[i] < 0; ++k) {
            // Longitudes may differ by a whole turn.
            const double apart = std::remainder(known[k] - wanted[i], 360.0);
            if (std::abs(apart) < near) found[i] = static_cast<Index>(k);
        }
    return found;
}

std::vector<double> centres(Index count, const auto& centre)
{
    std::vector<double> all;
    for (Index i = 0; i < count; ++i) all.push_back(centre(i));
    return all;
}

/// Drawn to the mean of the truth where the coarse field says little, to the interpolation where it says much.
constexpr RidgeOptions own_candidates[] = {{3, 0}, {10, 0}, {30, 0}, {100, 0}, {3, 1}, {10, 1}, {30, 1}, {100, 1}};

/// Drawn to what is known of such places.
constexpr RidgeOptions by_place_candidates[] = {{3}, {10}, {30}, {100}, {300}};

/// Shares of its mean truth that a cell may keep.
constexpr double shares[] = {1, 0.75, 0.5, 0.25, 0};

/// Every n-th of the land cells, so that some hundred thousand choose for all: of neighbours each says the same.
std::vector<std::int8_t> thinned(std::vector<std::int8_t> learns)
{
    constexpr std::ptrdiff_t enough = 150'000;
    const auto land = std::count_if(learns.begin(), learns.end(), [](std::int8_t l) { return l >= 0; });
    const std::ptrdiff_t every = std::max<std::ptrdiff_t>(1, land / enough);
    std::ptrdiff_t seen = 0;
    for (std::int8_t& l : learns)
        if (l >= 0 && seen++ % every != 0) l = -1;
    return learns;
}

/// Sums over cells that learn, of e, the error where a cell keeps all of its mean truth, and of m, that mean: with a
/// share of it kept the error is e - (1 - share) m.
struct Errors {
    double squares = 0, with_mean = 0, mean_squares = 0;
    Errors& operator+=(const Errors& other)
    {
        squares += other.squares, with_mean += other.with_mean, mean_squares += other.mean_squares;
        return *this;
    }
    double squared(double kept) const
    {
        return squares - 2 * (1 - kept) * with_mean + (1 - kept) * (1 - kept) * mean_squares;
    }
};

Errors errors(const CellRegression& regression, const std::vector<double>& means,
              const std::vector<CellRegression::Field>& features, const std::vector<float>& truth)
{
    std::vector<float> field(truth.size());
    regression.predict(features, field);
    return parallel_sum(std::ssize(means), Index{8192}, Errors{}, [&](Index begin, Index end) {
        Errors sums;
        for (auto k = static_cast<std::size_t>(begin); k < static_cast<std::size_t>(end); ++k) {
            const std::size_t at = regression.cells()[k];
            const double e = static_cast<double>(field[at]) - static_cast<double>(truth[at]), m = means[k];
            if (std::isfinite(m) && std::isfinite(e)) sums += {e * e, e * m, m * m};
        }
        return sums;
    });
}

FirstGuess::Weights finite(const CellRegression& regression, const geo::Grid& grid)
{
    FirstGuess::Weights w{grid, {}, {}, regression.features()};
    const std::size_t stride = w.features + 1;
    for (std::size_t k = 0; k < regression.cells().size(); ++k) {
        const auto first = regression.weights().begin() + static_cast<std::ptrdiff_t>(k * stride);
        const auto last = first + static_cast<std::ptrdiff_t>(stride);
        if (!std::all_of(first, last, [](double v) { return std::isfinite(v); })) continue;
        w.cells.push_back(regression.cells()[k]);
        w.values.insert(w.values.end(), first, last);
    }
    return w;
}

} // namespace

std::shared_ptr<const FirstGuess> FirstGuess::learn(const Lessons& lessons)
{
    std::shared_ptr<FirstGuess> guess(new FirstGuess);
    guess->block_.assign(static_cast<std::size_t>(lessons.cube.info().time.size()), -1);
    const Index count = std::ssize(lessons.steps);
    for (Index k = 0; k < count; ++k)
        guess->block_[static_cast<std::size_t>(lessons.steps[static_cast<std::size_t>(k)])] = k * blocks / count;

    const auto features = [&](Index t, const CellRegression::Field& interpolated) {
        return regression_features(lessons.cube, lessons.predictors, t, interpolated);
    };
    const auto traits = lessons.by_place ? place_traits(lessons.cube) : nullptr;
    const auto tried = lessons.by_place ? std::span<const RidgeOptions>(by_place_candidates) : own_candidates;
    const auto without = [&](Index left_out, const std::vector<std::int8_t>& learns, Index buffer) {
        auto r = std::make_shared<CellRegression>(
            learns, regression_feature_count(lessons.cube.info(), lessons.predictors), traits);
        for (const Index t : lessons.steps) {
            if (guess->near_block(t, left_out, 0)) continue;
            if (lessons.checkpoint) lessons.checkpoint();
            if (guess->near_block(t, left_out, buffer)) continue;
            if (const auto interpolated = lessons.interpolated(t)) r->add(features(t, interpolated), *lessons.truth(t));
        }
        return r;
    };

    // What no predictor shows lasts for months: a regression that has seen the months just before and after a block
    // knows more of it than it will know of months to come. Of the others half must be left, though.
    const Index apart = std::min(buffer, (count - count / blocks) / 4);
    std::vector<Errors> of(tried.size());
    const auto choosing = thinned(lessons.learns);
    for (Index b = 0; b < blocks; ++b) {
        std::vector<CellRegression> candidates;
        const auto r = without(b, choosing, apart);
        for (const RidgeOptions& options : tried) {
            r->solve(options);
            candidates.emplace_back(r->cells(), r->weights(), r->features());
        }
        const auto means = r->mean_truth();
        for (const Index t : lessons.steps) {
            if (!guess->near_block(t, b, 0)) continue;
            const auto interpolated = lessons.interpolated(t);
            if (!interpolated) continue;
            if (lessons.checkpoint) lessons.checkpoint();
            const auto at = features(t, interpolated);
            const auto truth = lessons.truth(t);
            for (std::size_t c = 0; c < of.size(); ++c) of[c] += errors(candidates[c], means, at, *truth);
        }
    }
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t c = 0; c < of.size(); ++c)
        for (const double kept : shares)
            if (const double squared = of[c].squared(kept); squared < least)
                least = squared, guess->ridge_ = {tried[c].penalty, tried[c].prior, kept};

    // Within the training months a place's mean over the others holds: a network that were shown less of it would learn
    // to add it from what the place is like, and do so where nothing of it is known.
    RidgeOptions in_training = guess->ridge_;
    in_training.kept = 1;
    const auto solved = [&](Index left_out) {
        const auto r = without(left_out, lessons.learns, 0);
        r->solve(left_out == blocks ? guess->ridge_ : in_training, left_out == blocks);
        r->forget();
        return r;
    };
    const auto all = solved(blocks);
    if (all->learnt() == 0) return nullptr;
    guess->all_ = all;
    guess->weights_ = finite(*all, lessons.cube.info().fine);
    for (Index b = 0; b < blocks; ++b) guess->without_.push_back(solved(b));
    return guess;
}

bool FirstGuess::near_block(Index t, Index b, Index within) const
{
    const Index first = std::max<Index>(0, t - within), last = std::min(t + within, std::ssize(block_) - 1);
    return std::find(block_.begin() + first, block_.begin() + last + 1, b) != block_.begin() + last + 1;
}

FirstGuess::FirstGuess(const Weights& weights, const geo::Grid& fine) : weights_(weights)
{
    const auto rows = [](const geo::Grid& g) { return centres(g.rows(), [&](Index r) { return g.lat(r); }); };
    const auto cols = [](const geo::Grid& g) { return centres(g.cols(), [&](Index c) { return g.lon(c); }); };
    const auto row = matches(rows(weights.grid), rows(fine)), col = matches(cols(weights.grid), cols(fine));
    std::map<std::uint32_t, std::size_t> place;
    for (std::size_t k = 0; k < weights.cells.size(); ++k) place[weights.cells[k]] = k;

    const std::size_t stride = weights.features + 1;
    std::vector<std::uint32_t> cells;
    std::vector<double> values;
    for (Index r = 0; r < fine.rows(); ++r)
        for (Index c = 0; c < fine.cols(); ++c) {
            const Index from_row = row[static_cast<std::size_t>(r)], from_col = col[static_cast<std::size_t>(c)];
            if (from_row < 0 || from_col < 0) continue;
            const auto known = place.find(static_cast<std::uint32_t>(from_row * weights.grid.cols() + from_col));
            if (known == place.end()) continue;
            cells.push_back(static_cast<std::uint32_t>(r * fine.cols() + c));
            const auto first = weights.values.begin() + static_cast<std::ptrdiff_t>(known->second * stride);
            values.insert(values.end(), first, first + static_cast<std::ptrdiff_t>(stride));
        }
    all_ = std::make_shared<const CellRegression>(std::move(cells), std::move(values), weights.features);
}

std::vector<float> FirstGuess::field(const io::FieldSource& cube, const std::vector<std::string>& predictors, Index t,
                                     CellRegression::Field interpolated, bool told) const
{
    const auto block = block_.empty() ? Index{-1} : block_[static_cast<std::size_t>(t)];
    // What a place is told was learnt without its part of the land, from every month, as for a place never seen.
    const CellRegression& regression = block < 0 || told ? *all_ : *without_[static_cast<std::size_t>(block)];
    const auto features = regression_features(cube, predictors, t, interpolated);
    std::vector<float> field(interpolated->size());
    if (told)
        regression.predict_pooled(features, field);
    else
        regression.predict(features, field);
    return field;
}

} // namespace gwsd::data
