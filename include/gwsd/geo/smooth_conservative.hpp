#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "gwsd/geo/conservative.hpp"
#include "gwsd/geo/stencil.hpp"

namespace gwsd::geo {

/// The bilinear surface whose area-weighted mean over every source cell is that cell's value (pycnophylactic, Tobler
/// 1979). With B the bilinear interpolation of this mask and M the mean over source cells, the repeated correction
/// f += B(s - M f) that starts at f = B s ends at f = B c with (M B) c = s; c is found on the source grid, so a fine
/// grid costs little. Each fine cell reads its own source cell with more than half of the weight on average, so M B is
/// strictly diagonally dominant for any mask and Gauss-Seidel converges.
///
/// Means hold to 1e-7 of the largest value over each valid source cell that the target covers whole; missing cells next
/// to valid ones get values as bilinear interpolation gives them, and take none of the conserved water.
class SmoothConservativeRegridder : public Regridder {
public:
    /// Throws ConfigError unless the edges of `from` inside `to` are edges of `to`.
    SmoothConservativeRegridder(const Grid& from, const Grid& to)
        : from_(from),
          to_(to),
          rows_(row_stencils(from, to, linear_weights)),
          cols_(col_stencils(from, to, linear_weights)),
          parents_of_rows_(overlapping_rows(from, to)),
          parents_of_cols_(overlapping_cols(from, to))
    {
        check_nested(parents_of_rows_, "latitudes");
        check_nested(parents_of_cols_, "longitudes");
        row_children_ = children(parents_of_rows_, from.rows());
        col_children_ = children(parents_of_cols_, from.cols());
        for (std::size_t i = 0; i + 1 < from.lat_edges.size(); ++i)
            whole_rows_.push_back(
                is_whole(parents_of_rows_, row_children_[i], band_measure(from.lat_edges[i], from.lat_edges[i + 1])));
        for (std::size_t i = 0; i + 1 < from.lon_edges.size(); ++i)
            whole_cols_.push_back(
                is_whole(parents_of_cols_, col_children_[i], from.lon_edges[i + 1] - from.lon_edges[i]));
    }

    void apply(std::span<const float> in, std::span<float> out, double min_valid_fraction = 0) const override
    {
        check_cells("smooth_conservative", from_, in.size(), to_, out.size());
        const std::vector<double> c = coefficients(in);
        const auto finish = [=](Index, Index, double sum, double share) {
            const bool valid = share > 0 && share >= min_valid_fraction - 1e-9;
            return valid ? sum / share : std::numeric_limits<double>::quiet_NaN();
        };
        apply_separable<double>(rows_, cols_, from_.cols(), c, out, finish);
    }

private:
    /// A row of M B: weights of the 3 x 3 source cells around one, south-west first.
    struct Equation {
        Index cell = 0;
        std::array<double, 9> weight{};
        std::array<Index, 9> neighbour{};
    };

    std::vector<double> coefficients(std::span<const float> s) const
    {
        std::vector<double> c(s.begin(), s.end());
        double largest = 0;
        for (const double value : c)
            if (!std::isnan(value)) largest = std::max(largest, std::abs(value));
        const std::vector<Equation> system = equations(s);
        // The dominance bounds the number of sweeps; fields as they are need about 20.
        for (int sweep = 0; sweep < 500; ++sweep) {
            double residual = 0;
            for (const Equation& e : system) {
                double mean = 0;
                for (std::size_t k = 0; k < 9; ++k)
                    if (e.weight[k] != 0) mean += e.weight[k] * c[static_cast<std::size_t>(e.neighbour[k])];
                const auto cell = static_cast<std::size_t>(e.cell);
                const double difference = static_cast<double>(s[cell]) - mean;
                c[cell] += difference / e.weight[4];
                residual = std::max(residual, std::abs(difference));
            }
            if (!(residual > 1e-8 * largest)) break;
        }
        return c;
    }

    std::vector<Equation> equations(std::span<const float> s) const
    {
        std::vector<Equation> system;
        for (Index row = 0; row < from_.rows(); ++row)
            for (Index col = 0; col < from_.cols(); ++col) {
                const bool whole =
                    whole_rows_[static_cast<std::size_t>(row)] && whole_cols_[static_cast<std::size_t>(col)];
                if (whole && !std::isnan(s[at(row, col)])) system.push_back({row * from_.cols() + col, {}, {}});
            }
        parallel_for(std::ssize(system), 64, [&](Index begin, Index end) {
            for (Index i = begin; i < end; ++i) fill(system[static_cast<std::size_t>(i)], s);
        });
        return system;
    }

    void fill(Equation& e, std::span<const float> s) const
    {
        const Index row = e.cell / from_.cols(), col = e.cell % from_.cols();
        double area = 0;
        for (const Index r : row_children_[static_cast<std::size_t>(row)])
            for (const Index c : col_children_[static_cast<std::size_t>(col)]) {
                std::array<double, 9> w{};
                double valid = 0;
                for (std::size_t i = rows_.from(r); i < rows_.to(r); ++i)
                    for (std::size_t j = cols_.from(c); j < cols_.to(c); ++j) {
                        const std::size_t k = slot(rows_.cell[i] - row, col_offset(cols_.cell[j] - col));
                        e.neighbour[k] = rows_.cell[i] * from_.cols() + cols_.cell[j];
                        if (std::isnan(s[static_cast<std::size_t>(e.neighbour[k])])) continue;
                        w[k] += rows_.weight[i] * cols_.weight[j];
                        valid += rows_.weight[i] * cols_.weight[j];
                    }
                const double cell = parents_of_rows_.weight[parents_of_rows_.from(r)] *
                                    parents_of_cols_.weight[parents_of_cols_.from(c)];
                area += cell;
                for (std::size_t k = 0; k < 9; ++k) e.weight[k] += cell * w[k] / valid;
            }
        for (double& weight : e.weight) weight /= area;
    }

    static std::size_t slot(Index row, Index col) { return static_cast<std::size_t>(3 * (row + 1) + col + 1); }
    std::size_t at(Index row, Index col) const { return static_cast<std::size_t>(row * from_.cols() + col); }

    /// -1, 0 or 1, across the seam of a periodic grid too.
    Index col_offset(Index difference) const
    {
        if (difference > 1) return difference - from_.cols();
        return difference < -1 ? difference + from_.cols() : difference;
    }

    void check_nested(const AxisWeights& parents, const char* axis) const
    {
        for (Index i = 0; i < parents.size(); ++i)
            if (parents.to(i) - parents.from(i) > 1)
                throw ConfigError(std::string("smooth_conservative: the target's ") + axis +
                                  " do not refine the source's: a target cell reaches into two source cells; use a "
                                  "target whose cells divide the source's cells, or the method conservative");
    }

    static std::vector<std::vector<Index>> children(const AxisWeights& parents, Index count)
    {
        std::vector<std::vector<Index>> list(static_cast<std::size_t>(count));
        for (Index i = 0; i < parents.size(); ++i)
            if (parents.to(i) > parents.from(i))
                list[static_cast<std::size_t>(parents.cell[parents.from(i)])].push_back(i);
        return list;
    }

    static bool is_whole(const AxisWeights& parents, const std::vector<Index>& children, double measure)
    {
        double sum = 0;
        for (const Index child : children) sum += parents.weight[parents.from(child)];
        return std::abs(sum - measure) < 1e-6 * measure;
    }

    Grid from_, to_;
    AxisWeights rows_, cols_, parents_of_rows_, parents_of_cols_;
    std::vector<std::vector<Index>> row_children_, col_children_;
    std::vector<bool> whole_rows_, whole_cols_;
};

} // namespace gwsd::geo
