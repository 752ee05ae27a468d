#pragma once

#include <memory>

#include "gwsd/losses/weighted_loss.hpp"
#include "gwsd/train/predictor.hpp"
#include "train/training_data.hpp"

namespace gwsd::train {

struct StepOptions {
    double learning_rate, clip;
    double ramp;            ///< of the physics losses' weights
    std::uint64_t step = 0; ///< of the whole training, from 0; the masks of dropout follow from it
};

struct StepOutcome {
    double loss = 0, norm = 0; ///< norm of the gradients before clipping
    bool taken = false;        ///< false if one of them is not finite: nothing has changed then
    std::vector<losses::TermValue> terms;
};

/// Weights, averages and moments by name, and how often they were updated: what a checkpoint holds. On the CPU handles,
/// else copies.
struct LearnerState {
    NamedTensors<float> weights, averages, moments;
    std::uint64_t steps = 0, updates = 0;

    /// The tensors that are the model: averages, or, without any, the weights themselves.
    const NamedTensors<float>& model() const { return averages.empty() ? weights : averages; }
};

/// A network that learns, on some device. A step is begun and ended, so that a GPU computes while the host reads the
/// next samples: stage, then begin_step, stage the next, end_step, begin_step, ...
class Learner {
public:
    virtual ~Learner() = default;

    /// Brings samples to the device, for the next step that begins.
    virtual void stage(const Sampled& sampled) = 0;
    virtual void begin_step(const StepOptions& options) = 0;
    virtual StepOutcome end_step() = 0;

    /// Predicts with the present weights.
    virtual PredictedBatch predict(const data::Batch& batch) const = 0;
    /// Exchanges weights and their averages, if there are any: before a validation, and again after it.
    virtual void swap_averages() = 0;

    virtual LearnerState state() const = 0;
    /// Takes values from a state of the same names and shapes.
    virtual void set_state(const LearnerState& state) = 0;
};

/// What a learner is made of.
struct LearnerParts {
    const TrainingData& data;
    const losses::WeightedLoss& loss;
    models::DownscalerConfig sizes;
    OptimConfig optim;
    Index region_size; ///< of the mass balance, fine cells
    std::uint64_t seed;
};

/// On the device that the process computes on. Keeps references to data and loss. Throws DeviceUnavailable.
std::unique_ptr<Learner> make_learner(const LearnerParts& parts);

/// The forms for a GPU; in a build without CUDA they throw DeviceUnavailable.
std::unique_ptr<Learner> make_cuda_learner(const LearnerParts& parts);
std::unique_ptr<Predictor> make_cuda_predictor(const TrainedModel& model, const DropoutSamples& samples);

} // namespace gwsd::train
