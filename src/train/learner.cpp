#include "train/learner.hpp"

#include <cmath>

#include "gwsd/core/compute_device.hpp"
#include "train/device_learner.hpp"

namespace gwsd::train {
namespace {

/// Samples are where they are needed, and a step is over when it returns.
class CpuStepper {
public:
    CpuStepper(const std::vector<NamedParameter<float>>& parameters, const OptimConfig& config)
        : parameters_(parameters),
          optimiser_(parameters, {.learning_rate = config.learning_rate, .weight_decay = config.weight_decay}),
          average_(parameters, config.ema),
          averaging_(config.ema > 0)
    {
    }

    Tensor<float> bring(const Tensor<float>& tensor) const { return tensor; }
    void wait_for_samples() const {}

    void step(const Tensor<float>& loss, const StepOptions& options)
    {
        outcome_.norm = optim::gradient_norm(parameters_);
        outcome_.taken = std::isfinite(loss.data()[0]) && std::isfinite(outcome_.norm);
        if (!outcome_.taken) return;
        optimiser_.step(options.learning_rate, optim::clip_factor(outcome_.norm, options.clip));
        if (averaging_) average_.update();
    }
    StepOutcome outcome() const { return outcome_; }

    void swap_averages() { average_.swap(); }
    NamedTensors<float> averages() const { return average_.averages(); }
    NamedTensors<float> moments() const { return optimiser_.state(); }
    std::uint64_t steps() const { return optimiser_.steps(); }
    std::uint64_t updates() const { return average_.updates(); }
    void set_counts(std::uint64_t steps, std::uint64_t updates)
    {
        optimiser_.set_steps(steps), average_.set_updates(updates);
    }

private:
    std::vector<NamedParameter<float>> parameters_;
    optim::AdamW<float> optimiser_;
    optim::WeightAverage<float> average_;
    bool averaging_;
    StepOutcome outcome_;
};

} // namespace

std::unique_ptr<Learner> make_learner(const LearnerParts& parts)
{
    if (compute_device() == ComputeDevice::cuda) return make_cuda_learner(parts);
    return std::make_unique<DeviceLearner<Cpu, CpuStepper>>(parts);
}

std::unique_ptr<Predictor> make_predictor(const TrainedModel& model)
{
    if (compute_device() == ComputeDevice::cuda) return make_cuda_predictor(model);
    return std::make_unique<DevicePredictor<Cpu>>(model);
}

} // namespace gwsd::train
