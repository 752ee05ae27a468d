// area_to_point_kriging: with the covariance of points that the coarse field itself shows.
#include <algorithm>
#include <cmath>

#include "gwsd/core/message.hpp"
#include "score/baselines/area_to_point_kriging.hpp"
#include "score/baselines/areal_variogram.hpp"
#include "score/baselines/baseline.hpp"

namespace gwsd::score {

namespace {

constexpr Index most_steps = 60; ///< that the variogram is pooled over, evenly spread

class KrigingBaseline : public Baseline {
public:
    KrigingBaseline(const BaselineInput& input, const SphericalCovariance& model)
        : cells_(static_cast<std::size_t>(input.info().fine.cells())),
          kriging_(input.info().coarse, input.info().factor, model, input.coarse_land)
    {
    }
    std::vector<float> field(const BaselineStep& step) const override
    {
        std::vector<float> field(cells_);
        kriging_.apply(*step.coarse, field);
        return field;
    }

private:
    std::size_t cells_;
    AreaToPointKriging kriging_;
};

} // namespace

MadeBaseline make_area_to_point_kriging(const BaselineInput& input, const StepReader&)
{
    ArealVariogram variogram(input.info().coarse, input.info().factor);
    const Index count = std::min<Index>(std::ssize(input.steps), most_steps);
    for (Index i = 0; i < count; ++i)
        variogram.add(*input.cube.field(input.coarse_variable,
                                        input.steps[static_cast<std::size_t>(i * std::ssize(input.steps) / count)]));
    // A field that does not vary is the same by any weights.
    const auto model = variogram.point_model().value_or(SphericalCovariance{1, variogram.largest_km()});
    if (count > 0)
        detail("area_to_point_kriging: spherical covariance of points with standard deviation " +
               std::to_string(std::sqrt(model.sill)) + " " + input.info().unit + " and range " +
               std::to_string(model.range_km) + " km, from " + std::to_string(count) + " steps, " +
               input.info().time.label(input.steps.front()) + " to " + input.info().time.label(input.steps.back()));
    return {std::make_unique<KrigingBaseline>(input, model)};
}

} // namespace gwsd::score
