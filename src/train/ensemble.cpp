#include "train/ensemble.hpp"

#include <cmath>

#include "gwsd/core/parallel.hpp"

namespace gwsd::train {

PredictedBatch mixture(const std::vector<PredictedBatch>& all)
{
    const auto count = static_cast<double>(all.size());
    PredictedBatch mixed{Tensor<float>::empty(all[0].mean.shape()), Tensor<float>::empty(all[0].mean.shape())};
    parallel_for(mixed.mean.elements(), 4096, [&](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) {
            double mean = 0, variance = 0;
            for (const PredictedBatch& p : all) {
                mean += static_cast<double>(p.mean.data()[i]) / count;
                variance += std::exp(static_cast<double>(p.log_variance.data()[i])) / count;
            }
            for (const PredictedBatch& p : all) {
                const double apart = static_cast<double>(p.mean.data()[i]) - mean;
                variance += apart * apart / count;
            }
            mixed.mean.data()[i] = static_cast<float>(mean);
            mixed.log_variance.data()[i] = static_cast<float>(std::log(variance));
        }
    });
    return mixed;
}

PredictedBatch EnsemblePredictor::operator()(const data::Batch& batch) const
{
    // One member's activations are in memory at a time; its mean and log variance stay.
    std::vector<PredictedBatch> all;
    for (const auto& member : members_) all.push_back((*member)(batch));
    return mixture(all);
}

} // namespace gwsd::train
