#pragma once

#include <memory>
#include <vector>

#include "gwsd/train/predictor.hpp"

namespace gwsd::train {

/// An equal mixture of Gaussians (Lakshminarayanan et al. 2017, arXiv 1612.01474): mean = mean of the means, variance =
/// mean of the variances + variance of the means. At least one, of equal shapes.
PredictedBatch mixture(const std::vector<PredictedBatch>& all);

/// Networks of the same inputs, taken as such a mixture. Their memory and time add up.
class EnsemblePredictor : public Predictor {
public:
    /// At least one member.
    explicit EnsemblePredictor(std::vector<std::unique_ptr<Predictor>> members) : members_(std::move(members)) {}
    PredictedBatch operator()(const data::Batch& batch) const override;

private:
    std::vector<std::unique_ptr<Predictor>> members_;
};

} // namespace gwsd::train
