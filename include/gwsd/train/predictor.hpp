#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gwsd/data/batch.hpp"
#include "gwsd/tensor/cuda_devices.hpp"
#include "gwsd/train/trained_model.hpp"

namespace gwsd::train {

/// mean and log variance, [batch, fine rows, fine cols], normalised, in the host's memory.
struct PredictedBatch {
    Tensor<float> mean, log_variance;
};

/// A trained network on the device that the process computes on (compute_device()).
class Predictor {
public:
    virtual ~Predictor() = default;
    virtual PredictedBatch operator()(const data::Batch& batch) const = 0;
};

/// Networks drawn by Monte-Carlo dropout (Gal and Ghahramani 2016) that a prediction is the mixture of, of each member
/// of an ensemble; the same seed draws the same networks. With a count of 0 nothing is dropped.
struct DropoutSamples {
    Index count = 0;
    std::uint64_t seed = 1;
};

/// Throws DataError as make_network does, DeviceUnavailable without the device, ConfigError for samples of a model that
/// has no dropout.
std::unique_ptr<Predictor> make_predictor(const TrainedModel& model, const DropoutSamples& samples = {});

/// True in a build with CUDA kernels.
bool built_with_cuda();
/// The GPUs that the driver lists, usable or not; empty without a driver or in a build without CUDA.
std::vector<CudaDevice> cuda_devices();
/// Makes sure that one of them will do. Throws DeviceUnavailable saying why not.
void require_cuda();
/// "gwsd", "cudnn" or "cublas", the value of cuda.convolution. Throws DeviceUnavailable for a library that the build or
/// the machine lacks, ConfigError for another name.
void choose_cuda_convolution(const std::string& name);

} // namespace gwsd::train
