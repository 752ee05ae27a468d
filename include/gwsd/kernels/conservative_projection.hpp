#pragma once

#include <Eigen/SparseCore>
#include <Eigen/SparseLU>
#include <array>
#include <cmath>
#include <memory>
#include <vector>

#include "gwsd/core/error.hpp"
#include "gwsd/kernels/conservative_projection_options.hpp"

namespace gwsd::kernels {

/// The linear algebra of one sample, kept from the forward to the backward pass. Values are double whatever the tensors
/// hold, since the blocks' sums must agree to rounding.
class ProjectionSystem {
public:
    /// weight [rows, cols]; known [blocks] is true where the block's value counts; share [rows, cols] or null for 1;
    /// variance [blocks] or null for 0. Throws NumericalError if a block's cells have no share.
    template <class T>
    ProjectionSystem(Index rows, Index cols, const ProjectionOptions& options, const T* weight, const T* known,
                     const T* share, const T* variance)
        : options_(options),
          rows_(rows),
          cols_(cols),
          block_rows_((rows + options.block.rows - 1) / options.block.rows),
          block_cols_((cols + options.block.cols - 1) / options.block.cols)
    {
        const auto cells = static_cast<std::size_t>(rows * cols);
        weight_.resize(cells), share_.assign(cells, 1.0), total_.assign(static_cast<std::size_t>(blocks()), 0.0);
        counts_.assign(total_.size(), false);
        for (std::size_t i = 0; i < cells; ++i) {
            weight_[i] = static_cast<double>(weight[i]);
            if (share && weight_[i] > 0) share_[i] = static_cast<double>(share[i]);
            total_[block_of(static_cast<Index>(i))] += weight_[i];
        }
        for (std::size_t k = 0; k < total_.size(); ++k) counts_[k] = total_[k] > 0 && known[k] > 0;
        factorise(variance);
    }

    Index blocks() const { return block_rows_ * block_cols_; }

    /// Writes mean' and keeps c; x [blocks] is read where it counts.
    template <class T>
    void forward(const T* mean, const T* x, T* projected)
    {
        Eigen::VectorXd wanted = Eigen::VectorXd::Zero(blocks());
        each_cell([&](Index i, std::size_t k) {
            wanted[static_cast<Index>(k)] -= part(i, k) * static_cast<double>(mean[i]);
        });
        for (Index k = 0; k < blocks(); ++k)
            wanted[k] = counts_[static_cast<std::size_t>(k)] ? wanted[k] + static_cast<double>(x[k]) : 0.0;
        solution_ = solver_->solve(wanted);
        std::copy_n(mean, rows_ * cols_, projected);
        each_cell([&](Index i, std::size_t) {
            projected[i] =
                static_cast<T>(static_cast<double>(mean[i]) + share_[static_cast<std::size_t>(i)] * interpolated(i));
        });
    }

    /// Adds to the gradients of mean, share and x; each may be null. With lambda = (M diag(s) B + diag(R))^-T B^T (s
    /// g):
    ///   grad_mean = r = g - M^T lambda,  grad_share = r (B c),  grad_x = lambda.
    template <class T>
    void backward(const T* g, T* grad_mean, T* grad_share, T* grad_x) const
    {
        Eigen::VectorXd right = Eigen::VectorXd::Zero(blocks());
        each_cell([&](Index i, std::size_t) {
            const double value = share_[static_cast<std::size_t>(i)] * static_cast<double>(g[i]);
            for (const Tap& tap : taps(i)) right[tap.block] += tap.weight * value;
        });
        for (Index k = 0; k < blocks(); ++k)
            if (!counts_[static_cast<std::size_t>(k)]) right[k] = 0; // c is 0 there, whatever the rest
        const Eigen::VectorXd lambda = transposed_->solve(right);
        for (Index i = 0; grad_mean && i < rows_ * cols_; ++i) grad_mean[i] += g[i];
        each_cell([&](Index i, std::size_t k) {
            const double back = counts_[k] ? part(i, k) * lambda[static_cast<Index>(k)] : 0.0;
            if (grad_mean) grad_mean[i] -= static_cast<T>(back);
            if (grad_share) grad_share[i] += static_cast<T>((static_cast<double>(g[i]) - back) * interpolated(i));
        });
        for (Index k = 0; grad_x && k < blocks(); ++k)
            if (counts_[static_cast<std::size_t>(k)]) grad_x[k] += static_cast<T>(lambda[k]);
    }

private:
    struct Tap {
        Index block;
        double weight;
    };
    using Matrix = Eigen::SparseMatrix<double>;
    using Solver = Eigen::SparseLU<Matrix>;

    std::size_t block_of(Index cell) const
    {
        return static_cast<std::size_t>(cell / cols_ / options_.block.rows * block_cols_ +
                                        cell % cols_ / options_.block.cols);
    }
    /// The cell's share of its block's mean.
    double part(Index i, std::size_t k) const { return weight_[static_cast<std::size_t>(i)] / total_[k]; }

    /// Calls work(cell, block) for the cells of weight.
    template <class Work>
    void each_cell(const Work& work) const
    {
        for (Index i = 0; i < rows_ * cols_; ++i)
            if (weight_[static_cast<std::size_t>(i)] > 0) work(i, block_of(i));
    }

    /// Position of a row or column between block centres: the lower block, and how far towards the next.
    static std::array<Tap, 2> along(Index i, Index size, Index blocks)
    {
        const double centre = (static_cast<double>(i) + 0.5) / static_cast<double>(size) - 0.5;
        const auto low = static_cast<Index>(std::floor(std::clamp(centre, 0.0, static_cast<double>(blocks - 1))));
        const double share = std::clamp(centre - static_cast<double>(low), 0.0, 1.0);
        return {Tap{low, 1 - share}, Tap{std::min(low + 1, blocks - 1), share}};
    }

    /// The weights of interpolation at a cell, over the blocks that hold any weight; they sum to 1.
    std::array<Tap, 4> taps(Index i) const
    {
        std::array<Tap, 4> all{};
        if (!options_.smooth) {
            all[0] = {static_cast<Index>(block_of(i)), 1.0};
            return all;
        }
        const auto row = along(i / cols_, options_.block.rows, block_rows_),
                   col = along(i % cols_, options_.block.cols, block_cols_);
        double sum = 0;
        for (std::size_t r = 0; r < 2; ++r)
            for (std::size_t c = 0; c < 2; ++c) {
                Tap& tap = all[2 * r + c];
                tap = {row[r].block * block_cols_ + col[c].block, row[r].weight * col[c].weight};
                if (!(total_[static_cast<std::size_t>(tap.block)] > 0)) tap.weight = 0;
                sum += tap.weight;
            }
        for (Tap& tap : all) tap.weight /= sum; // the cell's own block has weight, so that sum is above 0
        return all;
    }

    double interpolated(Index i) const
    {
        double value = 0;
        for (const Tap& tap : taps(i)) value += tap.weight * solution_[tap.block];
        return value;
    }

    template <class T>
    void factorise(const T* variance)
    {
        std::vector<Eigen::Triplet<double>> entries;
        each_cell([&](Index i, std::size_t k) {
            if (!counts_[k]) return;
            for (const Tap& tap : taps(i))
                if (tap.weight > 0)
                    entries.emplace_back(static_cast<int>(k), static_cast<int>(tap.block),
                                         part(i, k) * share_[static_cast<std::size_t>(i)] * tap.weight);
        });
        for (Index k = 0; k < blocks(); ++k)
            if (!counts_[static_cast<std::size_t>(k)])
                entries.emplace_back(static_cast<int>(k), static_cast<int>(k), 1.0);
            else if (variance)
                entries.emplace_back(static_cast<int>(k), static_cast<int>(k), static_cast<double>(variance[k]));
        Matrix matrix(blocks(), blocks());
        matrix.setFromTriplets(entries.begin(), entries.end());
        solver_ = solver_of(matrix);
        transposed_ = solver_of(Matrix(matrix.transpose()));
    }

    static std::shared_ptr<Solver> solver_of(const Matrix& matrix)
    {
        auto solver = std::make_shared<Solver>(matrix);
        if (solver->info() != Eigen::Success)
            throw NumericalError(
                "conservative_projection: the cells of a block cannot take its correction; shares must "
                "be finite and above zero where the weight is");
        return solver;
    }

    ProjectionOptions options_;
    Index rows_, cols_, block_rows_, block_cols_;
    std::vector<double> weight_, share_, total_;
    std::vector<bool> counts_;
    std::shared_ptr<Solver> solver_, transposed_;
    Eigen::VectorXd solution_;
};

} // namespace gwsd::kernels
