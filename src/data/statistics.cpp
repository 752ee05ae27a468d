#include "gwsd/data/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gwsd/core/message.hpp"

namespace gwsd::data {
namespace {

const std::string no_unit = "1";

/// Weighted mean and variance in one pass (West 1979), and the range.
struct Moments {
    double weight = 0, mean = 0, square = 0;
    double lowest = std::numeric_limits<double>::infinity(), highest = -lowest;

    void add(double value, double w)
    {
        weight += w;
        const double step = value - mean;
        mean += step * w / weight;
        square += w * step * (value - mean);
        lowest = std::min(lowest, value);
        highest = std::max(highest, value);
    }
    double deviation() const { return weight > 0 ? std::sqrt(square / weight) : 0; }
};

/// Land area of the usable cells, 0 for the others.
std::vector<double> land_area(const io::FieldSource& cube, const std::vector<char>& usable)
{
    const auto land = cube.field("land_fraction", 0);
    const geo::Grid& grid = cube.info().fine;
    std::vector<double> area(land->size(), 0.0);
    for (std::size_t i = 0; i < area.size(); ++i)
        if (usable[i] && (*land)[i] > 0)
            area[i] = grid.row_weight(static_cast<Index>(i) / grid.cols()) * static_cast<double>((*land)[i]);
    return area;
}

void add(Moments& moments, const std::vector<float>& field, const std::vector<double>& area)
{
    for (std::size_t i = 0; i < area.size(); ++i)
        if (area[i] > 0 && std::isfinite(field[i])) moments.add(static_cast<double>(field[i]), area[i]);
}

/// `what`: "predictor 'tp'"
Scaling scaling_of(const Moments& moments, const std::string& what)
{
    if (!(moments.weight > 0))
        throw DataError("cube: " + what +
                        " has no value on land in the training months; check data.train_period and the file");
    const double least = std::max(1e-6 * std::abs(moments.mean), 1e-12);
    const double deviation = moments.deviation();
    if (deviation < least) warn(what + " is constant over the training months; it carries no information");
    return {moments.mean, std::max(deviation, least), moments.lowest, moments.highest};
}

void call(const Checkpoint& checkpoint)
{
    if (checkpoint) checkpoint();
}

/// A running mean field for each class; floats, since a global grid has 12 times 4 million of them.
class ClimatologySum {
public:
    ClimatologySum(Index classes, std::size_t cells)
    {
        climatology_.mean.assign(static_cast<std::size_t>(classes),
                                 std::vector<float>(cells, std::numeric_limits<float>::quiet_NaN()));
        count_.assign(static_cast<std::size_t>(classes), std::vector<std::uint16_t>(cells, 0));
    }
    void add(Index of, std::size_t cell, double value)
    {
        if (!std::isfinite(value)) return;
        float& mean = climatology_.mean[static_cast<std::size_t>(of)][cell];
        std::uint16_t& count = count_[static_cast<std::size_t>(of)][cell];
        if (++count == 1)
            mean = static_cast<float>(value);
        else
            mean += static_cast<float>((value - static_cast<double>(mean)) / count);
    }
    Climatology take() { return std::move(climatology_); }

private:
    Climatology climatology_;
    std::vector<std::vector<std::uint16_t>> count_;
};

/// The step's change before its climatology is taken away: storage less the base of the step before. Where the truth is
/// unknown, the step's own base stands for it.
struct ChangeOfStep {
    std::shared_ptr<const std::vector<float>> truth, base, before;

    ChangeOfStep(const BatchMaker& maker, Index t)
        : truth(maker.cube().field("reference", t)), base(maker.base(t)), before(maker.base(t - 1))
    {
    }
    double at(std::size_t cell) const
    {
        const float now = std::isfinite((*truth)[cell]) ? (*truth)[cell] : (*base)[cell];
        return static_cast<double>(now) - static_cast<double>((*before)[cell]);
    }
};

} // namespace

std::vector<Index> steps_with_truth(const io::FieldSource& cube, std::span<const Index> steps,
                                    const std::vector<char>& usable, const Checkpoint& checkpoint)
{
    std::vector<Index> kept;
    for (const Index t : steps) {
        call(checkpoint);
        const auto truth = cube.field("reference", t);
        for (std::size_t i = 0; i < truth->size(); ++i)
            if (usable[i] && std::isfinite((*truth)[i])) {
                kept.push_back(t);
                break;
            }
    }
    return kept;
}

Normalisation training_constants(const io::FieldSource& cube, const InputSpec& spec, std::span<const Index> steps,
                                 const std::vector<char>& usable, const Checkpoint& checkpoint)
{
    const io::CubeInfo& info = cube.info();
    const std::vector<double> area = land_area(cube, usable);
    // All fields of a step together: a memory is made of the same field as the predictor that it belongs to.
    std::vector<std::string> names{"reference"};
    for (const std::string& name : spec.predictors) {
        if (std::find(info.predictors.begin(), info.predictors.end(), name) == info.predictors.end())
            throw DataError("cube: has no predictor '" + name + "'; prepare it with --predictors");
        names.push_back(name);
    }
    std::vector<Moments> moments(names.size());
    for (const Index t : steps)
        for (std::size_t k = 0; k < names.size(); ++k) {
            call(checkpoint);
            add(moments[k], *cube.field(names[k], t), area);
        }
    Normalisation n;
    n.unit = info.unit;
    n.target = scaling_of(moments.front(), "target 'reference'");
    for (std::size_t k = 1; k < names.size(); ++k) {
        n.fields[names[k]] = scaling_of(moments[k], "predictor '" + names[k] + "'");
        const auto at = static_cast<std::size_t>(std::find(info.predictors.begin(), info.predictors.end(), names[k]) -
                                                 info.predictors.begin());
        n.units[names[k]] = at < info.predictor_units.size() ? info.predictor_units[at] : no_unit;
    }
    for (const std::string& name : spec.statics) {
        Moments of_static;
        add(of_static, *cube.field(name, 0), area);
        n.fields[name] = scaling_of(of_static, "static field '" + name + "'");
        n.units[name] = no_unit;
    }
    return n;
}

ChangeSignal change_signal(const BatchMaker& maker, std::span<const Index> steps, const std::vector<char>& usable,
                           const std::string& precipitation, const std::string& soil_moisture,
                           const Checkpoint& checkpoint)
{
    const io::FieldSource& cube = maker.cube();
    const geo::TimeAxis& axis = cube.info().time;
    const std::vector<double> area = land_area(cube, usable);
    const auto has_change = [&](Index t) {
        return maker.has_coarse(t) && maker.has_coarse(t - 1) &&
               std::find(steps.begin(), steps.end(), t - 1) != steps.end();
    };
    ChangeSignal signal{precipitation, soil_moisture, {}, {}, 1, 1};
    ClimatologySum rain(Climatology::classes(axis), area.size()), change(Climatology::classes(axis), area.size());
    for (const Index t : steps) {
        call(checkpoint);
        const Index of = Climatology::class_of(axis, t);
        const auto p = cube.field(precipitation, t);
        for (std::size_t i = 0; i < area.size(); ++i)
            if (area[i] > 0) rain.add(of, i, static_cast<double>((*p)[i]));
        if (!has_change(t)) continue;
        const ChangeOfStep d(maker, t);
        for (std::size_t i = 0; i < area.size(); ++i)
            if (area[i] > 0) change.add(of, i, d.at(i));
    }
    signal.rain = rain.take(), signal.change = change.take();

    Moments recharge, changes;
    for (const Index t : steps) {
        call(checkpoint);
        const auto p = cube.field(precipitation, t), theta = cube.field(soil_moisture, t);
        const auto& usual = signal.rain.at(axis, t);
        for (std::size_t i = 0; i < area.size(); ++i) {
            const double r = recharge_share(static_cast<double>((*theta)[i])) *
                             (static_cast<double>((*p)[i]) - static_cast<double>(usual[i]));
            if (area[i] > 0 && std::isfinite(r)) recharge.add(r, area[i]);
        }
        if (!has_change(t)) continue;
        const ChangeOfStep d(maker, t);
        const auto& usual_change = signal.change.at(axis, t);
        for (std::size_t i = 0; i < area.size(); ++i) {
            const double value = d.at(i) - static_cast<double>(usual_change[i]);
            if (area[i] > 0 && std::isfinite(value)) changes.add(value, area[i]);
        }
    }
    // A training period of one year has no departures from its own climatology: a scale far below any signal would
    // only blow up rounding errors.
    signal.recharge_scale = std::max(recharge.deviation(), 1e-3);
    signal.change_scale = std::max(changes.deviation(), 1e-3 * maker.normalisation().target.scale);
    return signal;
}

} // namespace gwsd::data
