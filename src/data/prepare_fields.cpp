#include "prepare_fields.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "gwsd/core/error.hpp"
#include "gwsd/core/message.hpp"
#include "gwsd/core/progress.hpp"

namespace gwsd::data::prepare_detail {
namespace {

Field given_land(io::Series& series, const geo::Grid& fine)
{
    Reader reader(series, 0);
    const double scale = series.unit() == "%" ? 0.01 : 1.0;
    // Missing is sea, so that a coast keeps its share.
    Field own = reader.read(0);
    for (float& v : own) {
        const double fraction = std::isfinite(v) ? scale * static_cast<double>(v) : 0.0;
        if (fraction < -1e-6 || fraction > 1 + 1e-4)
            throw DataError(series.files().front() + ": variable '" + series.name() + "' holds " + std::to_string(v) +
                            ", but a land fraction lies within 0 and 1");
        v = static_cast<float>(std::clamp(fraction, 0.0, 1.0));
    }
    Field share(static_cast<std::size_t>(fine.cells()));
    geo::make_regridder(geo::Method::conservative, series.grid(), fine)->apply(own, share);
    return share;
}

/// Land where a series has values, by the first step that has any; empty if none has.
Field valid_share(io::Series& series, const geo::Grid& fine)
{
    Reader reader(series, 0);
    for (Index t = 0; t < series.time().size(); ++t) {
        const Field& own = reader.read(t);
        if (!any_valid(own)) continue;
        Field mask(own.size()), share(static_cast<std::size_t>(fine.cells()));
        std::transform(own.begin(), own.end(), mask.begin(), [](float v) { return std::isfinite(v) ? 1.0F : 0.0F; });
        geo::make_regridder(geo::Method::conservative, series.grid(), fine)->apply(mask, share);
        return share;
    }
    return {};
}

} // namespace

const Field& Reader::read(Index step)
{
    series_.read(step, own_);
    for (float& v : own_)
        if (std::isinf(v)) {
            v = missing;
            ++infinite_;
        }
    return own_;
}

Field Reader::on(const geo::Grid& grid)
{
    auto way = std::find_if(ways_.begin(), ways_.end(), [&](const Way& w) { return geo::same_grid(w.grid, grid); });
    if (way == ways_.end()) {
        const bool own = geo::same_grid(series_.grid(), grid);
        ways_.push_back({grid, own ? nullptr : geo::make_regridder(geo::Method::conservative, series_.grid(), grid)});
        way = ways_.end() - 1;
    }
    if (!way->regridder) return own_;
    Field result(static_cast<std::size_t>(grid.cells()));
    way->regridder->apply(own_, result, least_);
    return result;
}

std::string percent_text(double share)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.2g %%", 100 * share);
    return text;
}

bool any_valid(const Field& field)
{
    return std::any_of(field.begin(), field.end(), [](float v) { return std::isfinite(v); });
}

Field cut(const Field& field, const geo::Grid& from, const geo::Grid& to, Index row, Index col)
{
    if (from.rows() == to.rows() && from.cols() == to.cols()) return field;
    Field result;
    result.reserve(static_cast<std::size_t>(to.cells()));
    for (Index r = 0; r < to.rows(); ++r) {
        const auto begin = field.begin() + (r + row) * from.cols() + col;
        result.insert(result.end(), begin, begin + to.cols());
    }
    return result;
}

void Statistics::add(const Field& field)
{
    for (const float value : field) {
        if (!std::isfinite(value)) continue;
        const auto v = static_cast<double>(value);
        n += 1, x += v, xx += v * v;
        low = std::min(low, v), high = std::max(high, v);
    }
}

void Statistics::add_pairs(const Field& field, const Field& target)
{
    for (std::size_t i = 0; i < field.size(); ++i) {
        if (!std::isfinite(field[i]) || !std::isfinite(target[i])) continue;
        const auto p = static_cast<double>(field[i]), q = static_cast<double>(target[i]);
        pairs += 1, a += p, b += q, aa += p * p, bb += q * q, ab += p * q;
    }
}

double Statistics::correlation() const
{
    const double norm = (pairs * aa - a * a) * (pairs * bb - b * b);
    return pairs < 3 || norm <= 0 ? 0.0 : (pairs * ab - a * b) / std::sqrt(norm);
}

Field land_fraction(Inputs& inputs, const geo::Grid& fine, std::string& source)
{
    // Without a mask, a field of the land alone tells by its gaps where land is.
    std::vector<std::pair<io::Series*, std::string>> candidates;
    if (inputs.reference) candidates.emplace_back(inputs.reference.get(), "where the reference is valid");
    for (const auto& [name, series] : inputs.predictors)
        candidates.emplace_back(series.get(), "where predictor " + name + " is valid");
    if (inputs.gwsa) candidates.emplace_back(inputs.gwsa.get(), "where the coarse field is valid");
    Field land;
    if (inputs.land) {
        land = given_land(*inputs.land, fine);
        source = inputs.land_source;
    }
    for (const auto& [series, what] : candidates) {
        if (!land.empty()) break;
        land = valid_share(*series, fine);
        source = what;
    }
    if (land.empty()) throw DataError("prepare: no input has a valid value, so that no land can be found");
    for (float& v : land) v = std::isfinite(v) ? std::clamp(v, 0.0F, 1.0F) : 0.0F;
    if (std::none_of(land.begin(), land.end(), [](float v) { return v > 0; }))
        throw DataError("prepare: there is no land in the region " + region_text(fine.bounds()) +
                        " (land fraction: " + source + "); choose another --region or --land FILE:VARIABLE");
    return land;
}

geo::Period baseline_period(const std::string& text)
{
    const auto slash = text.find('/');
    if (slash == std::string::npos) return {};
    return geo::Period::parse(text.substr(0, slash) + ":" + text.substr(slash + 1), "baseline");
}

Field baseline_mean(Reader& reader, const geo::Grid& grid, const std::string& baseline, Index& months)
{
    const geo::Period period = baseline_period(baseline);
    const geo::TimeAxis& time = reader.series().time();
    std::vector<double> sum(static_cast<std::size_t>(grid.cells()), 0.0);
    std::vector<std::uint32_t> count(sum.size(), 0);
    months = 0;
    Progress progress("baseline", time.size());
    for (Index t = 0; t < time.size(); ++t) {
        if (!period.empty() && !period.contains(time.day(t))) continue;
        reader.read(t);
        const Field field = reader.on(grid);
        for (std::size_t i = 0; i < field.size(); ++i)
            if (std::isfinite(field[i])) {
                sum[i] += static_cast<double>(field[i]);
                ++count[i];
            }
        ++months;
        progress.update(t + 1);
    }
    Field mean(sum.size(), missing);
    for (std::size_t i = 0; i < sum.size(); ++i)
        if (count[i] > 0) mean[i] = static_cast<float>(sum[i] / count[i]);
    return mean;
}

} // namespace gwsd::data::prepare_detail
