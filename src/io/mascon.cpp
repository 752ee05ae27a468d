#include "io/mascon.hpp"

#include <cmath>
#include <limits>

#include "io/text.hpp"

namespace gwsd::io {
namespace {

int find_static(const InputFile& file, const std::string& name)
{
    for (std::size_t i = 0; i < file.fields().size(); ++i)
        if (lower(file.fields()[i].short_name()) == name && file.fields()[i].steps.size() == 1)
            return static_cast<int>(i);
    return -1;
}

int find_gain(const InputFile& file, std::size_t of)
{
    const InputField& field = file.fields()[of];
    if (lower(field.short_name()) != "lwe_thickness") return -1;
    const int gain = find_static(file, "scale_factor");
    const bool fits =
        gain >= 0 && geo::same_grid(file.fields()[static_cast<std::size_t>(gain)].axes->grid, field.axes->grid);
    return fits ? gain : -1;
}

} // namespace

bool MasconGains::look(const InputFile& file, std::size_t of)
{
    const bool found = find_gain(file, of) >= 0;
    used_ = used_ || found;
    return found;
}

void MasconGains::apply(InputFile& file, std::size_t index, std::size_t of, std::span<float> values)
{
    if (loaded_ != index + 1) {
        const int found = find_gain(file, of);
        gains_.assign(values.size(), std::numeric_limits<float>::quiet_NaN());
        if (found >= 0) file.read(static_cast<std::size_t>(found), 0, gains_);
        loaded_ = index + 1;
    }
    for (std::size_t i = 0; i < values.size(); ++i)
        if (!std::isnan(gains_[i])) values[i] *= gains_[i];
}

bool MasconMask::take(InputFile& file)
{
    const int found = find_static(file, "lo_val");
    if (found < 0) return false;
    const auto index = static_cast<std::size_t>(found);
    file_ = file.shown();
    axes_ = file.fields()[index].axes;
    mask_.resize(static_cast<std::size_t>(axes_->grid.cells()));
    file.read(index, 0, mask_);
    return true;
}

void MasconMask::apply(std::span<float> values) const
{
    for (std::size_t i = 0; i < mask_.size(); ++i)
        if (!(mask_[i] > 0)) values[i] = std::numeric_limits<float>::quiet_NaN();
}

} // namespace gwsd::io
