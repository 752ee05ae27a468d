#include "gwsd/infer/projection.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gwsd/core/error.hpp"
#include "gwsd/core/parallel.hpp"
#include "gwsd/train/schema.hpp"
#include "infer/array_index.hpp"
#include "infer/block_spread.hpp"
#include "infer/footprint.hpp"
#include "infer/globe_index.hpp"

namespace gwsd::infer {
namespace {

constexpr std::pair<ProjectionKind, const char*> kinds[] = {{ProjectionKind::none, "none"},
                                                            {ProjectionKind::cell, "cell"},
                                                            {ProjectionKind::region, "region"},
                                                            {ProjectionKind::footprint, "footprint"}};

// A cell's share of a correction, relative to its neighbourhood's, stays between these.
constexpr double least_share = 0.25, largest_share = 4;

double largest_difference(std::span<const double> difference)
{
    double largest = 0;
    for (const double value : difference)
        if (!std::isnan(value)) largest = std::max(largest, std::abs(value));
    return largest;
}

} // namespace

ProjectionKind parse_projection(const std::string& name)
{
    std::vector<std::string> names;
    for (const auto& [kind, text] : kinds) {
        if (name == text) return kind;
        names.emplace_back(text);
    }
    const std::string near = train::closest(name, names);
    throw ConfigError("projection: '" + name + "' is not known; expected none, cell, region or footprint" +
                      (near.empty() ? "" : "; did you mean '" + near + "'?"));
}

std::string to_string(ProjectionKind kind)
{
    for (const auto& [value, text] : kinds)
        if (value == kind) return text;
    return "unknown";
}

struct Projection::Plan {
    ProjectionOptions options;
    Index rows, cols, factor, coarse_cols;
    std::vector<double> weight, coarse_weight;
    std::vector<std::uint8_t> all; ///< every fine cell counts
    std::unique_ptr<const BlockSpread> cells, regions;
    std::unique_ptr<const FootprintSum> footprint;

    Plan(const geo::Grid& fine, Index block, std::span<const float> land, const ProjectionOptions& choice)
        : options(choice),
          rows(fine.rows()),
          cols(fine.cols()),
          factor(block),
          coarse_cols(cols / block),
          all(at(fine.cells()), 1)
    {
        const geo::Grid coarse = geo::coarsen(fine, factor);
        if (std::ssize(land) != fine.cells())
            throw ShapeError("projection: land has " + std::to_string(land.size()) + " cells, expected " +
                             std::to_string(fine.cells()));
        for (Index row = 0; row < rows; ++row)
            for (Index col = 0; col < cols; ++col) {
                const double share = static_cast<double>(land[at(row * cols + col)]);
                weight.push_back(share > 0 ? share * fine.row_weight(row) : 0.0);
            }
        const auto blocks_of = [&](Index size, Index first_row, Index first_col) {
            return std::make_unique<const BlockSpread>(block_axis(rows, size, first_row, false),
                                                       block_axis(cols, size, first_col, fine.periodic()), weight);
        };
        cells = blocks_of(factor, 0, 0);
        coarse_weight.assign(at(coarse.cells()), 0.0);
        for (std::size_t i = 0; i < weight.size(); ++i)
            coarse_weight[at(coarse_of(static_cast<Index>(i)))] += weight[i];
        if (options.kind == ProjectionKind::region) {
            if (options.region_size < 1)
                throw ConfigError("projection: expects a region size of at least 1 cell, got " +
                                  std::to_string(options.region_size));
            regions =
                blocks_of(options.region_size, first_row_on_globe(fine.lat_edges), first_col_on_globe(fine.lon_edges));
        }
        if (options.kind == ProjectionKind::footprint)
            footprint = std::make_unique<const FootprintSum>(coarse, options.footprint_km);
    }

    Index coarse_of(Index cell) const { return cell / cols / factor * coarse_cols + cell % cols / factor; }

    /// 1 for fine cells of land whose coarse cell has a satellite value.
    std::vector<std::uint8_t> known(std::span<const float> coarse) const
    {
        if (std::ssize(coarse) != std::ssize(coarse_weight))
            throw ShapeError("projection: the coarse field has " + std::to_string(coarse.size()) + " cells, expected " +
                             std::to_string(coarse_weight.size()));
        std::vector<std::uint8_t> counts(weight.size(), 0);
        for (std::size_t i = 0; i < counts.size(); ++i)
            counts[i] = weight[i] > 0 && !std::isnan(coarse[at(coarse_of(static_cast<Index>(i)))]);
        return counts;
    }

    /// Coarse minus fine; 0 where no land.
    std::vector<double> misfit(std::span<const float> mean, std::span<const float> coarse) const
    {
        if (mean.size() != weight.size())
            throw ShapeError("projection: the field has " + std::to_string(mean.size()) + " cells, expected " +
                             std::to_string(weight.size()));
        std::vector<double> difference(weight.size(), 0.0);
        for (std::size_t i = 0; i < weight.size(); ++i)
            if (weight[i] > 0)
                difference[i] =
                    static_cast<double>(coarse[at(coarse_of(static_cast<Index>(i)))]) - static_cast<double>(mean[i]);
        return difference;
    }

    /// Share of each fine cell: its variance relative to the smooth field through the coarse cells' means.
    std::vector<double> shares(std::span<const float> variance) const
    {
        if (variance.empty()) return {};
        if (variance.size() != weight.size())
            throw ShapeError("projection: the variance has " + std::to_string(variance.size()) + " cells, expected " +
                             std::to_string(weight.size()));
        const std::vector<double> fine(variance.begin(), variance.end());
        std::vector<double> share = cells->interpolate(cells->means(fine, all));
        for (std::size_t i = 0; i < share.size(); ++i)
            share[i] = share[i] > 0 ? std::clamp(fine[i] / share[i], least_share, largest_share) : 1.0;
        return share;
    }

    std::vector<double> gain(const ProjectionInput& input) const;
};

/// v / (v + sigma^2) of each coarse cell; a cell without sigma takes the mean of those that have one.
std::vector<double> Projection::Plan::gain(const ProjectionInput& input) const
{
    std::vector<double> gains(coarse_weight.size(), 1.0);
    if (input.sigma.empty() || input.variance.empty()) return gains;
    if (input.sigma.size() != gains.size())
        throw ShapeError("projection: sigma has " + std::to_string(input.sigma.size()) + " cells, expected " +
                         std::to_string(gains.size()));
    double sum = 0, count = 0;
    for (const float sigma : input.sigma)
        if (sigma >= 0) sum += static_cast<double>(sigma) * static_cast<double>(sigma), count += 1;
    if (count == 0) return gains;
    const std::vector<double> fine(input.variance.begin(), input.variance.end());
    const std::vector<double> variance = cells->means(fine, all);
    for (std::size_t c = 0; c < gains.size(); ++c) {
        const double sigma = static_cast<double>(input.sigma[c]), noise = sigma >= 0 ? sigma * sigma : sum / count;
        if (variance[c] > 0) gains[c] = variance[c] / (variance[c] + noise);
    }
    return gains;
}

Projection::Projection(const geo::Grid& fine, Index factor, std::span<const float> land,
                       const ProjectionOptions& options)
    : plan_(std::make_unique<const Plan>(fine, factor, land, options))
{
}
Projection::~Projection() = default;

const ProjectionOptions& Projection::options() const { return plan_->options; }

void Projection::apply(std::span<float> mean, const ProjectionInput& input) const
{
    const Plan& plan = *plan_;
    if (plan.options.kind == ProjectionKind::none) return;
    const std::vector<std::uint8_t> known = plan.known(input.coarse);
    const std::vector<double> misfit = plan.misfit(mean, input.coarse), share = plan.shares(input.variance);
    std::vector<double> correction;
    if (plan.options.kind == ProjectionKind::footprint) {
        std::vector<double> target = plan.cells->means(misfit, known), gain = plan.gain(input);
        std::vector<double> precision(gain.size(), 1.0);
        for (std::size_t c = 0; c < target.size(); ++c) {
            // Cells whose product is noisy count less in a footprint's mean.
            precision[c] = std::max(gain[c], 1e-6);
            target[c] *= gain[c];
        }
        correction = plan.cells->interpolate(
            fit_footprints(*plan.footprint, plan.coarse_weight, target, precision, plan.options.iterations));
        if (!share.empty())
            for (std::size_t i = 0; i < correction.size(); ++i) correction[i] *= share[i];
    } else {
        const BlockSpread& blocks = plan.options.kind == ProjectionKind::cell ? *plan.cells : *plan.regions;
        correction = blocks.with_means(blocks.means(misfit, known), share, known);
    }
    for (std::size_t i = 0; i < mean.size(); ++i)
        if (plan.weight[i] > 0) mean[i] = static_cast<float>(static_cast<double>(mean[i]) + correction[i]);
}

MassResidual Projection::residual(std::span<const float> mean, std::span<const float> coarse) const
{
    const Plan& plan = *plan_;
    const std::vector<std::uint8_t> known = plan.known(coarse);
    const std::vector<double> misfit = plan.misfit(mean, coarse), cells = plan.cells->means(misfit, known);
    MassResidual result;
    result.cell = result.block = largest_difference(cells);
    if (plan.regions) result.block = largest_difference(plan.regions->means(misfit, known));
    if (plan.footprint) {
        std::vector<double> weighted(cells.size(), 0.0), weight(cells.size(), 0.0);
        std::vector<std::uint8_t> wanted(cells.size(), 0);
        for (std::size_t c = 0; c < cells.size(); ++c)
            if (!std::isnan(cells[c])) {
                wanted[c] = 1;
                weight[c] = plan.coarse_weight[c];
                weighted[c] = weight[c] * cells[c];
            }
        const std::vector<double> sum = (*plan.footprint)(weighted, wanted), norm = (*plan.footprint)(weight, wanted);
        result.block = 0;
        for (std::size_t c = 0; c < sum.size(); ++c)
            if (wanted[c]) result.block = std::max(result.block, std::abs(sum[c] / norm[c]));
    }
    return result;
}

} // namespace gwsd::infer
