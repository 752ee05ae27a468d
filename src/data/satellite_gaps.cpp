#include <algorithm>
#include <cmath>
#include <limits>

#include "gwsd/data/views.hpp"

namespace gwsd::data {
namespace {

using SharedField = std::shared_ptr<const std::vector<float>>;

class SatelliteGaps : public io::FieldSource {
public:
    explicit SatelliteGaps(std::shared_ptr<const io::FieldSource> cube)
        : cube_(std::move(cube)),
          nothing_(std::make_shared<const std::vector<float>>(static_cast<std::size_t>(cube_->info().coarse.cells()),
                                                              std::numeric_limits<float>::quiet_NaN())),
          gap_(static_cast<std::size_t>(cube_->info().time.size()))
    {
        for (std::size_t t = 0; t < gap_.size(); ++t) {
            const SharedField given = cube_->field("gwsa", static_cast<Index>(t));
            gap_[t] = std::none_of(given->begin(), given->end(), [](float v) { return std::isfinite(v); });
        }
        // Before its record and after it the satellite is not missing a month: it was not there.
        std::fill(gap_.begin(), std::find(gap_.begin(), gap_.end(), false), false);
        std::fill(std::find(gap_.rbegin(), gap_.rend(), false).base(), gap_.end(), false);
    }

    const io::CubeInfo& info() const override { return cube_->info(); }

    SharedField field(const std::string& variable, Index t) const override
    {
        const bool in_gap = t >= 0 && t < std::ssize(gap_) && gap_[static_cast<std::size_t>(t)];
        return in_gap && variable == "gwsa_operator" ? nothing_ : cube_->field(variable, t);
    }

private:
    std::shared_ptr<const io::FieldSource> cube_;
    SharedField nothing_;
    std::vector<bool> gap_; ///< by step
};

} // namespace

std::shared_ptr<const io::FieldSource> with_satellite_gaps(std::shared_ptr<const io::FieldSource> cube)
{
    if (!cube->info().has_given || !cube->info().has_reference) return cube;
    return std::make_shared<SatelliteGaps>(std::move(cube));
}

} // namespace gwsd::data
