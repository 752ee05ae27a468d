#include "score/baselines.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gwsd/core/parallel.hpp"

namespace gwsd::score {

namespace {

constexpr geo::Method methods[] = {geo::Method::nearest, geo::Method::bilinear, geo::Method::bicubic,
                                   geo::Method::smooth_conservative};

} // namespace

const std::vector<std::string>& Baselines::names()
{
    static const std::vector<std::string> list{"nearest", "bilinear", "bicubic", "smooth_conservative"};
    return list;
}

Baselines::Baselines(const geo::Grid& coarse, const geo::Grid& fine, Index factor, std::span<const float> land_fraction)
    : coarse_(coarse), fine_(fine), coarse_land_(static_cast<std::size_t>(coarse.cells()))
{
    for (Index row = 0; row < fine.rows(); ++row)
        for (Index col = 0; col < fine.cols(); ++col) {
            const auto block = static_cast<std::size_t>(row / factor * coarse.cols() + col / factor);
            coarse_land_[block] =
                std::max(coarse_land_[block], land_fraction[static_cast<std::size_t>(row * fine.cols() + col)]);
        }
    for (const geo::Method method : methods) regridders_.push_back(geo::make_regridder(method, coarse, fine));
}

bool Baselines::interpolate(std::span<const float> coarse, std::vector<std::vector<float>>& fields) const
{
    const auto cells = static_cast<std::size_t>(fine_.cells());
    fields.resize(regridders_.size());
    for (auto& field : fields) field.resize(cells);
    if (std::none_of(coarse.begin(), coarse.end(), [](float v) { return std::isfinite(v); })) {
        for (auto& field : fields) std::fill(field.begin(), field.end(), std::numeric_limits<float>::quiet_NaN());
        return false;
    }
    std::vector<float> filled(coarse.begin(), coarse.end());
    geo::fill_nearest(coarse_, filled, coarse_land_);
    regridders_[0]->apply(filled, fields[0]);
    const std::vector<float>& nearest = fields[0];
    for (std::size_t m = 1; m < regridders_.size(); ++m) {
        regridders_[m]->apply(coarse, fields[m]);
        parallel_for(fine_.cells(), 1 << 16, [&](Index begin, Index end) {
            for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
                if (std::isnan(fields[m][i])) fields[m][i] = nearest[i];
        });
    }
    return true;
}

} // namespace gwsd::score
