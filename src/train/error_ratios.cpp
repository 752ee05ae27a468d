#include "train/error_ratios.hpp"

#include <algorithm>
#include <cmath>

namespace gwsd::train {
namespace {

constexpr double lowest_octave = -ErrorRatios::octaves / 2;

/// Where a ratio lies among the bins; not a whole number.
double place_in_bins(double ratio)
{
    const double place = (std::log2(ratio) - lowest_octave) * ErrorRatios::per_octave; // -inf for 0
    return std::clamp(place, 0.0, ErrorRatios::per_octave * ErrorRatios::octaves - 1e-6);
}

} // namespace

void ErrorRatios::add(double ratio, double weight)
{
    weight_[static_cast<std::size_t>(place_in_bins(ratio))] += weight;
    total_ += weight, squares_ += weight * ratio * ratio;
}

ErrorRatios& ErrorRatios::operator+=(const ErrorRatios& other)
{
    for (std::size_t i = 0; i < weight_.size(); ++i) weight_[i] += other.weight_[i];
    total_ += other.total_, squares_ += other.squares_;
    return *this;
}

double ErrorRatios::quantile(double level) const
{
    if (!(total_ > 0)) return 0;
    const double wanted = level * total_;
    double below = 0;
    std::size_t last = 0;
    for (std::size_t i = 0; i < weight_.size(); ++i) {
        if (!(weight_[i] > 0)) continue;
        last = i + 1;
        if (below + weight_[i] >= wanted) {
            const double share = std::max(0.0, wanted - below) / weight_[i];
            return std::exp2(lowest_octave + (static_cast<double>(i) + share) / per_octave);
        }
        below += weight_[i];
    }
    return std::exp2(lowest_octave + static_cast<double>(last) / per_octave); // rounding of the sums
}

double ErrorRatios::share_below(double ratio) const
{
    if (!(total_ > 0)) return 0;
    const double place = place_in_bins(ratio);
    const auto bin = static_cast<std::size_t>(place);
    double below = 0;
    for (std::size_t i = 0; i < bin; ++i) below += weight_[i];
    return std::min(1.0, (below + (place - static_cast<double>(bin)) * weight_[bin]) / total_);
}

double ErrorRatios::rms() const { return total_ > 0 ? std::sqrt(squares_ / total_) : 0; }

std::uint64_t GroupedErrors::piece(double lat, double lon, geo::Month month)
{
    const auto cut = [](double degrees) { return static_cast<std::uint64_t>(std::floor(degrees / block_degrees)); };
    const int season = (month.index + 1) / 3; // from December on, as the groups are
    return (static_cast<std::uint64_t>(season) << 32) | (cut(lat + 90) << 16) | cut(lon + 360);
}

GroupedErrors::Group GroupedErrors::sum(Index first, Index last) const
{
    Group all;
    for (Index g = first; g < last; ++g) {
        all.ratios += (*this)[g].ratios;
        all.pieces.insert((*this)[g].pieces.begin(), (*this)[g].pieces.end());
    }
    return all;
}

void GroupedErrors::clear(Index first, Index last)
{
    for (Index g = first; g < last; ++g) groups_[static_cast<std::size_t>(g)] = {};
}

} // namespace gwsd::train
