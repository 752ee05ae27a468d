#include "gwsd/data/splits.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "gwsd/core/message.hpp"

namespace gwsd::data {
namespace {

constexpr double days_a_month = 365.2425 / 12;

std::string span_text(const geo::TimeAxis& axis, const std::vector<Index>& steps)
{
    return steps.empty() ? std::string() : axis.label(steps.front()) + ":" + axis.label(steps.back());
}

std::string axis_text(const geo::TimeAxis& axis)
{
    return std::to_string(axis.size()) + " steps from " + axis.label(0) + " to " + axis.label(axis.size() - 1);
}

/// The steps of a configured period, or nothing if it is not given.
std::optional<std::vector<Index>> steps_of(const geo::TimeAxis& axis, const std::string& key, const std::string& text)
{
    if (text.empty()) return std::nullopt;
    const geo::Period period = geo::Period::parse(text, key);
    std::vector<Index> steps;
    for (Index t = 0; t < axis.size(); ++t)
        if (period.contains(axis.day(t))) steps.push_back(t);
    if (steps.empty())
        throw ConfigError(key + " = " + text + ": holds no step of the cube, which has " + axis_text(axis));
    return steps;
}

bool holds(const std::vector<Index>& steps, Index t) { return std::binary_search(steps.begin(), steps.end(), t); }

/// Removes the steps that are not further than the buffer from any of `others`.
Index keep_away(const geo::TimeAxis& axis, std::vector<Index>& steps, const std::vector<Index>& others,
                const SplitOptions& options)
{
    const auto near = [&](Index t, Index other) {
        const Index between = std::abs(t - other);
        if (between <= options.window - 1) return true;
        return axis.monthly ? static_cast<double>(between) <= options.buffer_months
                            : static_cast<double>(std::abs(axis.day(t) - axis.day(other))) <=
                                  options.buffer_months * days_a_month;
    };
    return static_cast<Index>(std::erase_if(steps, [&](Index t) {
        return std::any_of(others.begin(), others.end(), [&](Index other) { return near(t, other); });
    }));
}

std::vector<Index> last_share(const std::vector<Index>& steps, double share)
{
    const auto count = std::max<std::ptrdiff_t>(1, std::lround(share * static_cast<double>(steps.size())));
    return {steps.end() - std::min(count, std::ssize(steps)), steps.end()};
}

} // namespace

Splits split_steps(const geo::TimeAxis& axis, const SplitOptions& options)
{
    if (axis.size() == 0) throw DataError("cube: its time axis has no step");
    Splits splits;
    const auto configured = steps_of(axis, "data.train_period", options.train_period);
    const auto validation = steps_of(axis, "data.validation_period", options.validation_period);
    if (const auto test = steps_of(axis, "data.test_period", options.test_period)) splits.test = *test;

    std::vector<Index> period;
    for (Index t = 0; t < axis.size(); ++t)
        if (!holds(splits.test, t) && (!configured || holds(*configured, t))) period.push_back(t);
    if (period.empty())
        throw ConfigError("data.train_period: no step is left beside data.test_period = " + options.test_period +
                          "; the cube has " + axis_text(axis));
    splits.validation = validation ? *validation : last_share(period, options.validation_share);
    for (const Index t : splits.validation)
        if (holds(splits.test, t))
            throw ConfigError("data.validation_period: " + axis.label(t) + " lies in data.test_period as well");

    splits.readable.assign(static_cast<std::size_t>(axis.size()), 0);
    for (const auto* steps : {&period, &splits.validation})
        for (const Index t : *steps) splits.readable[static_cast<std::size_t>(t)] = 1;

    splits.train = period;
    keep_away(axis, splits.train, splits.test, options);
    if (options.random) {
        std::vector<Index> all;
        std::set_union(splits.train.begin(), splits.train.end(), splits.validation.begin(), splits.validation.end(),
                       std::back_inserter(all));
        splits.train = splits.validation = all;
    } else {
        keep_away(axis, splits.train, splits.validation, options);
    }
    if (splits.train.empty())
        throw ConfigError("data.train_period: no training step is left: " + std::to_string(period.size()) +
                          " steps, of which " + std::to_string(splits.validation.size()) +
                          " validate, and a buffer of " +
                          std::to_string(std::max<Index>(std::lround(options.buffer_months), options.window - 1)) +
                          " between them; give a longer data.train_period or a smaller data.buffer_months");
    splits.train_period = span_text(axis, splits.train);
    splits.validation_period = span_text(axis, splits.validation);
    splits.test_period = span_text(axis, splits.test);
    return splits;
}

std::vector<char> outside_regions(const geo::Grid& grid, const std::vector<geo::Region>& regions, double buffer)
{
    std::vector<char> outside(static_cast<std::size_t>(grid.cells()), 1);
    for (const geo::Region& region : regions)
        for (Index r = 0; r < grid.rows(); ++r) {
            if (grid.lat(r) < region.south - buffer || grid.lat(r) > region.north + buffer) continue;
            for (Index c = 0; c < grid.cols(); ++c) {
                // Degrees east of the widened region's western edge, in [0, 360).
                const double west = region.west - buffer;
                const double east_of = grid.lon(c) - west - 360 * std::floor((grid.lon(c) - west) / 360);
                if (east_of <= region.east - region.west + 2 * buffer)
                    outside[static_cast<std::size_t>(r * grid.cols() + c)] = 0;
            }
        }
    return outside;
}

Index land_square(const geo::Grid& grid, Index cell)
{
    constexpr double side = 4; // degrees
    const auto y = static_cast<Index>(std::floor((grid.lat(cell / grid.cols()) + 90) / side)),
               x = static_cast<Index>(std::floor((grid.lon(cell % grid.cols()) + 360) / side));
    return x + 2 * y;
}

} // namespace gwsd::data
