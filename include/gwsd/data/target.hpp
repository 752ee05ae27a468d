#pragma once

#include <memory>
#include <span>
#include <vector>

#include "gwsd/data/statistics.hpp"

namespace gwsd::data {

/// What a loss compares predictions with, for the samples of a batch. Fields are [batch, fine rows, fine cols], 0 where
/// missing; "normalised" as the batch is. What the options leave out is undefined.
struct TargetBatch {
    Tensor<float> target, valid;        ///< normalised reference, and 1 where it is known and counts
    Tensor<float> land;                 ///< 1 where a prediction counts in the loss: usable land
    Tensor<float> product_variance;     ///< the product's sigma^2, normalised
    Tensor<float> change_reference;     ///< base of the step before plus the change's climatology, normalised
    Tensor<float> recharge;             ///< R / s_R
    Tensor<float> change_weight;        ///< [batch] 1, or 0 without a coarse field at t - 1
    Tensor<float> coarse, coarse_valid; ///< [batch, rows, cols]: what regional means balance with, normalised; 1 where
                                        ///< known
    std::vector<Index> row_origin, col_origin; ///< the tile's first fine row and column on the globe's grid
};

struct TargetOptions {
    bool product_sigma = false; ///< adds the product's variance
    /// The regions' balance is against block means of the reference; else against the coarse field that is read.
    bool balance_with_reference = false;
};

/// Makes targets beside the inputs of a BatchMaker. Safe to use from several threads.
class TargetMaker {
public:
    /// `usable`: fine cells, 1 where a target counts. An undefined signal leaves its fields out. Throws
    /// ConfigError naming gwsa_sigma where the cube has none and the product's sigma is wanted.
    TargetMaker(std::shared_ptr<const BatchMaker> maker, Index tile, std::vector<char> usable, ChangeSignal signal,
                TargetOptions options);
    ~TargetMaker();

    TargetBatch operator()(std::span<const Tile> tiles) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace gwsd::data
