// Samples on their way to the device while kernels compute: pinned staging memory in two halves, used in turn.

#include "gwsd/tensor/upload.hpp"

#include <array>
#include <cstring>
#include <vector>

#include "launch.hpp"

namespace gwsd {

struct CudaUpload::State {
    /// Pinned blocks of one round, and the event behind their copies.
    struct Round {
        std::vector<std::pair<void*, std::size_t>> blocks;
        std::size_t used = 0;
        cudaEvent_t copied = nullptr;

        /// The next block, grown to hold `bytes`. Its last copy is over, or there was none.
        void* block(std::size_t bytes)
        {
            if (used == blocks.size()) blocks.emplace_back(nullptr, 0);
            auto& [memory, size] = blocks[used++];
            if (size < bytes) {
                if (memory) cuda::check(cudaFreeHost(std::exchange(memory, nullptr)), "staging memory");
                size = 0;
                cuda::check(cudaMallocHost(&memory, bytes), "staging memory");
                size = bytes;
            }
            return memory;
        }
    };

    cudaStream_t stream = nullptr;
    std::array<Round, 2> rounds;
    int current = 0;
    bool open = false; ///< the current round has begun
};

CudaUpload::CudaUpload() : state_(std::make_unique<State>())
{
    cuda::stream(); // chooses the device
    cuda::check(cudaStreamCreateWithFlags(&state_->stream, cudaStreamNonBlocking), "stream of copies");
    for (State::Round& round : state_->rounds)
        cuda::check(cudaEventCreateWithFlags(&round.copied, cudaEventDisableTiming), "event of copies");
}

CudaUpload::~CudaUpload()
{
    (void)cudaStreamSynchronize(state_->stream);
    for (State::Round& round : state_->rounds) {
        for (const auto& [memory, size] : round.blocks) (void)cudaFreeHost(memory);
        (void)cudaEventDestroy(round.copied);
    }
    (void)cudaStreamDestroy(state_->stream);
}

std::shared_ptr<void> CudaUpload::copy(std::size_t bytes, const void* from)
{
    State::Round& round = state_->rounds[static_cast<std::size_t>(state_->current)];
    if (!state_->open) {
        cuda::check(cudaEventSynchronize(round.copied), "copies of two rounds before");
        round.used = 0, state_->open = true;
    }
    void* staged = round.block(bytes > 0 ? bytes : 1);
    std::memcpy(staged, from, bytes);
    void* there = nullptr;
    cuda::check(cudaMallocAsync(&there, bytes > 0 ? bytes : 1, state_->stream), "allocation of samples");
    // Used, and so freed, in the order of the compute stream.
    std::shared_ptr<void> block{there, [](void* p) { (void)cudaFreeAsync(p, cuda::stream()); }};
    cuda::check(cudaMemcpyAsync(there, staged, bytes, cudaMemcpyHostToDevice, state_->stream), "copy of samples");
    return block;
}

void CudaUpload::wait()
{
    if (!state_->open) return;
    State::Round& round = state_->rounds[static_cast<std::size_t>(state_->current)];
    cuda::check(cudaEventRecord(round.copied, state_->stream), "event of copies");
    cuda::check(cudaStreamWaitEvent(cuda::stream(), round.copied, 0), "wait for copies");
    state_->current = 1 - state_->current, state_->open = false;
}

} // namespace gwsd
