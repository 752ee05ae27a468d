#pragma once

#include <optional>
#include <span>
#include <vector>

#include "gwsd/score/blocks.hpp"
#include "gwsd/score/cycle.hpp"
#include "gwsd/score/probabilistic.hpp"
#include "gwsd/score/seam.hpp"
#include "gwsd/score/spectrum.hpp"
#include "score/scored_cells.hpp"

namespace gwsd::score {

/// Misfit of block means to the coarse field, over land.
struct MassResidual {
    double max = 0, weight = 0, squares = 0;

    void add(double w, double residual)
    {
        max = std::max(max, std::abs(residual));
        weight += w;
        squares += w * residual * residual;
    }
    double largest() const { return weight > 0 ? max : not_defined; }
    double rms() const { return weight > 0 ? std::sqrt(squares / weight) : not_defined; }
};

/// A step as all methods share it.
struct ScoredStep {
    Index number = 0; ///< in EvaluationInput::steps
    geo::Month month;
    std::span<const float> coarse;                ///< on the coarse grid
    std::span<const float> truth;                 ///< on the fine grid; empty without a truth
    std::vector<char> active;                     ///< of each set: some of its cells count in this step
    std::vector<char> scored;                     ///< of each land cell: counts in its set
    std::vector<std::vector<float>> truth_of_set; ///< on the fine grid, missing where it does not count
};

/// Settings of the sums, the same for all methods.
struct SumOptions {
    bool monthly = true;          ///< false: no annual cycle
    std::vector<Index> stretches; ///< cells of a stretch of each set's spectrum, 0: none
    Index spectrum_rows = 1;      ///< every so many rows
};

/// All sums of one method, step by step; memory does not grow with the number of steps.
class MethodSums {
public:
    /// `levels`: the calibrated probabilities of the method's Gaussian intervals, if it states them.
    MethodSums(const EvaluationInput& input, const ScoredCells& cells, const SumOptions& options,
               std::optional<IntervalLevels> levels = std::nullopt);

    /// `value` on the fine grid; `error` likewise or empty; `sigma` is the error of every cell where it is above 0.
    void add(const ScoredStep& step, std::span<const float> value, std::span<const float> error, double sigma);

    /// Sums of set s in the blocks [year * cells.blocks + block].
    const std::vector<BlockSums>& blocks(std::size_t s) const { return blocks_[s]; }
    const Calibration& calibration(std::size_t s) const { return calibration_[s]; }
    const std::optional<Spectrum>& spectrum(std::size_t s) const { return spectra_[s]; }
    const std::optional<CycleFit>& cycle(std::size_t s) const { return cycles_[s]; }
    /// Sum of squared errors of each land cell, over the steps that count.
    const std::vector<double>& squares() const { return squares_; }
    const MassResidual& mass_of_cells() const { return mass_cells_; }
    const MassResidual& mass_of_regions() const { return mass_regions_; } ///< blocks of 4 degrees
    const SeamIndex& seam() const { return seam_; }
    /// Spread of the part below the coarse cell, over all land and steps.
    double subgrid_sd() const { return subgrid_weight_ > 0 ? std::sqrt(subgrid_ / subgrid_weight_) : not_defined; }

private:
    void add_scores(const ScoredStep& step, std::span<const float> value, std::span<const float> error, double sigma);
    void add_consistency(const ScoredStep& step, std::span<const float> value);

    const EvaluationInput& input_;
    const ScoredCells& cells_;
    SumOptions options_;
    std::optional<IntervalLevels> levels_;
    std::vector<std::vector<BlockSums>> blocks_;
    std::vector<Calibration> calibration_;
    std::vector<std::optional<Spectrum>> spectra_;
    std::vector<std::optional<CycleFit>> cycles_;
    std::vector<double> squares_;
    MassResidual mass_cells_, mass_regions_;
    SeamIndex seam_;
    double subgrid_ = 0, subgrid_weight_ = 0;
};

/// What the truth alone gives: the parts of a cell's efficiency and its cycle.
class TruthSums {
public:
    TruthSums(const ScoredCells& cells, const SumOptions& options);
    void add(const ScoredStep& step);

    const std::vector<std::uint16_t>& counts() const { return counts_; } ///< steps that count, of each land cell
    /// Sum of squares about the mean of each land cell.
    double spread(std::size_t cell) const { return spread_[cell]; }
    const std::optional<CycleFit>& cycle(std::size_t s) const { return cycles_[s]; }
    Index steps(std::size_t s) const { return steps_[s]; } ///< in which some cell of the set counts

private:
    const ScoredCells& cells_;
    std::vector<Index> steps_;
    std::vector<std::uint16_t> counts_;
    std::vector<double> means_, spread_;
    std::vector<std::optional<CycleFit>> cycles_;
};

/// Values of the land cells of set s, missing where they do not count, in the order in which cycles hold them.
std::vector<float> gather(const ScoredCells& cells, std::size_t s, const ScoredStep& step,
                          std::span<const float> field);

/// Land cells of set s.
Index cells_of(const ScoredCells& cells, std::size_t s);

} // namespace gwsd::score
