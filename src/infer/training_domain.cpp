#include "infer/training_domain.hpp"

#include "gwsd/io/output.hpp"

namespace gwsd::infer {

std::vector<std::uint8_t> TrainingDomain::flags(Index t) const
{
    const std::vector<float>& land = maker_.land_fraction();
    const std::uint8_t step = maker_.has_coarse(t) ? 0 : io::status_no_satellite_month;
    std::vector<std::uint8_t> flags(land.size(), step);
    for (std::size_t i = 0; i < land.size(); ++i)
        if (land[i] > 0) flags[i] |= io::status_land;
    const data::Normalisation& seen = maker_.normalisation();
    for (const std::string& name : maker_.spec().predictors)
        mark(seen.fields.at(name), *maker_.cube().field(name, t), flags);
    for (const std::string& name : maker_.spec().statics)
        mark(seen.fields.at(name), *maker_.cube().field(name, 0), flags);
    mark(seen.target, *maker_.base(t), flags);
    return flags;
}

/// A missing value is in no range and out of none.
void TrainingDomain::mark(const data::Scaling& seen, const std::vector<float>& field, std::vector<std::uint8_t>& flags)
{
    for (std::size_t i = 0; i < field.size(); ++i) {
        const double value = static_cast<double>(field[i]);
        if ((flags[i] & io::status_land) && (value < seen.lowest || value > seen.highest))
            flags[i] |= io::status_outside_training_domain;
    }
}

} // namespace gwsd::infer
