#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "gwsd/data/batch.hpp"
#include "gwsd/train/trained_model.hpp"

namespace gwsd::infer {

/// What is done to the variance that a network predicts on a cube's fine grid: the product's own is added first, if the
/// network was trained beside it, then each cell's is multiplied by the square of its group's factor
/// (train/recalibration.hpp). A model without a recalibration has one factor for all.
class SigmaCorrection {
public:
    /// `product_sigma`: the model was trained with loss.product_sigma. Throws DataError if the cube then has none.
    SigmaCorrection(const train::TrainedModel& model, std::shared_ptr<const io::FieldSource> cube, bool product_sigma);

    /// `variance` [fine cells], in the target's unit squared, of step t.
    void apply(Index t, std::span<float> variance) const;

private:
    std::shared_ptr<const io::FieldSource> cube_;
    std::shared_ptr<const geo::Regridder> product_; ///< of its sigma to the fine grid; null: not added
    double scale_ = 1;                              ///< of the variance, without a recalibration
    std::optional<train::Recalibration> recalibration_;
    std::vector<std::uint8_t> zone_; ///< of each fine cell
    std::vector<char> trained_;      ///< 1 for fine cells that the network has learnt from
};

/// The product's sigma at step t on the fine grid; 0 where the product says nothing.
std::vector<float> fine_product_sigma(const geo::Regridder& to_fine, const io::FieldSource& cube, Index t);

} // namespace gwsd::infer
