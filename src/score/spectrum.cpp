#include "gwsd/score/spectrum.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace gwsd::score {

double Spectrum::edge(int i) { return 4.0 * std::exp2(i / 4.0); }

void fourier(std::span<std::complex<double>> values)
{
    const std::size_t n = values.size();
    for (std::size_t i = 1, j = 0; i < n; ++i) {
        std::size_t bit = n >> 1;
        for (; j & bit; bit >>= 1) j ^= bit;
        j ^= bit;
        if (i < j) std::swap(values[i], values[j]);
    }
    for (std::size_t half = 1; half < n; half *= 2) {
        const std::complex<double> root = std::polar(1.0, -std::numbers::pi / static_cast<double>(half));
        for (std::size_t start = 0; start < n; start += 2 * half) {
            std::complex<double> turn = 1.0;
            for (std::size_t k = start; k < start + half; ++k, turn *= root) {
                const auto odd = turn * values[k + half];
                values[k + half] = values[k] - odd;
                values[k] += odd;
            }
        }
    }
}

void Spectrum::add(const geo::Grid& grid, std::span<const float> prediction, std::span<const float> truth, Index step)
{
    const Index cols = grid.cols();
    for (Index row = 0; row < grid.rows(); row += step) {
        const double width = (grid.lon_edges.back() - grid.lon_edges.front()) / static_cast<double>(cols);
        const double spacing = width * std::numbers::pi / 180 * geo::earth_radius / 1000 *
                               std::cos(grid.lat(row) * std::numbers::pi / 180);
        Index valid = 0;
        for (Index col = 0; col < cols; ++col) {
            const auto i = static_cast<std::size_t>(row * cols + col);
            valid = std::isfinite(prediction[i]) && std::isfinite(truth[i]) ? valid + 1 : 0;
            if (valid < length_) continue;
            const auto from = i + 1 - static_cast<std::size_t>(length_);
            const auto n = static_cast<std::size_t>(length_);
            add_stretch(prediction.subspan(from, n), truth.subspan(from, n), spacing);
            valid = length_ / 2; // stretches overlap by half, which the window makes up for
        }
    }
}

void Spectrum::add_stretch(std::span<const float> prediction, std::span<const float> truth, double spacing_km)
{
    const std::size_t n = prediction.size();
    // Both series are real, so one complex transform serves them: p in the real part, t in the imaginary one.
    std::vector<std::complex<double>> z(n);
    std::complex<double> mean = 0;
    for (std::size_t i = 0; i < n; ++i) mean += std::complex<double>(prediction[i], truth[i]) / static_cast<double>(n);
    for (std::size_t i = 0; i < n; ++i) {
        const double window =
            0.5 - 0.5 * std::cos(2 * std::numbers::pi * (static_cast<double>(i) + 0.5) / static_cast<double>(n));
        z[i] = window * (std::complex<double>(prediction[i], truth[i]) - mean);
    }
    fourier(z);
    for (std::size_t k = 1; k <= n / 2; ++k) {
        const auto a = z[k], b = std::conj(z[n - k]);
        const auto p = 0.5 * (a + b), t = std::complex<double>(0, -0.5) * (a - b);
        const double wavelength = static_cast<double>(n) * spacing_km / static_cast<double>(k);
        const int c = static_cast<int>(std::floor(std::log2(wavelength / 4.0) * 4.0));
        if (c < 0 || c >= classes) continue;
        const auto i = static_cast<std::size_t>(c);
        p_[i] += std::norm(p);
        t_[i] += std::norm(t);
        cross_[i] += p * std::conj(t);
        count_[i] += 1;
    }
}

std::vector<Spectrum::Line> Spectrum::lines() const
{
    std::vector<Line> result;
    for (int c = classes - 1; c >= 0; --c) {
        const auto i = static_cast<std::size_t>(c);
        if (count_[i] < 20) continue;
        const double product = p_[i] * t_[i];
        result.push_back({std::sqrt(edge(c) * edge(c + 1)), p_[i] / count_[i], t_[i] / count_[i],
                          product > 0 ? std::norm(cross_[i]) / product : 0.0, count_[i]});
    }
    return result;
}

double Spectrum::effective_resolution_km() const
{
    double reached = not_defined;
    for (const Line& line : lines()) {
        if (line.coherence < 0.5) break;
        reached = line.wavelength_km;
    }
    return reached;
}

} // namespace gwsd::score
