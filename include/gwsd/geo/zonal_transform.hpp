#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <optional>
#include <vector>

#include "gwsd/geo/fft.hpp"
#include "gwsd/geo/grid.hpp"

namespace gwsd::geo {

/// Spectra of rows: Z_m = sum over the columns j of z_j exp(-i m lon_j), for |m| < terms, as four numbers a term:
/// Z_m and Z_-m. By FFT over the whole circle where the columns divide it and that is cheaper, else term by term.
class ZonalTransform {
public:
    ZonalTransform(const Grid& grid, Index last_term) : cols_(grid.cols()), terms_(last_term + 1)
    {
        for (Index col = 0; col < cols_; ++col) {
            const double angle = (grid.lon(col) - grid.lon(0)) * std::numbers::pi / 180.0;
            direction_.push_back({std::cos(angle), -std::sin(angle)});
        }
        const double step = (grid.lon_edges.back() - grid.lon_edges.front()) / static_cast<double>(cols_);
        const Index circle = std::llround(360.0 / step);
        for (std::size_t i = 0; i < grid.lon_edges.size(); ++i)
            if (std::abs(grid.lon_edges[i] - grid.lon_edges[0] -
                         360.0 / static_cast<double>(circle) * static_cast<double>(i)) > 1e-6)
                return;
        const auto radices = Fft::radices(static_cast<std::size_t>(circle));
        const auto cost = circle * static_cast<Index>(std::accumulate(radices.begin(), radices.end(), std::size_t{0}));
        if (cost > cols_ * terms_) return;
        fft_.emplace(static_cast<std::size_t>(circle));
        terms_ = std::min(terms_, circle / 2 + 1);
    }

    Index terms() const { return terms_; }

    /// Brings a series k_0, k_1, ... to the terms kept here: the grid's points cannot tell m from m +- circle.
    void fold(std::vector<double>& k) const
    {
        if (!fft_ || std::ssize(k) <= terms_) return;
        const auto circle = static_cast<Index>(fft_->size());
        std::vector<double> folded(static_cast<std::size_t>(terms_), 0.0);
        for (Index m = -std::ssize(k) + 1; m < std::ssize(k); ++m) {
            const Index bin = ((m % circle) + circle) % circle;
            if (bin < terms_) folded[static_cast<std::size_t>(bin)] += k[static_cast<std::size_t>(std::abs(m))];
        }
        k = std::move(folded);
    }

    void forward(const std::vector<Complex>& z, std::vector<double>& spectrum, std::vector<Complex>& work,
                 std::vector<Complex>& scratch) const
    {
        spectrum.assign(static_cast<std::size_t>(4 * terms_), 0.0);
        if (!fft_) return forward_directly(z, spectrum);
        const std::size_t circle = fft_->size();
        work.assign(circle, {});
        std::copy(z.begin(), z.end(), work.begin());
        fft_->forward(work, scratch);
        for (std::size_t m = 0; m < static_cast<std::size_t>(terms_); ++m) {
            const Complex positive = work[m], negative = work[(circle - m) % circle];
            double* const to = spectrum.data() + 4 * m;
            to[0] = positive.re, to[1] = positive.im, to[2] = negative.re, to[3] = negative.im;
        }
    }

    /// z_j = sum over m of Z_m exp(i m lon_j).
    void inverse(const std::vector<double>& spectrum, std::vector<Complex>& z, std::vector<Complex>& work,
                 std::vector<Complex>& scratch) const
    {
        if (!fft_) return inverse_directly(spectrum, z);
        const std::size_t circle = fft_->size();
        // The inverse is the conjugate of the forward transform of the conjugate.
        work.assign(circle, {});
        for (std::size_t m = 0; m < static_cast<std::size_t>(terms_); ++m) {
            const double* const from = spectrum.data() + 4 * m;
            work[m] = {from[0], -from[1]};
            work[(circle - m) % circle] = {from[2], -from[3]};
        }
        fft_->forward(work, scratch);
        for (std::size_t j = 0; j < z.size(); ++j) z[j] = work[j].conjugate();
    }

private:
    void forward_directly(const std::vector<Complex>& z, std::vector<double>& spectrum) const
    {
        for (std::size_t j = 0; j < z.size(); ++j) {
            if (z[j].im == 0) continue;
            Complex turn{1, 0};
            for (std::size_t m = 0; m < static_cast<std::size_t>(terms_); ++m) {
                const Complex positive = z[j] * turn, negative = z[j] * turn.conjugate();
                double* const to = spectrum.data() + 4 * m;
                to[0] += positive.re, to[1] += positive.im, to[2] += negative.re, to[3] += negative.im;
                turn = turn * direction_[j];
            }
        }
    }

    void inverse_directly(const std::vector<double>& spectrum, std::vector<Complex>& z) const
    {
        for (std::size_t j = 0; j < z.size(); ++j) {
            Complex turn = direction_[j].conjugate(), sum{spectrum[0], spectrum[1]};
            const Complex step = turn;
            for (std::size_t m = 1; m < static_cast<std::size_t>(terms_); ++m) {
                const double* const from = spectrum.data() + 4 * m;
                sum = sum + Complex{from[0], from[1]} * turn + Complex{from[2], from[3]} * turn.conjugate();
                turn = turn * step;
            }
            z[j] = sum;
        }
    }

    Index cols_, terms_;
    std::vector<Complex> direction_; ///< exp(-i lon) of each column, relative to the first
    std::optional<Fft> fft_;
};

} // namespace gwsd::geo
