#include "io/month_axis.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "gwsd/core/error.hpp"
#include "io/text.hpp"

namespace gwsd::io {
namespace {

double moment(const InputStep& step)
{
    return step.bounds ? 0.5 * (step.bounds->first + step.bounds->second) : step.at.days;
}

geo::Month month_of(const InputStep& step)
{
    // Bounds are on the Gregorian axis already; without them the date counts as the file's calendar writes it.
    return step.bounds ? geo::month_of_day(static_cast<std::int64_t>(std::floor(moment(step)))) : step.at.month();
}

std::string day_text(const InputStep& step)
{
    return geo::date_text(static_cast<std::int64_t>(std::floor(moment(step))));
}

void check_order(const std::vector<DatedStep>& steps)
{
    for (std::size_t i = 1; i < steps.size(); ++i) {
        const DatedStep &a = steps[i - 1], &b = steps[i];
        if (a.place.file != b.place.file) continue;
        if (moment(b.when) < moment(a.when))
            throw DataError(b.file + ": its times run backwards, from " + day_text(a.when) + " to " + day_text(b.when) +
                            " (step " + std::to_string(b.place.step + 1) +
                            "); sort it first, such as with cdo sorttimestamp");
        if (moment(b.when) == moment(a.when) && a.when.expver == b.when.expver)
            throw DataError(b.file + ": steps " + std::to_string(a.place.step + 1) + " and " +
                            std::to_string(b.place.step + 1) + " have the same time, " + day_text(b.when) +
                            "; drop one of them first, such as with ncks -d or cdo delete");
    }
}

/// The same moment as final (1) and preliminary (5): final counts.
void merge_expver(std::vector<DatedStep>& steps, SeriesTime& result)
{
    std::size_t dropped = 0;
    std::vector<DatedStep> kept;
    for (DatedStep& step : steps) {
        DatedStep* last = kept.empty() ? nullptr : &kept.back();
        if (last && moment(last->when) == moment(step.when) && last->when.expver != step.when.expver) {
            ++dropped;
            if (step.when.expver == "1") *last = step;
            continue;
        }
        kept.push_back(step);
    }
    if (dropped > 0)
        result.notes.push_back(
            std::to_string(dropped) +
            " steps are there as final (expver 1) and as preliminary (expver 5); the final ones count");
    steps = std::move(kept);
}

double median(std::vector<double> values)
{
    if (values.empty()) return 0;
    const auto middle = values.begin() + std::ssize(values) / 2;
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// Days from step to step; of a few steps those that they stand for. 0 if nothing tells.
double step_days(const std::vector<DatedStep>& steps, const SeriesTimeOptions& options)
{
    // Longer than this a step may be a month all the same: some GRACE solutions rest on half of one.
    constexpr double surely_no_month = 10.5;
    std::vector<double> gaps, spans;
    for (std::size_t i = 1; i < steps.size(); ++i) gaps.push_back(moment(steps[i].when) - moment(steps[i - 1].when));
    for (const DatedStep& step : steps) spans.push_back(step.when.span);
    const double gap = median(std::move(gaps)), span = median(std::move(spans));
    if (steps.size() > 2 && gap <= surely_no_month) return gap;
    if (span > 0 && span <= surely_no_month) return span;
    return options.hourly && steps.size() <= 2 ? 1.0 / 24 : 0;
}

std::string step_text(double days)
{
    if (days >= 0.999) return "daily";
    const auto hours = std::llround(days * 24);
    return hours == 1 ? "hourly" : hours > 1 ? std::to_string(hours) + "-hourly" : "sub-hourly";
}

/// Means over the months whose every step is there; months cut by the ends of the data are left out with a note.
void average_months(const std::vector<DatedStep>& steps, double step, const SeriesTimeOptions& options,
                    SeriesTime& result)
{
    const std::string kind = options.by_hour ? "a monthly mean by hour of day (stream mnth)" : step_text(step);
    if (!options.may_average)
        throw DataError(steps.front().file + ": variable '" + options.variable + "' is " + kind +
                        ", which is another product than monthly means and does not average to months safely; " +
                        "give the product's monthly means (ERA5: stream moda)");
    std::map<int, std::vector<StepPlace>> months;
    for (const DatedStep& s : steps) months[month_of(s.when).index].push_back(s.place);
    std::string partial;
    for (auto& [index, places] : months) {
        const geo::Month month{index};
        const int days = options.by_hour ? 1 : geo::days_in(month);
        const auto whole = static_cast<std::size_t>(std::llround(days / step));
        if (places.size() != whole) {
            append(partial, geo::to_string(month) + " (" + std::to_string(places.size()) + " of " +
                                std::to_string(whole) + " steps)");
            continue;
        }
        result.axis.steps.push_back(index);
        result.places.push_back(std::move(places));
    }
    if (result.places.empty())
        throw DataError(steps.front().file + ": variable '" + options.variable + "' is " + kind +
                        " and holds no whole month: " + partial +
                        "; give whole months, or the product's monthly means (ERA5: stream moda)");
    std::string text = "variable " + options.variable + " is " + kind + ": averaged over " +
                       std::to_string(result.places.size()) + " whole months";
    if (!partial.empty()) text += "; left out as not whole: " + partial;
    result.notes.push_back(text);
}

/// Months of the steps; where two fall on one (GRACE solutions are dated by their middle day) the one nearer to a free
/// neighbour moves there. Empty if they cannot be told apart.
std::vector<int> distinct_months(const std::vector<DatedStep>& steps, SeriesTime& result)
{
    std::vector<int> months;
    std::vector<std::string> notes;
    for (const DatedStep& step : steps) months.push_back(month_of(step.when).index);
    for (std::size_t i = 1; i < months.size(); ++i) {
        if (months[i] != months[i - 1]) continue;
        const auto day_of = [&](std::size_t k) {
            return moment(steps[k].when) - static_cast<double>(geo::first_day(geo::Month{months[k]}));
        };
        const bool next_free = i + 1 == months.size() || months[i + 1] > months[i] + 1;
        const bool last_free = i < 2 || months[i - 2] < months[i - 1] - 1;
        const std::size_t moved = next_free && day_of(i) >= 20 ? i : i - 1;
        if (moved == i)
            ++months[i];
        else if (last_free && day_of(i - 1) <= 11)
            --months[i - 1];
        else
            return {};
        notes.push_back("the step of " + day_text(steps[moved].when) + " counts as " +
                        geo::to_string(geo::Month{months[moved]}) + ", since another one stands for " +
                        geo::to_string(geo::Month{months[moved == i ? i - 1 : i]}));
    }
    result.notes.insert(result.notes.end(), notes.begin(), notes.end());
    return months;
}

} // namespace

SeriesTime join_steps(std::vector<DatedStep> steps, const SeriesTimeOptions& options)
{
    check_order(steps);
    std::stable_sort(steps.begin(), steps.end(),
                     [](const DatedStep& a, const DatedStep& b) { return moment(a.when) < moment(b.when); });
    SeriesTime result;
    merge_expver(steps, result);
    for (std::size_t i = 1; i < steps.size(); ++i)
        if (moment(steps[i].when) == moment(steps[i - 1].when))
            throw DataError(steps[i].file + ": holds " + day_text(steps[i].when) + ", which " + steps[i - 1].file +
                            " holds as well; give each month once");
    const auto preliminary =
        std::count_if(steps.begin(), steps.end(), [](const DatedStep& s) { return s.when.expver == "5"; });
    if (preliminary > 0)
        result.notes.push_back(std::to_string(preliminary) + " of " + std::to_string(steps.size()) +
                               " steps are preliminary (expver 5, ERA5T), the last of " + day_text(steps.back().when));
    const double step = step_days(steps, options);
    if (!options.keep_instants && step > 0 && step <= 1.001) {
        average_months(steps, step, options, result);
        return result;
    }
    // Steps of a week or so are instants, even if there is but one in each month.
    const bool keep = options.keep_instants || step > 0;
    const std::vector<int> months = keep ? std::vector<int>{} : distinct_months(steps, result);
    result.axis.monthly = !months.empty();
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const std::int64_t value =
            months.empty() ? static_cast<std::int64_t>(std::floor(moment(steps[i].when))) : months[i];
        if (!result.axis.steps.empty() && value == result.axis.steps.back())
            throw DataError(steps[i].file + ": two steps fall on " + day_text(steps[i].when) +
                            "; expected one a day at most where steps are not joined to months");
        result.axis.steps.push_back(value);
        result.places.push_back({steps[i].place});
    }
    return result;
}

} // namespace gwsd::io
