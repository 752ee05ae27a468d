#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "gwsd/core/shape.hpp"

namespace gwsd::data {

/// Ridge regression of a truth on features of the same step, for every cell by itself: what a place's own past tells of
/// it. Cells that may not be learnt from, and those whose truth is never known, are given the answer of all others: the
/// pooled regression on features standardised at each cell, about the mean of the first feature there.
///
/// With features z standardised over the steps that a cell learns from and y the truth less its mean, the weights of a
/// cell are (Z'Z + penalty I)^-1 Z'y, the penalty counting in steps.
class CellRegression {
public:
    using Field = std::shared_ptr<const std::vector<float>>; ///< [cells], NaN where missing

    /// `learns`, [cells]: 1 for cells that learn, 0 for cells that are told, -1 for cells without land. About
    /// 4 (features + 3)^2 bytes a cell of land are held until finish(). Throws ShapeError without a feature.
    CellRegression(std::vector<std::int8_t> learns, std::size_t features, double penalty = 10);

    /// One step. A cell takes part where all features are finite and, if it learns, the truth is.
    void add(std::span<const Field> features, std::span<const float> truth);

    /// Makes the weights; add() must not be called again.
    void finish();

    /// Cells that have weights of their own, after finish().
    Index learnt() const { return learnt_; }

    /// NaN where a feature is missing, where there is no land, and everywhere if no cell has learnt.
    void predict(std::span<const Field> features, std::span<float> out) const;

private:
    /// Sums of a cell: steps, features, products of features, truth, features times truth.
    double* sums(std::size_t cell) { return sums_.data() + cell * stride_; }
    double* weights(std::size_t cell) { return weights_.data() + cell * (features_ + 1); }

    std::size_t features_, stride_;
    double penalty_;
    std::vector<std::uint32_t> land_; ///< the cells that hold land
    std::vector<char> learns_;        ///< of each of them
    std::vector<double> sums_;
    std::vector<double> weights_; ///< of each: constant, then one a feature; NaN where there are none
    Index learnt_ = 0;
};

} // namespace gwsd::data
