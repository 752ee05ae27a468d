#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "gwsd/data/batch.hpp"
#include "gwsd/train/predictor.hpp"

namespace gwsd::infer {

struct PredictorOptions {
    Index tile = 32;       ///< coarse cells along a tile's side; rounded up to what the network's levels need
    double overlap = 0.25; ///< share of a tile that overlaps its neighbour, 0 to 0.75
    Index batch = 4;       ///< tiles computed at once
    /// The model was trained with loss.product_sigma: the product's variance belongs to the predicted one.
    bool product_sigma = false;
    train::DropoutSamples dropout{}; ///< the same networks for all tiles and steps, so that tiles fit each other
};

/// A predicted month, [fine cells] in the target's unit; NaN where there is no land. The variance is recalibrated.
struct PredictedMap {
    std::vector<float> mean, variance;
};

/// Applies a trained network to whole maps: overlapping tiles, blended. The batches of the next tiles and months are
/// read by a thread while the current ones are computed.
class MapPredictor {
public:
    /// `input`: what is read from the cube, usually the model's, with another coarse field perhaps. Throws DataError if
    /// the cube does not fit.
    MapPredictor(const train::TrainedModel& model, std::shared_ptr<const io::FieldSource> cube,
                 const data::InputSpec& input, const PredictorOptions& options);
    ~MapPredictor();

    /// Called with each step's map, in the order of `steps`, on the calling thread.
    using Receive = std::function<void(Index t, PredictedMap&& map)>;
    /// Called after each batch with the number of tiles done; may throw to end the run.
    using Advance = std::function<void(Index tiles)>;
    /// Throws NumericalError naming the step if a prediction is not finite.
    void run(std::span<const Index> steps, const Receive& receive, const Advance& advance = {}) const;

    Index tiles_per_step() const;
    Index tile() const; ///< side in coarse cells, after rounding
    const data::BatchMaker& maker() const;
    /// A rough count of the bytes that run() holds at once, without the cube's own cache.
    std::size_t memory_estimate() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace gwsd::infer
