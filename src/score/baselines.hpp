#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gwsd/data/first_guess.hpp"
#include "gwsd/geo/interpolate.hpp"
#include "score/evaluation_input.hpp"

namespace gwsd::score {

/// What every model is compared with: interpolations of the coarse field and, where the prediction says which months it
/// learnt from and there is a truth, a regression at each cell on the predictors, which knows each place.
class Baselines {
public:
    /// "nearest", "bilinear", "bicubic", "smooth_conservative", "cell_regression": names that no prediction may have.
    static const std::vector<std::string>& all_names();

    /// Coarse cells that hold land but no value get that of the nearest cell. The regression reads the training months;
    /// it learns from no holdout region and no buffer around one, where it says what all other cells have learnt.
    explicit Baselines(const EvaluationInput& input);

    /// Those that there are, in the order of all_names().
    const std::vector<std::string>& names() const { return names_; }

    /// One field a name on the fine grid, defined on all land, for step t of the cube. False, and all missing, if the
    /// step has no coarse field. Where a method has no value of its own the nearest coarse value stands in, so that
    /// every method can be scored on the same cells.
    bool fields(Index t, std::vector<std::vector<float>>& fields) const;

private:
    bool interpolate(std::span<const float> coarse, std::vector<std::vector<float>>& fields) const;
    void learn();

    const EvaluationInput& input_;
    std::vector<std::string> names_;
    std::vector<float> coarse_land_;
    std::vector<std::shared_ptr<const geo::Regridder>> regridders_;
    std::shared_ptr<const data::FirstGuess> regression_;
};

} // namespace gwsd::score
