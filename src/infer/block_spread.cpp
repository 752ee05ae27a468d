#include "infer/block_spread.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gwsd/core/error.hpp"
#include "gwsd/core/parallel.hpp"
#include "infer/array_index.hpp"

namespace gwsd::infer {
namespace {

double dot(const std::vector<double>& a, const std::vector<double>& b)
{
    return parallel_sum<double>(std::ssize(a), 4096, 0.0, [&](Index begin, Index end) {
        double sum = 0;
        for (Index i = begin; i < end; ++i) sum += a[at(i)] * b[at(i)];
        return sum;
    });
}

double largest(const std::vector<double>& a)
{
    double value = 0;
    for (const double x : a) value = std::max(value, std::abs(x));
    return value;
}

} // namespace

BlockSpread::BlockSpread(BlockAxis rows, BlockAxis cols, std::span<const double> weight)
    : rows_(std::move(rows)), cols_(std::move(cols)), weight_(weight.begin(), weight.end())
{
    if (std::ssize(weight) != rows_.size() * cols_.size())
        throw ShapeError("block means: weight has " + std::to_string(weight.size()) + " cells, expected " +
                         std::to_string(rows_.size()) + " x " + std::to_string(cols_.size()));
    row_begin_.assign(at(rows_.blocks + 1), rows_.size());
    for (Index row = rows_.size() - 1; row >= 0; --row) row_begin_[at(rows_.own[at(row)])] = row;
    present_.assign(at(blocks()), 0);
    for (Index row = 0; row < rows_.size(); ++row)
        for (Index col = 0; col < cols_.size(); ++col)
            if (weight_[at(row * cols_.size() + col)] > 0)
                present_[at(rows_.own[at(row)] * cols_.blocks + cols_.own[at(col)])] = 1;
}

void BlockSpread::weights_of(Index row, Index col, Stencil& weights) const
{
    weights.fill(0);
    const Index own_row = rows_.own[at(row)], own_col = cols_.own[at(col)];
    double sum = 0;
    for (const bool other_row : {false, true})
        for (const bool other_col : {false, true}) {
            const double weight = (other_row ? rows_.share[at(row)] : 1 - rows_.share[at(row)]) *
                                  (other_col ? cols_.share[at(col)] : 1 - cols_.share[at(col)]);
            if (weight == 0) continue; // no other block, or its centre line
            const int r = other_row ? rows_.step[at(row)] : 0, c = other_col ? cols_.step[at(col)] : 0;
            if (!present_[at(rows_.beside(own_row, r) * cols_.blocks + cols_.beside(own_col, c))]) continue;
            weights[at((r + 1) * 3 + c + 1)] = weight;
            sum += weight;
        }
    for (double& weight : weights) weight /= sum;
}

template <class Work>
void BlockSpread::each_cell(Index block_row, const Work& work) const
{
    Stencil weights;
    for (Index row = row_begin_[at(block_row)]; row < row_begin_[at(block_row + 1)]; ++row)
        for (Index col = 0; col < cols_.size(); ++col) {
            const Index cell = row * cols_.size() + col;
            if (!(weight_[at(cell)] > 0)) continue;
            weights_of(row, col, weights);
            work(cell, block_row * cols_.blocks + cols_.own[at(col)], weights);
        }
}

std::vector<double> BlockSpread::means(std::span<const double> field, std::span<const std::uint8_t> counts) const
{
    std::vector<double> sum(at(blocks()), 0.0), weight(sum);
    parallel_for(rows_.blocks, 1, [&](Index begin, Index end) {
        for (Index row = row_begin_[at(begin)]; row < row_begin_[at(end)]; ++row)
            for (Index col = 0; col < cols_.size(); ++col) {
                const std::size_t cell = at(row * cols_.size() + col);
                const std::size_t block = at(rows_.own[at(row)] * cols_.blocks + cols_.own[at(col)]);
                if (!counts[cell] || !(weight_[cell] > 0)) continue;
                sum[block] += weight_[cell] * field[cell];
                weight[block] += weight_[cell];
            }
    });
    for (std::size_t b = 0; b < sum.size(); ++b)
        sum[b] = weight[b] > 0 ? sum[b] / weight[b] : std::numeric_limits<double>::quiet_NaN();
    return sum;
}

std::vector<double> BlockSpread::interpolate(std::span<const double> values) const
{
    std::vector<double> field(weight_.size(), 0.0);
    parallel_for(rows_.blocks, 1, [&](Index begin, Index end) {
        for (Index block_row = begin; block_row < end; ++block_row)
            each_cell(block_row, [&](Index cell, Index block, const Stencil& weights) {
                const Index own_row = block / cols_.blocks, own_col = block % cols_.blocks;
                double value = 0;
                for (int k = 0; k < 9; ++k)
                    if (weights[at(k)] > 0)
                        value += weights[at(k)] * values[at(rows_.beside(own_row, k / 3 - 1) * cols_.blocks +
                                                            cols_.beside(own_col, k % 3 - 1))];
                field[at(cell)] = value;
            });
    });
    return field;
}

/// Row b of the matrix: block b's mean of share * interpolate(values), as weights of the values of the nine blocks.
std::vector<BlockSpread::Stencil> BlockSpread::response(std::span<const double> share,
                                                        std::span<const std::uint8_t> counts) const
{
    std::vector<Stencil> matrix(at(blocks()), Stencil{});
    std::vector<double> sum(at(blocks()), 0.0);
    parallel_for(rows_.blocks, 1, [&](Index begin, Index end) {
        for (Index block_row = begin; block_row < end; ++block_row)
            each_cell(block_row, [&](Index cell, Index block, const Stencil& weights) {
                if (!counts[at(cell)]) return;
                const double weight = weight_[at(cell)], factor = weight * (share.empty() ? 1.0 : share[at(cell)]);
                sum[at(block)] += weight;
                for (std::size_t k = 0; k < 9; ++k) matrix[at(block)][k] += factor * weights[k];
            });
    });
    for (std::size_t b = 0; b < matrix.size(); ++b)
        if (sum[b] > 0)
            for (double& entry : matrix[b]) entry /= sum[b];
    return matrix;
}

void BlockSpread::multiply(const std::vector<Stencil>& matrix, const std::vector<double>& x,
                           std::vector<double>& y) const
{
    parallel_for(rows_.blocks, 8, [&](Index begin, Index end) {
        for (Index row = begin; row < end; ++row)
            for (Index col = 0; col < cols_.blocks; ++col) {
                const Stencil& entries = matrix[at(row * cols_.blocks + col)];
                double sum = 0;
                for (int k = 0; k < 9; ++k)
                    if (entries[at(k)] != 0)
                        sum += entries[at(k)] *
                               x[at(rows_.beside(row, k / 3 - 1) * cols_.blocks + cols_.beside(col, k % 3 - 1))];
                y[at(row * cols_.blocks + col)] = sum;
            }
    });
}

/// BiCGSTAB (van der Vorst 1992) with the diagonal as preconditioner. Blocks without a wanted value keep 0. Returns the
/// best values met, should it stall.
std::vector<double> BlockSpread::solve(const std::vector<Stencil>& matrix, std::span<const double> wanted) const
{
    const std::size_t n = matrix.size();
    std::vector<double> x(n, 0.0), r(n, 0.0), inverse(n, 0.0);
    for (std::size_t b = 0; b < n; ++b)
        if (!std::isnan(wanted[b]) && matrix[b][4] > 0) {
            inverse[b] = 1 / matrix[b][4];
            r[b] = wanted[b];
        }
    const auto apply = [&](const std::vector<double>& in, std::vector<double>& scaled, std::vector<double>& out) {
        for (std::size_t b = 0; b < n; ++b) scaled[b] = inverse[b] * in[b];
        multiply(matrix, scaled, out);
        for (std::size_t b = 0; b < n; ++b)
            if (inverse[b] == 0) out[b] = 0;
    };
    std::vector<double> best = x, shadow = r, p(n, 0.0), v(n, 0.0), s(n), t(n), p_scaled(n), s_scaled(n);
    double rho = 1, alpha = 1, omega = 1, smallest = largest(r);
    const double tolerance = 1e-10 * smallest;
    for (int iteration = 0; iteration < 200 && smallest > tolerance; ++iteration) {
        const double rho_next = dot(shadow, r), beta = rho_next / rho * alpha / omega;
        rho = rho_next;
        for (std::size_t b = 0; b < n; ++b) p[b] = r[b] + beta * (p[b] - omega * v[b]);
        apply(p, p_scaled, v);
        alpha = rho / dot(shadow, v);
        for (std::size_t b = 0; b < n; ++b) s[b] = r[b] - alpha * v[b];
        apply(s, s_scaled, t);
        const double norm = dot(t, t);
        omega = norm > 0 ? dot(t, s) / norm : 0;
        if (!std::isfinite(alpha) || !std::isfinite(omega)) break;
        for (std::size_t b = 0; b < n; ++b) {
            x[b] += alpha * p_scaled[b] + omega * s_scaled[b];
            r[b] = s[b] - omega * t[b];
        }
        if (const double now = largest(r); now < smallest) {
            smallest = now;
            best = x;
        }
        if (omega == 0 || rho == 0) break;
    }
    return best;
}

std::vector<double> BlockSpread::with_means(std::span<const double> wanted, std::span<const double> share,
                                            std::span<const std::uint8_t> counts) const
{
    std::vector<double> field = interpolate(solve(response(share, counts), wanted));
    if (!share.empty())
        for (std::size_t i = 0; i < field.size(); ++i) field[i] *= share[i];
    // What is left is of the size of rounding, unless the solver stalled: each block takes it as a constant.
    const std::vector<double> reached = means(field, counts);
    parallel_for(rows_.size(), 16, [&](Index begin, Index end) {
        for (Index row = begin; row < end; ++row)
            for (Index col = 0; col < cols_.size(); ++col) {
                const std::size_t cell = at(row * cols_.size() + col);
                const std::size_t block = at(rows_.own[at(row)] * cols_.blocks + cols_.own[at(col)]);
                if (!std::isnan(wanted[block]) && weight_[cell] > 0) field[cell] += wanted[block] - reached[block];
            }
    });
    return field;
}

} // namespace gwsd::infer
