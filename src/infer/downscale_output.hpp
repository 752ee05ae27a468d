#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gwsd/infer/downscale.hpp"
#include "gwsd/io/output.hpp"
#include "infer/bounded_queue.hpp"
#include "infer/downscale_plan.hpp"

namespace gwsd::infer {

/// A month ready for the file.
struct FinishedMonth {
    Index position = 0; ///< among the steps of the output
    std::vector<float> value, error;
    std::vector<std::uint8_t> flags; ///< empty if no flags are written
};

/// The files of one run, filled by a thread while the next month is computed. Nothing appears before finish().
class DownscaleOutput {
public:
    DownscaleOutput(const DownscaleOptions& options, const DownscalePlan& plan, const train::TrainedModel& model,
                    const io::CubeInfo& info);
    ~DownscaleOutput();

    /// Waits while a month is being written and another is waiting; throws what writing threw.
    void add(FinishedMonth month);
    void finish(double mass_residual_max, double seam_index);

private:
    void write_all();

    std::unique_ptr<io::OutputWriter> values_;
    std::unique_ptr<io::FlagsWriter> flags_;
    BoundedQueue<FinishedMonth> queue_{1};
    std::exception_ptr error_;
    std::thread thread_;
};

/// Throws CannotCreate if an output exists or is one of the inputs, a file inside a cube's folder included.
void check_outputs(const DownscaleOptions& options);

} // namespace gwsd::infer
