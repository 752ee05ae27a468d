#include "score/method_sums.hpp"

#include <cmath>
#include <limits>

namespace gwsd::score {

namespace {

constexpr float missing = std::numeric_limits<float>::quiet_NaN();

/// Calls body(land cell) for every land cell of set s.
template <class Body>
void for_each_cell(const ScoredCells& cells, std::size_t s, const Body& body)
{
    for (std::size_t k = 0; k < cells.coarse.size(); ++k) {
        if (cells.set[k] != static_cast<int>(s)) continue;
        for (std::size_t i = cells.first[k]; i < cells.first[k + 1]; ++i) body(i);
    }
}

std::vector<std::optional<CycleFit>> cycles_for(const ScoredCells& cells, bool monthly)
{
    std::vector<std::optional<CycleFit>> list(cells.sets.size());
    for (std::size_t s = 0; s < list.size(); ++s)
        if (monthly && cells.sets[s].steps >= 12) list[s].emplace(cells_of(cells, s));
    return list;
}

} // namespace

std::vector<float> gather(const ScoredCells& cells, std::size_t s, const ScoredStep& step, std::span<const float> field)
{
    std::vector<float> values;
    for_each_cell(cells, s, [&](std::size_t i) { values.push_back(step.scored[i] ? field[cells.cell[i]] : missing); });
    return values;
}

Index cells_of(const ScoredCells& cells, std::size_t s)
{
    Index count = 0;
    for_each_cell(cells, s, [&](std::size_t) { ++count; });
    return count;
}

MethodSums::MethodSums(const EvaluationInput& input, const ScoredCells& cells, const SumOptions& options,
                       std::optional<IntervalLevels> levels)
    : input_(input),
      cells_(cells),
      options_(options),
      levels_(std::move(levels)),
      blocks_(cells.sets.size(), std::vector<BlockSums>(static_cast<std::size_t>(cells.blocks * cells.years))),
      calibration_(cells.sets.size()),
      spectra_(cells.sets.size()),
      cycles_(cycles_for(cells, options.monthly)),
      squares_(cells.sets.empty() ? 0 : cells.cell.size()),
      seam_(input.info().factor)
{
    for (std::size_t s = 0; s < spectra_.size(); ++s)
        if (options.stretches[s] > 0) spectra_[s].emplace(options.stretches[s]);
}

void MethodSums::add(const ScoredStep& step, std::span<const float> value, std::span<const float> error, double sigma)
{
    add_consistency(step, value);
    if (step.truth.empty()) return;
    add_scores(step, value, error, sigma);
    for (std::size_t s = 0; s < cells_.sets.size(); ++s) {
        if (!step.active[s]) continue;
        if (cycles_[s]) cycles_[s]->add(step.month, gather(cells_, s, step, value));
        if (spectra_[s]) spectra_[s]->add(input_.info().fine, value, step.truth_of_set[s], options_.spectrum_rows);
    }
}

void MethodSums::add_scores(const ScoredStep& step, std::span<const float> value, std::span<const float> error,
                            double sigma)
{
    const auto year = static_cast<Index>(cells_.year[static_cast<std::size_t>(step.number)]);
    for (std::size_t k = 0; k < cells_.coarse.size(); ++k) {
        if (cells_.set[k] < 0) continue;
        const auto s = static_cast<std::size_t>(cells_.set[k]);
        if (!step.active[s]) continue;
        BlockSums& sums = blocks_[s][static_cast<std::size_t>(year * cells_.blocks + cells_.block[k])];
        SubgridCell subgrid;
        for (std::size_t i = cells_.first[k]; i < cells_.first[k + 1]; ++i) {
            if (!step.scored[i]) continue;
            const std::uint32_t at = cells_.cell[i];
            const double w = static_cast<double>(cells_.weight[i]), p = static_cast<double>(value[at]),
                         t = static_cast<double>(step.truth[at]);
            sums.pairs.add(w, p, t);
            subgrid.add(w, p, t);
            squares_[i] += (p - t) * (p - t);
            const double e = error.empty() ? sigma : static_cast<double>(error[at]);
            if (!(e > 0)) continue;
            calibration_[s].add(w, p, e, t, levels_ ? &*levels_ : nullptr);
            sums.crps += w * crps_gaussian(p, e, t);
            sums.sigma_weight += w;
            static const double z90 = normal_quantile(0.95);
            if (std::abs(p - t) <= z90 * e) sums.covered_90 += w;
        }
        sums.subgrid += subgrid.sums();
    }
}

void MethodSums::add_consistency(const ScoredStep& step, std::span<const float> value)
{
    struct Sums {
        double weight = 0, fine = 0, coarse = 0;
    };
    std::vector<Sums> regions(static_cast<std::size_t>(cells_.blocks));
    for (std::size_t k = 0; k < cells_.coarse.size(); ++k) {
        double w = 0, mean = 0, square = 0;
        Index count = 0;
        for (std::size_t i = cells_.first[k]; i < cells_.first[k + 1]; ++i) {
            const double v = static_cast<double>(value[cells_.cell[i]]), wi = static_cast<double>(cells_.weight[i]);
            if (!std::isfinite(v)) continue;
            w += wi, ++count;
            const double d = v - mean;
            mean += wi / w * d;
            square += wi * d * (v - mean);
        }
        if (count > 1) subgrid_ += square, subgrid_weight_ += w;
        const double x = static_cast<double>(step.coarse[cells_.coarse[k]]);
        if (!(w > 0) || !std::isfinite(x)) continue;
        mass_cells_.add(w, mean - x);
        Sums& region = regions[static_cast<std::size_t>(cells_.block[k])];
        region.weight += w, region.fine += w * mean, region.coarse += w * x;
    }
    for (const Sums& region : regions)
        if (region.weight > 0) mass_regions_.add(region.weight, (region.fine - region.coarse) / region.weight);
    seam_.add(input_.info().fine, value);
}

TruthSums::TruthSums(const ScoredCells& cells, const SumOptions& options)
    : cells_(cells),
      steps_(cells.sets.size()),
      counts_(cells.sets.empty() ? 0 : cells.cell.size()),
      means_(counts_.size()),
      spread_(counts_.size()),
      cycles_(cycles_for(cells, options.monthly))
{
}

void TruthSums::add(const ScoredStep& step)
{
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        if (!step.scored[i]) continue;
        const double t = static_cast<double>(step.truth[cells_.cell[i]]), before = means_[i];
        const double after = before + (t - before) / ++counts_[i]; // Welford's update
        spread_[i] += (t - before) * (t - after);
        means_[i] = after;
    }
    for (std::size_t s = 0; s < cells_.sets.size(); ++s) {
        if (!step.active[s]) continue;
        ++steps_[s];
        if (cycles_[s]) cycles_[s]->add(step.month, gather(cells_, s, step, step.truth));
    }
}

} // namespace gwsd::score
