#pragma once

#include <array>
#include <string>
#include <vector>

#include "gwsd/geo/grid.hpp"
#include "gwsd/train/climate_zones.hpp"

namespace gwsd::train {

/// What a place is to a network: one whose truth it has learnt from, or one that it has not seen.
enum class Place { trained, unseen };

/// How a network's sigma is corrected where it is applied (docs/explanations/calibration.md): multiplied by the factor
/// of its group, so that mean +- 1.645 sigma holds nine truths of ten there. Fitted on blocked validation errors,
/// stored in the model file.
struct Recalibration {
    static constexpr Index seasons = 4;
    static constexpr int levels = 19; ///< 5, 10, .. 95 %, as the scores have them
    static double level(int i) { return 0.05 * (i + 1); }

    std::string method = "none"; ///< none, variance, isotonic or conformal
    ClimateZones zones;
    geo::Region extent;          ///< of the training grid: what lies beyond is unseen
    std::string unseen_from;     ///< "folds", "told" or "trained": whose errors calibrate unseen places
    Index dropout_samples = 0;   ///< that the predictions were mixed of whose errors it is fitted to
    std::vector<double> factors; ///< [place, zone, season]
    /// Share of the validation errors inside the central Gaussian interval of each level after the correction; 0.9 at
    /// 0.9. Empty: not known.
    std::vector<double> observed;

    Index groups() const { return 2 * zones.count() * seasons; }
    Index group(Place place, Index zone, Index season) const
    {
        return ((place == Place::unseen ? zones.count() : 0) + zone) * seasons + season;
    }
    double factor(Place place, Index zone, Index season) const
    {
        return factors[static_cast<std::size_t>(group(place, zone, season))];
    }

    std::string to_json() const;
    static Recalibration from_json(const std::string& text); ///< throws DataError
};

} // namespace gwsd::train
