#pragma once

#include "gwsd/optim/adamw.hpp"
#include "gwsd/optim/clip.hpp"
#include "gwsd/optim/ema.hpp"
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
    const data::TargetBatch& t = sampled.targets;
    StagedSamples<Device> s{bring(sampled.inputs.coarse), bring(sampled.inputs.fine), bring(sampled.inputs.base), {}};
    auto& in = s.loss;
    in.target = bring(t.target), in.valid = bring(t.valid), in.land = bring(t.land);
    in.area = bring(sampled.inputs.area), in.product_variance = bring(t.product_variance);
    in.change_reference = bring(t.change_reference), in.recharge = bring(t.recharge);
    in.change_weight = bring(t.change_weight);
    in.change_scale = data.normalisation.change_scale / data.normalisation.target.scale;
    in.coarse = bring(t.coarse), in.coarse_valid = bring(t.coarse_valid);
    in.row_origin = t.row_origin, in.col_origin = t.col_origin;
    in.factor = data.input.factor, in.region_size = region_size;
    in.scale = data.normalisation.target.scale, in.unit = data.normalisation.unit;
    return s;
}

template <class Device>
PredictedBatch predict_with(const models::Downscaler<float, Device>& network, const data::Batch& batch)
{
    const auto there = [](const Tensor<float>& t) { return Variable<float, Device>(copy_to<Device>(t)); };
    const auto prediction = network(there(batch.coarse), there(batch.fine), there(batch.base));
    return {copy_to<Cpu>(prediction.mean.value()), copy_to<Cpu>(prediction.log_variance.value())};
}

/// The learner of a device; how samples come there and how the optimiser steps is the device's own (see Stepper).
template <class Device, class Stepper>
class DeviceLearner : public Learner {
public:
    explicit DeviceLearner(const LearnerParts& parts)
        : data_(parts.data),
          loss_(parts.loss),
          region_size_(parts.region_size),
          network_(parts.sizes, parts.seed),
          parameters_(network_.parameters()),
          stepper_(parameters_, parts.optim),
          averaging_(parts.optim.ema > 0)
    {
    }

    void stage(const Sampled& sampled) override
    {
        next_ = staged<Device>(data_, sampled, region_size_, [&](const Tensor<float>& t) { return stepper_.bring(t); });
    }

    void begin_step(const StepOptions& options) override
    {
        StagedSamples<Device> s = std::exchange(next_, {});
        stepper_.wait_for_samples();
        Tape tape;
        clear_gradients(parameters_);
        using V = Variable<float, Device>;
        const auto prediction = network_(V(s.coarse), V(s.fine), V(s.base));
        s.loss.mean = prediction.mean, s.loss.log_variance = prediction.log_variance;
        value_ = loss_(s.loss, options.ramp);
        backward(tape, value_.loss);
        stepper_.step(value_.loss.value(), options);
    }

    StepOutcome end_step() override
    {
        StepOutcome outcome = stepper_.outcome();
        outcome.loss = static_cast<double>(value_.loss.value().to_vector()[0]);
        outcome.terms = value_.terms;
        value_ = {};
        return outcome;
    }

    PredictedBatch predict(const data::Batch& batch) const override { return predict_with(network_, batch); }
    void swap_averages() override
    {
        if (averaging_) stepper_.swap_averages();
    }
    bool averaging() const override { return averaging_; }

    LearnerState state() const override
    {
        LearnerState s;
        for (const auto& [name, variable] : parameters_) s.weights.emplace_back(name, copy_to<Cpu>(variable.value()));
        for (const auto& [name, tensor] : stepper_.averages()) s.averages.emplace_back(name, copy_to<Cpu>(tensor));
        for (const auto& [name, tensor] : stepper_.moments()) s.moments.emplace_back(name, copy_to<Cpu>(tensor));
        s.steps = stepper_.steps(), s.updates = stepper_.updates();
        return s;
    }

    void set_state(const LearnerState& s) override
    {
        const auto put = [](const NamedTensors<float>& from, std::size_t i, const Tensor<float, Device>& to) {
            const Tensor<float>& values = from.at(i).second;
            if (values.data() != to.data()) copy_from_host(Device{}, to.elements(), values.data(), to.data());
        };
        for (std::size_t i = 0; i < parameters_.size(); ++i) put(s.weights, i, parameters_[i].variable.value());
        const auto averages = stepper_.averages();
        for (std::size_t i = 0; i < averages.size(); ++i) put(s.averages, i, averages[i].second);
        const auto moments = stepper_.moments();
        for (std::size_t i = 0; i < moments.size(); ++i) put(s.moments, i, moments[i].second);
        stepper_.set_counts(s.steps, s.updates);
    }

private:
    const TrainingData& data_;
    const losses::WeightedLoss& loss_;
    Index region_size_;
    models::Downscaler<float, Device> network_;
    std::vector<NamedParameter<float, Device>> parameters_;
    Stepper stepper_;
    bool averaging_;
    StagedSamples<Device> next_;
    losses::WeightedValue<float, Device> value_;
};

template <class Device>
class DevicePredictor : public Predictor {
public:
    explicit DevicePredictor(const TrainedModel& model) : network_(make_network<Device>(model)) {}
    PredictedBatch operator()(const data::Batch& batch) const override { return predict_with(network_, batch); }

private:
    models::Downscaler<float, Device> network_;
};

} // namespace gwsd::train
