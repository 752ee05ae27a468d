#pragma once

#include <array>
#include <complex>
#include <span>
#include <vector>

#include "gwsd/geo/grid.hpp"
#include "gwsd/score/moments.hpp"

namespace gwsd::score {

/// Zonal spectra of prediction and truth in classes of wavelength, from stretches of valid cells along rows: the mean
/// is removed and a Hann window applied. Wavelengths are true distances, so rows of all latitudes share the classes.
class Spectrum {
public:
    static constexpr int classes = 48;
    /// Lower edge of class i in km: four classes an octave from 4 km on.
    static double edge(int i);

    /// `length` is the number of cells in a stretch, a power of two.
    explicit Spectrum(Index length = 64) : length_(length) {}

    /// Adds every `step`-th row; fields are rows * cols values with NaN where missing.
    void add(const geo::Grid& grid, std::span<const float> prediction, std::span<const float> truth, Index step = 1);

    struct Line {
        double wavelength_km, prediction_power, truth_power, coherence; ///< coherence squared, 0..1
        double samples;
    };
    /// Classes that hold at least 20 samples, longest wavelength first.
    std::vector<Line> lines() const;

    /// The shortest wavelength down to which prediction and truth share half of their variance (squared coherence of
    /// 0.5 or more in this and all longer classes): the resolution that the field really has. NaN if even the longest
    /// class fails or nothing was added; the shortest class if coherence never falls.
    double effective_resolution_km() const;

private:
    void add_stretch(std::span<const float> prediction, std::span<const float> truth, double spacing_km);

    Index length_;
    std::array<double, classes> p_{}, t_{}, count_{};
    std::array<std::complex<double>, classes> cross_{};
};

/// In-place discrete Fourier transform of a power-of-two number of values.
void fourier(std::span<std::complex<double>> values);

} // namespace gwsd::score
