#pragma once

#include <optional>

#include "gwsd/optim/optimiser.hpp"
#include "train/ensemble.hpp"
#include "train/learner.hpp"

namespace gwsd::train {

/// Samples on a device, and all that the loss reads but the prediction.
template <class Device>
struct StagedSamples {
    Tensor<float, Device> coarse, fine, base;
    losses::LossInput<float, Device> loss;
};

/// `bring(tensor)` takes a tensor to the device.
template <class Device, class Bring>
StagedSamples<Device> staged(const TrainingData& data, const Sampled& sampled, Index region_size, Bring&& bring)
{
    return {bring(sampled.inputs.coarse), bring(sampled.inputs.fine), bring(sampled.inputs.base),
            losses::brought<float, Device>(loss_input(data, sampled, {}, region_size), bring)};
}

template <class Device>
PredictedBatch predict_with(const models::Downscaler<float, Device>& network, const data::Batch& batch,
                            const nn::ChannelDropout& dropout = {})
{
    const auto there = [](const Tensor<float>& t) { return Variable<float, Device>(copy_to<Device>(t)); };
    const auto prediction = network(there(batch.coarse), there(batch.fine), there(batch.base), dropout);
    return {copy_to<Cpu>(prediction.mean.value()), copy_to<Cpu>(prediction.log_variance.value())};
}

/// The learner of a device. `Upload` brings tensors there: operator()(tensor), and wait(), behind which they may be
/// used.
template <class Device, class Upload>
class DeviceLearner : public Learner {
public:
    explicit DeviceLearner(const LearnerParts& parts)
        : data_(parts.data),
          loss_(parts.loss),
          region_size_(parts.region_size),
          seed_(parts.seed),
          network_(parts.sizes, parts.seed),
          parameters_(network_.parameters()),
          optimiser_(parameters_,
                     {.learning_rate = parts.optim.learning_rate, .weight_decay = parts.optim.weight_decay},
                     parts.optim.ema > 0 ? std::optional(parts.optim.ema) : std::nullopt)
    {
    }

    void stage(const Sampled& sampled) override { next_ = staged<Device>(data_, sampled, region_size_, upload_); }

    void begin_step(const StepOptions& options) override
    {
        StagedSamples<Device> s = std::exchange(next_, {});
        upload_.wait();
        Tape tape;
        clear_gradients(parameters_);
        using V = Variable<float, Device>;
        const auto dropout = nn::ChannelDropout::training(network_.config().dropout, seed_, options.step);
        const auto prediction = network_(V(s.coarse), V(s.fine), V(s.base), dropout);
        s.loss.mean = prediction.mean, s.loss.log_variance = prediction.log_variance;
        value_ = loss_(s.loss, options.ramp);
        backward(tape, value_.loss);
        outcome_ = optimiser_.step(options.learning_rate, options.clip, value_.loss.value());
    }

    StepOutcome end_step() override
    {
        const auto [norm, taken] = outcome_->read();
        StepOutcome outcome{static_cast<double>(value_.loss.value().to_vector()[0]), norm, taken, value_.terms()};
        value_ = {}, outcome_.reset();
        return outcome;
    }

    PredictedBatch predict(const data::Batch& batch) const override { return predict_with(network_, batch); }
    void swap_averages() override { optimiser_.swap(); }

    LearnerState state() const override
    {
        const auto on_host = [](const NamedTensors<float, Device>& tensors) {
            NamedTensors<float> all;
            for (const auto& [name, tensor] : tensors) all.emplace_back(name, copy_to<Cpu>(tensor));
            return all;
        };
        return {on_host(weights()), on_host(optimiser_.averages()), on_host(optimiser_.state()), optimiser_.steps(),
                optimiser_.updates()};
    }

    void set_state(const LearnerState& s) override
    {
        const auto put = [](const NamedTensors<float>& from, const NamedTensors<float, Device>& to) {
            for (std::size_t i = 0; i < to.size(); ++i) {
                const Tensor<float>& values = from.at(i).second;
                if (values.data() != to[i].second.data())
                    copy_from_host(Device{}, values.elements(), values.data(), to[i].second.data());
            }
        };
        put(s.weights, weights()), put(s.averages, optimiser_.averages()), put(s.moments, optimiser_.state());
        optimiser_.set_counts(s.steps, s.updates);
    }

private:
    NamedTensors<float, Device> weights() const
    {
        NamedTensors<float, Device> all;
        for (const auto& [name, variable] : parameters_) all.emplace_back(name, variable.value());
        return all;
    }

    const TrainingData& data_;
    const losses::WeightedLoss& loss_;
    Index region_size_;
    std::uint64_t seed_;
    models::Downscaler<float, Device> network_;
    std::vector<NamedParameter<float, Device>> parameters_;
    optim::Optimiser<float, Device> optimiser_;
    Upload upload_;
    StagedSamples<Device> next_;
    losses::WeightedValue<float, Device> value_;
    std::optional<optim::StepOutcome<Device>> outcome_;
};

template <class Device>
class DevicePredictor : public Predictor {
public:
    DevicePredictor(const TrainedModel& model, const DropoutSamples& samples)
        : network_(make_network<Device>(model)), samples_(samples)
    {
    }

    PredictedBatch operator()(const data::Batch& batch) const override
    {
        if (samples_.count == 0) return predict_with(network_, batch);
        std::vector<PredictedBatch> passes;
        for (Index k = 0; k < samples_.count; ++k)
            passes.push_back(predict_with(
                network_, batch,
                nn::ChannelDropout::sampled(network_.config().dropout, samples_.seed, static_cast<std::uint64_t>(k))));
        return mixture(passes);
    }

private:
    models::Downscaler<float, Device> network_;
    DropoutSamples samples_;
};

} // namespace gwsd::train
