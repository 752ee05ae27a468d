// A build without CUDA: what the CUDA forms say.

#ifndef GWSD_HAVE_CUDA

#include "train/learner.hpp"

namespace gwsd::train {
namespace {

[[noreturn]] void no_cuda()
{
    throw DeviceUnavailable("--device cuda: this build of gwsd has no CUDA backend; use --device cpu or --device auto");
}

} // namespace

std::unique_ptr<Learner> make_cuda_learner(const LearnerParts&) { no_cuda(); }
std::unique_ptr<Predictor> make_cuda_predictor(const TrainedModel&, const DropoutSamples&) { no_cuda(); }
bool built_with_cuda() { return false; }
std::vector<CudaDevice> cuda_devices() { return {}; }
void require_cuda() { no_cuda(); }
void choose_cuda_convolution(const std::string&) { no_cuda(); }

} // namespace gwsd::train

#endif
