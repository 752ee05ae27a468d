#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gwsd/data/normalisation.hpp"
#include "gwsd/data/predictor_memory.hpp"
#include "gwsd/geo/interpolate.hpp"
#include "gwsd/io/cube.hpp"
#include "gwsd/tensor/tensor.hpp"

namespace gwsd::data {

class FirstGuess;

/// What the network reads from a cube; written into the model file.
struct InputSpec {
    std::vector<std::string> predictors{}, statics{}; ///< predictors: those of the cube, then the memories' names
    std::vector<PredictorMemory> memory{};            ///< that with_memory must add to the cube
    Index window = 6, factor = 4;
    bool coarse_is_operator = false; ///< reads the operator's view of the reference, else the given field
    geo::Method base = geo::Method::smooth_conservative;
    bool first_guess = false; ///< starts from what a regression knows of each place, which is a channel too

    Index coarse_channels() const { return 2 + std::ssize(predictors); } ///< GWSA, predictors, validity
    Index fine_channels() const
    {
        return 2 + std::ssize(predictors) + std::ssize(statics) + (first_guess ? 1 : 0);
    } ///< predictors, interpolated GWSA, land, statics, first guess
    const char* coarse_variable() const { return coarse_is_operator ? "gwsa_operator" : "gwsa"; }
};

/// A sample: step t of the cube and the tile whose south-western coarse cell is (row, col). Columns wrap on a periodic
/// grid; what lies outside the grid is padded with zeros and masked.
struct Tile {
    Index t = 0, row = 0, col = 0;
    bool told = false;                             ///< the first guess is that of a place that was never seen
    bool mirror_rows = false, mirror_cols = false; ///< mirror() turns the sample over: north to south, east to west
};

/// Tensors of some samples, all of one tile size; normalised, zeros where missing.
struct Batch {
    Tensor<float> coarse; ///< [window, batch, rows, cols, coarse_channels]
    Tensor<float> fine;   ///< [batch, factor rows, factor cols, fine_channels]
    Tensor<float> base;   ///< [batch, factor rows, factor cols] what the residual is added to: interpolated GWSA of the
                          ///< target step, or the first guess where there is one
    Tensor<float> land;   ///< [batch, factor rows, factor cols] 1 where a prediction counts
    Tensor<float> area;   ///< row weight times land fraction
};

/// Makes the network's inputs; shared by training and inference, so that both read the same numbers. Fields of a step
/// are read and interpolated once and kept while tiles of nearby steps are asked for. Safe to use from several threads.
class BatchMaker {
public:
    /// Tile sizes in coarse cells. Throws DataError if the cube lacks a predictor, static field or the coarse field.
    BatchMaker(std::shared_ptr<const io::FieldSource> cube, InputSpec spec, Normalisation normalisation,
               Index tile_rows, Index tile_cols, std::shared_ptr<const FirstGuess> first_guess = nullptr);
    ~BatchMaker();

    Batch inputs(std::span<const Tile> tiles) const;

    /// Fields on the whole fine grid, for whole maps: land fraction (0 where none), and the base of step t in the
    /// target's unit (defined on all land; NaN everywhere if the step has no satellite field).
    const std::vector<float>& land_fraction() const;
    std::shared_ptr<const std::vector<float>> base(Index t) const;
    /// The first guess of step t, and the interpolation where it knows nothing; as base() without one.
    std::shared_ptr<const std::vector<float>> first_guess(Index t, bool told = false) const;
    /// True if step t has a coarse field.
    bool has_coarse(Index t) const;

    const InputSpec& spec() const;
    const Normalisation& normalisation() const;
    const io::FieldSource& cube() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace gwsd::data
