#include <algorithm>
#include <cmath>
#include <limits>

#include "score/pictures.hpp"
#include "score/text.hpp"

namespace gwsd::score {

namespace {

/// Wide regions get more pixels across, so that a globe is as high as a country.
int map_width(const geo::Grid& grid)
{
    const geo::Region b = grid.bounds();
    return b.east - b.west > 1.6 * (b.north - b.south) ? 640 : 430;
}

constexpr float blank = std::numeric_limits<float>::quiet_NaN();

/// The field with everything that is not land taken out.
std::vector<float> on_land(const EvaluationInput& input, std::span<const float> field)
{
    std::vector<float> result(field.begin(), field.end());
    for (std::size_t i = 0; i < result.size(); ++i)
        if (!(input.land_fraction[i] > 0)) result[i] = blank;
    return result;
}

/// A field from one number a land cell.
template <class Value>
std::vector<float> from_land_cells(const EvaluationInput& input, const ScoredCells& cells, const Value& value)
{
    std::vector<float> field(input.land_fraction.size(), blank);
    for (std::size_t i = 0; i < cells.cell.size(); ++i) field[cells.cell[i]] = static_cast<float>(value(i));
    return field;
}

/// Every coarse value on its fine cells, so that all maps have the same size.
std::vector<float> on_fine_grid(const EvaluationInput& input, std::span<const float> coarse)
{
    const io::CubeInfo& info = input.info();
    std::vector<float> field;
    field.reserve(input.land_fraction.size());
    for (Index row = 0; row < info.fine.rows(); ++row)
        for (Index col = 0; col < info.fine.cols(); ++col)
            field.push_back(
                coarse[static_cast<std::size_t>(row / info.factor * info.coarse.cols() + col / info.factor)]);
    return field;
}

std::string degrees(const geo::Grid& grid)
{
    const double size = grid.lat_edges[1] - grid.lat_edges[0];
    return exact_text(std::round(size * 1e6) / 1e6) + "\u00b0";
}

/// Anomalies have a middle; percentiles and amounts have none.
Palette palette_of(std::initializer_list<std::span<const float>> fields)
{
    for (const auto field : fields)
        if (std::any_of(field.begin(), field.end(), [](float v) { return v < 0; })) return Palette::diverging;
    return Palette::wetness;
}

} // namespace

std::vector<Picture> step_maps(const EvaluationInput& input, const Baselines& baselines, const PictureData& data,
                               const Evaluation& evaluation, const Coast& coast)
{
    StepFields fields;
    if (data.map_step() < 0 || !read_step(input, baselines, data.map_step(), fields)) return {};
    const io::CubeInfo& info = input.info();
    const std::string when = info.time.label(data.map_step()), section = "Maps of " + when;
    const auto coarse = on_fine_grid(input, *input.cube->field(input.coarse_variable, data.map_step()));
    const std::size_t b =
        baselines.index_of(evaluation.sets.empty() ? "bicubic" : evaluation.sets.front().best_baseline);
    const std::string& best = baselines.names()[b];
    auto interpolated = on_land(input, fields.value[input.predictions.size() + b]);
    const auto fine = on_land(input, fields.value.front());
    for (std::size_t i = 0; i < fine.size(); ++i) // beyond the satellite's reach nothing is scored
        if (std::isnan(fine[i])) interpolated[i] = fine[i];
    std::vector<float> truth;
    if (input.truth) truth = on_land(input, *input.truth->field(data.map_step()));

    MapSpec spec{.unit = evaluation.unit, .palette = palette_of({coarse, truth}), .width = map_width(info.fine)};
    std::tie(spec.low, spec.high) = robust_range(spec.palette, {coarse, fine, truth});
    std::vector<Picture> list;
    const auto add = [&](const std::string& file, std::span<const float> field, const std::string& title,
                         const std::string& caption) {
        spec.title = title;
        list.push_back({file, section, caption, draw_map(info.fine, field, spec, &coast)});
    };
    add("map_coarse.png", coarse, "coarse field, " + degrees(info.coarse),
        "The coarse field that is refined (" + input.coarse_variable + "), " + when + ".");
    add("map_best_baseline.png", interpolated, best + ", " + degrees(info.fine),
        input.truth ? "The baseline with the smallest MAE where gwsd has a value, same colours."
                    : "Interpolated where gwsd has a value, same colours.");
    add("map_gwsd.png", fine, "gwsd, " + degrees(info.fine), "The prediction, same colours.");
    if (input.truth) {
        add("map_truth.png", truth, "truth, " + degrees(info.fine), "The truth, same colours.");
        std::vector<float> error(fine.size());
        for (std::size_t i = 0; i < fine.size(); ++i) error[i] = fine[i] - truth[i];
        spec.palette = Palette::difference, spec.low = spec.high = 0;
        add("map_error.png", error, "gwsd minus truth", "The error of the prediction.");
    }
    if (input.predictions.front().has_error()) {
        spec.palette = Palette::sequential, spec.low = spec.high = 0;
        add("map_sigma.png", on_land(input, fields.error.front()), "gwsd standard error",
            "The uncertainty that the prediction states for itself.");
    }
    return list;
}

std::vector<Picture> summary_maps(const EvaluationInput& input, const ScoredCells& cells, const ScoreSums& sums,
                                  const PictureData& data, const Evaluation& evaluation, const Coast& coast)
{
    const geo::Grid& fine = input.info().fine;
    std::vector<Picture> list;
    MapSpec spec{.unit = evaluation.unit, .width = map_width(fine)};
    if (!evaluation.sets.empty()) {
        const std::string best = evaluation.sets.front().best_baseline;
        const MethodSums* other = nullptr;
        for (const NamedSums& method : sums.methods)
            if (method.name == best) other = &method.sums;
        const auto rmse = [&](const MethodSums& method, std::size_t i) {
            return sums.truth.counts()[i] > 0 ? std::sqrt(method.squares()[i] / sums.truth.counts()[i]) : not_defined;
        };
        const auto gain = from_land_cells(
            input, cells, [&](std::size_t i) { return rmse(*other, i) - rmse(sums.methods.front().sums, i); });
        spec.palette = Palette::difference;
        spec.title = "RMSE, " + best + " less gwsd";
        list.push_back({"map_gain.png", "Where it gains",
                        "RMSE of " + best +
                            " minus RMSE of gwsd over the scored steps: green where gwsd is better, "
                            "purple where it is worse, grey where nothing is scored.",
                        draw_map(fine, gain, spec, &coast)});
    }
    if (!data.prediction_cycle() || data.prediction_cycle()->steps() < 12) return list;
    const auto field_of = [&](const CycleFit& cycle, double Cycle::*part) {
        return from_land_cells(input, cells, [&](std::size_t i) { return cycle.fit(static_cast<Index>(i)).*part; });
    };
    for (const auto& [file, name, part, palette, unit] :
         {std::tuple{"amplitude", "annual amplitude", &Cycle::amplitude, Palette::sequential, evaluation.unit},
          std::tuple{"trend", "trend", &Cycle::trend, Palette::diverging, evaluation.unit + "/year"}}) {
        const auto predicted = field_of(*data.prediction_cycle(), part);
        std::vector<float> truth;
        if (data.truth_cycle()) truth = field_of(*data.truth_cycle(), part);
        spec.palette = palette, spec.unit = unit;
        std::tie(spec.low, spec.high) = robust_range(palette, {predicted, truth});
        const std::string steps = ", " + std::to_string(data.prediction_cycle()->steps()) + " months from " +
                                  evaluation.first_step + " to " + evaluation.last_step + ".";
        spec.title = std::string(name) + ", gwsd";
        list.push_back({"map_" + std::string(file) + ".png", "Seasons and trends",
                        "The " + std::string(name) + " of the prediction" + steps,
                        draw_map(fine, predicted, spec, &coast)});
        if (truth.empty()) continue;
        spec.title = std::string(name) + ", truth";
        list.push_back({"map_" + std::string(file) + "_truth.png", "Seasons and trends",
                        "The " + std::string(name) + " of the truth, same colours.",
                        draw_map(fine, truth, spec, &coast)});
    }
    return list;
}

} // namespace gwsd::score
