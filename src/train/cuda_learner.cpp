// Training and prediction on a GPU: samples come through pinned memory on a stream of their own, and the host reads
// what came of a step when it ends.

#ifdef GWSD_HAVE_CUDA

#include "gwsd/kernels/conv2d_cuda_library.hpp"
#include "gwsd/tensor/upload.hpp"
#include "train/device_learner.hpp"

namespace gwsd::train {

std::unique_ptr<Learner> make_cuda_learner(const LearnerParts& parts)
{
    return std::make_unique<DeviceLearner<Cuda, CudaUpload>>(parts);
}

std::unique_ptr<Predictor> make_cuda_predictor(const TrainedModel& model, const DropoutSamples& samples)
{
    return std::make_unique<DevicePredictor<Cuda>>(model, samples);
}

bool built_with_cuda() { return true; }
std::vector<CudaDevice> cuda_devices() { return gwsd::cuda_devices(); }
void require_cuda() { gwsd::require_cuda(); }
void choose_cuda_convolution(const std::string& name) { kernels::set_cuda_convolution(name); }

} // namespace gwsd::train

#endif
