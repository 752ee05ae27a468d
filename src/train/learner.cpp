#include "train/learner.hpp"

#include "gwsd/core/compute_device.hpp"
#include "train/device_learner.hpp"
#include "train/ensemble.hpp"

namespace gwsd::train {
namespace {

/// On the CPU samples are where they are needed.
struct NoUpload {
    const Tensor<float>& operator()(const Tensor<float>& tensor) const { return tensor; }
    void wait() const {}
};

} // namespace

std::unique_ptr<Learner> make_learner(const LearnerParts& parts)
{
    if (compute_device() == ComputeDevice::cuda) return make_cuda_learner(parts);
    return std::make_unique<DeviceLearner<Cpu, NoUpload>>(parts);
}

std::unique_ptr<Predictor> make_predictor(const TrainedModel& model, const DropoutSamples& samples)
{
    if (samples.count > 0 && !(model.network.dropout > 0))
        throw ConfigError(
            "dropout samples: the model was trained without dropout, so that all of them would be the same");
    if (!model.others.empty()) {
        std::vector<std::unique_ptr<Predictor>> members;
        for (std::size_t k = 0; k <= model.others.size(); ++k)
            members.push_back(make_predictor(member(model, k), samples));
        return std::make_unique<EnsemblePredictor>(std::move(members));
    }
    if (compute_device() == ComputeDevice::cuda) return make_cuda_predictor(model, samples);
    return std::make_unique<DevicePredictor<Cpu>>(model, samples);
}

} // namespace gwsd::train
