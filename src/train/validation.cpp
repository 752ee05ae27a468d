#include "train/validation.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "gwsd/data/leakage.hpp"
#include "gwsd/data/prefetch.hpp"
#include "train/stop_signal.hpp"

namespace gwsd::train {
namespace {

/// CRPS of a Gaussian (Gneiting and Raftery 2007): sigma (z (2 Phi(z) - 1) + 2 phi(z) - 1 / sqrt(pi)).
double gaussian_crps(double error, double sigma)
{
    const double z = error / sigma;
    const double density = std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi);
    return sigma * (z * std::erf(z / std::numbers::sqrt2) + 2 * density - 1 / std::sqrt(std::numbers::pi));
}

/// Area-weighted sums over the valid cells of all samples, in the target's unit.
struct Sums {
    double weight = 0, error = 0, absolute = 0, square = 0, base_absolute = 0, crps = 0, squared_z = 0;
    data::SubgridSums model, base;

    /// One sample: cells of the fine tile, coarse cell by coarse cell.
    void add(const losses::LossInput<float, Cpu>& in, const Tensor<float>& base_field, Index sample)
    {
        const Index rows = in.target.extent(1), cols = in.target.extent(2), f = in.factor;
        for (Index row = 0; row < rows; row += f)
            for (Index col = 0; col < cols; col += f) {
                for (Index r = row; r < row + f; ++r)
                    for (Index c = col; c < col + f; ++c) add_cell(in, base_field, (sample * rows + r) * cols + c);
                model.end_block(), base.end_block();
            }
    }

    void add_cell(const losses::LossInput<float, Cpu>& in, const Tensor<float>& base_field, Index i)
    {
        const double w = static_cast<double>(in.valid.data()[i]) * static_cast<double>(in.area.data()[i]);
        if (!(w > 0)) return;
        const double truth = in.scale * static_cast<double>(in.target.data()[i]);
        const double predicted = in.scale * static_cast<double>(in.mean.value().data()[i]);
        const double interpolated = in.scale * static_cast<double>(base_field.data()[i]);
        // With loss.product_sigma the product's variance is a part of the prediction's.
        const double product = in.product_variance.defined() ? static_cast<double>(in.product_variance.data()[i]) : 0.0;
        const double variance = std::exp(static_cast<double>(in.log_variance.value().data()[i])) + product;
        const double sigma = in.scale * std::sqrt(variance);
        const double e = predicted - truth, z = e / sigma;
        weight += w, error += w * e, absolute += w * std::abs(e), square += w * e * e;
        base_absolute += w * std::abs(interpolated - truth);
        crps += w * gaussian_crps(e, sigma), squared_z += w * z * z;
        model.add(predicted, truth, w), base.add(interpolated, truth, w);
    }
};

/// The interpolated coarse field of some samples, a channel of their fine input.
Tensor<float> interpolation(const data::Batch& batch, const data::InputSpec& spec)
{
    auto field = Tensor<float>::empty(batch.base.shape());
    const Index channels = spec.fine_channels(), channel = std::ssize(spec.predictors);
    for (Index i = 0; i < field.elements(); ++i) field.data()[i] = batch.fine.data()[i * channels + channel];
    return field;
}

/// Means of the loss and its terms over batches, by the number of their samples.
struct LossSums {
    double samples = 0, total = 0;
    std::vector<losses::TermValue> terms;

    void add(const losses::WeightedValue<float, Cpu>& value, double count)
    {
        const auto more = value.terms();
        if (terms.empty()) {
            terms = more;
            for (auto& term : terms) term.raw = term.physical = 0;
        }
        samples += count, total += count * static_cast<double>(value.loss.value().data()[0]);
        for (std::size_t i = 0; i < terms.size(); ++i)
            terms[i].raw += count * more[i].raw, terms[i].physical += count * more[i].physical;
    }
};

} // namespace

Validation validate(const Learner& learner, const TrainingData& data, const losses::WeightedLoss& loss,
                    const Config& config)
{
    const Tape::Paused no_recording;
    const Index samples = std::ssize(data.validation), batch = config.train.batch;
    const auto tiles = std::span(data.validation);
    data::Prefetch<Sampled> batches(0, (samples + batch - 1) / batch, [&](Index b) {
        return data.sample(tiles.subspan(static_cast<std::size_t>(b * batch),
                                         static_cast<std::size_t>(std::min(batch, samples - b * batch))));
    });
    Sums sums;
    LossSums losses;
    for (Index first = 0; first < samples; first += batch) {
        if (StopSignals::requested()) return {};
        const Sampled sampled = batches.next();
        const PredictedBatch predicted = learner.predict(sampled.inputs);
        const models::Prediction<float> prediction{Variable<float>(predicted.mean),
                                                   Variable<float>(predicted.log_variance)};
        const auto in = loss_input(data, sampled, prediction, config.loss.region_size);
        const Index count = in.target.extent(0);
        losses.add(loss(in), static_cast<double>(count));
        const Tensor<float> interpolated = interpolation(sampled.inputs, data.input);
        for (Index sample = 0; sample < count; ++sample) sums.add(in, interpolated, sample);
    }

    Validation v;
    v.complete = true;
    const std::string unit = "_" + data.normalisation.unit;
    v.mae = sums.absolute / sums.weight, v.base_mae = sums.base_absolute / sums.weight;
    v.criterion = config.loss.data == "mse" ? v.mae : sums.crps / sums.weight;
    // A network with equal weights everywhere can be right to the last bit only by accident: no scale of zero.
    v.variance_scale = std::clamp(sums.squared_z / sums.weight, 1e-6, 1e12);
    v.figures.emplace_back("validation_loss", losses.total / losses.samples);
    v.terms = losses.terms;
    for (auto& term : v.terms) {
        term.raw /= losses.samples, term.physical /= losses.samples;
        v.figures.emplace_back("validation_" + term.name, term.raw);
        v.figures.emplace_back("validation_" + term.name + " (" + term.physical_unit + ")", term.physical);
    }
    v.figures.emplace_back("validation_crps" + unit, sums.crps / sums.weight);
    v.figures.emplace_back("validation_mae" + unit, v.mae);
    v.figures.emplace_back("validation_rmse" + unit, std::sqrt(sums.square / sums.weight));
    v.figures.emplace_back("validation_bias" + unit, sums.error / sums.weight);
    v.figures.emplace_back("validation_subgrid_r2", sums.model.has_subgrid() ? sums.model.r2() : std::nan(""));
    v.figures.emplace_back("interpolation_mae" + unit, v.base_mae);
    v.figures.emplace_back("interpolation_subgrid_r2", sums.base.has_subgrid() ? sums.base.r2() : std::nan(""));
    v.figures.emplace_back("variance_scale", v.variance_scale);
    return v;
}

} // namespace gwsd::train
