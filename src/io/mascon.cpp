#include "io/mascon.hpp"

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

} // namespace

int find_gain(const InputFile& file, std::size_t of)
{
    const InputField& field = file.fields()[of];
    if (lower(field.short_name()) != "lwe_thickness") return -1;
    const int gain = find_static(file, "scale_factor");
    return gain >= 0 && geo::same_grid(file.fields()[static_cast<std::size_t>(gain)].axes->grid, field.axes->grid)
               ? gain
               : -1;
}

int find_land_mask(const InputFile& file) { return find_static(file, "lo_val"); }

} // namespace gwsd::io
