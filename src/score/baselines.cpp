#include "score/baselines.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gwsd/core/parallel.hpp"
#include "gwsd/core/progress.hpp"
#include "gwsd/data/splits.hpp"

namespace gwsd::score {

namespace {

constexpr geo::Method methods[] = {geo::Method::nearest, geo::Method::bilinear, geo::Method::bicubic,
                                   geo::Method::smooth_conservative};

} // namespace

const std::vector<std::string>& Baselines::all_names()
{
    static const std::vector<std::string> list{"nearest", "bilinear", "bicubic", "smooth_conservative",
                                               "cell_regression"};
    return list;
}

Baselines::Baselines(const EvaluationInput& input)
    : input_(input),
      names_(all_names().begin(), all_names().begin() + std::ssize(methods)),
      coarse_land_(static_cast<std::size_t>(input.info().coarse.cells()))
{
    const geo::Grid &coarse = input.info().coarse, &fine = input.info().fine;
    const Index factor = input.info().factor;
    for (Index row = 0; row < fine.rows(); ++row)
        for (Index col = 0; col < fine.cols(); ++col) {
            const auto block = static_cast<std::size_t>(row / factor * coarse.cols() + col / factor);
            coarse_land_[block] =
                std::max(coarse_land_[block], input.land_fraction[static_cast<std::size_t>(row * fine.cols() + col)]);
        }
    for (const geo::Method method : methods) regridders_.push_back(geo::make_regridder(method, coarse, fine));
    if (input.truth && input.truth_mode == "reference" && input.split.train && !input.info().predictors.empty())
        learn();
}

bool Baselines::interpolate(std::span<const float> coarse, std::vector<std::vector<float>>& fields) const
{
    const auto cells = static_cast<std::size_t>(input_.info().fine.cells());
    fields.resize(regridders_.size());
    for (auto& field : fields) field.resize(cells);
    if (std::none_of(coarse.begin(), coarse.end(), [](float v) { return std::isfinite(v); })) {
        for (auto& field : fields) std::fill(field.begin(), field.end(), std::numeric_limits<float>::quiet_NaN());
        return false;
    }
    std::vector<float> filled(coarse.begin(), coarse.end());
    geo::fill_nearest(input_.info().coarse, filled, coarse_land_);
    regridders_[0]->apply(filled, fields[0]);
    for (std::size_t m = 1; m < regridders_.size(); ++m) regridders_[m]->apply(coarse, fields[m]);
    return true;
}

void Baselines::learn()
{
    const io::CubeInfo& info = input_.info();
    data::FirstGuess::Lessons lessons{.cube = *input_.cube,
                                      .predictors = info.predictors,
                                      .steps = {},
                                      .learns = {},
                                      .interpolated = {},
                                      .truth = [this](Index t) { return input_.truth->field(t); }};
    for (Index t = 0; t < info.time.size(); ++t)
        if (info.time.day(t) >= input_.split.train->first && info.time.day(t) <= input_.split.train->last)
            lessons.steps.push_back(t);
    if (lessons.steps.empty()) return;
    const auto outside = data::outside_regions(info.fine, input_.split.holdouts, input_.split.buffer);
    for (std::size_t i = 0; i < outside.size(); ++i)
        lessons.learns.push_back(static_cast<std::int8_t>(input_.land_fraction[i] > 0 ? outside[i] : -1));
    lessons.interpolated = [this](Index t) -> data::CellRegression::Field {
        std::vector<std::vector<float>> interpolated;
        if (!interpolate(*input_.cube->field(input_.coarse_variable, t), interpolated)) return nullptr;
        return std::make_shared<const std::vector<float>>(std::move(interpolated.back()));
    };
    Progress progress("fitting the regression at each cell",
                      std::ssize(lessons.steps) * (2 * data::FirstGuess::blocks - 1));
    lessons.checkpoint = [&progress, done = Index{0}]() mutable { progress.update(done++); };
    regression_ = data::FirstGuess::learn(lessons);
    if (regression_) names_.push_back(all_names().back()); // else there is no truth in the training months
}

bool Baselines::fields(Index t, std::vector<std::vector<float>>& fields) const
{
    const bool known = interpolate(*input_.cube->field(input_.coarse_variable, t), fields);
    if (regression_) {
        const auto interpolated = std::make_shared<const std::vector<float>>(fields.back());
        fields.push_back(known ? regression_->field(*input_.cube, input_.info().predictors, t, interpolated, false)
                               : *interpolated);
    }
    const std::vector<float>& nearest = fields[0];
    for (std::size_t m = 1; known && m < fields.size(); ++m)
        parallel_for(std::ssize(nearest), 1 << 16, [&](Index begin, Index end) {
            for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
                if (std::isnan(fields[m][i])) fields[m][i] = nearest[i];
        });
    return known;
}

} // namespace gwsd::score
