// Baselines that know the coarse field of the step and nothing else.
#include "gwsd/geo/interpolate.hpp"
#include "score/baselines/baseline.hpp"

namespace gwsd::score {

namespace {

class Interpolation : public Baseline {
public:
    Interpolation(const BaselineInput& input, geo::Method method)
        : cells_(static_cast<std::size_t>(input.info().fine.cells())),
          regridder_(geo::make_regridder(method, input.info().coarse, input.info().fine))
    {
    }
    std::vector<float> field(const BaselineStep& step) const override { return regridded(*step.coarse); }

protected:
    std::vector<float> regridded(std::span<const float> coarse) const
    {
        std::vector<float> field(cells_);
        regridder_->apply(coarse, field);
        return field;
    }

private:
    std::size_t cells_;
    std::shared_ptr<const geo::Regridder> regridder_;
};

/// A coarse cell with land but without a value takes that of the nearest cell, so that all land has a value, with which
/// the other methods fill their gaps.
class Nearest : public Interpolation {
public:
    explicit Nearest(const BaselineInput& input)
        : Interpolation(input, geo::Method::nearest), fill_(input.info().coarse, input.coarse_land)
    {
    }
    std::vector<float> field(const BaselineStep& step) const override
    {
        std::vector<float> filled = *step.coarse;
        fill_(filled);
        return regridded(filled);
    }

private:
    geo::NearestFill fill_;
};

/// Every step has been interpolated so already, for the methods that correct it.
class SmoothConservative : public Baseline {
public:
    std::vector<float> field(const BaselineStep& step) const override { return *step.interpolated; }
};

} // namespace

MadeBaseline make_nearest(const BaselineInput& input, const StepReader&) { return {std::make_unique<Nearest>(input)}; }

MadeBaseline make_bilinear(const BaselineInput& input, const StepReader&)
{
    return {std::make_unique<Interpolation>(input, geo::Method::bilinear)};
}

MadeBaseline make_bicubic(const BaselineInput& input, const StepReader&)
{
    return {std::make_unique<Interpolation>(input, geo::Method::bicubic)};
}

MadeBaseline make_smooth_conservative(const BaselineInput&, const StepReader&)
{
    return {std::make_unique<SmoothConservative>()};
}

} // namespace gwsd::score
