#include "io/packing.hpp"

#include <netcdf.h>

#include "io/number_text.hpp"

namespace gwsd::io {
namespace {

double single_number(const NcVariable& variable, const char* name, double otherwise)
{
    const NcAttribute* attribute = find_attribute(variable.attributes, name);
    if (!attribute) return otherwise;
    if (attribute->numbers.size() == 1) return attribute->numbers[0];
    if (const auto number = parse_number(attribute->text); attribute->numbers.empty() && number) return *number;
    throw DataError(std::string("attribute '") + name + "' is '" + attribute->text + "'; expected one number");
}

} // namespace

Packing::Packing(const NcVariable& variable)
{
    scale_ = single_number(variable, "scale_factor", 1);
    offset_ = single_number(variable, "add_offset", 0);
    if (scale_ == 0 || !std::isfinite(scale_) || !std::isfinite(offset_))
        throw DataError("scale_factor " + number_text(scale_) + " and add_offset " + number_text(offset_) +
                        " cannot unpack values; the file is damaged");
    packed_ = scale_ != 1 || offset_ != 0;

    const std::string unsigned_text = attribute_text(variable.attributes, "_Unsigned");
    if (unsigned_text == "true" || unsigned_text == "TRUE" || unsigned_text == "True")
        unsigned_range_ = variable.type == NC_BYTE    ? 256.0
                          : variable.type == NC_SHORT ? 65'536.0
                          : variable.type == NC_INT   ? 4'294'967'296.0
                                                      : 0.0;
    for (const char* name : {"_FillValue", "missing_value"}) {
        const NcAttribute* attribute = find_attribute(variable.attributes, name);
        if (!attribute) continue;
        std::vector<double> values = attribute->numbers;
        if (const auto number = parse_number(attribute->text); values.empty() && number) values = {*number};
        for (double value : values) {
            // 1e20 as a double beside float data means the float nearest to it.
            if (variable.type == NC_FLOAT) value = static_cast<double>(static_cast<float>(value));
            if (unsigned_range_ != 0 && value < 0) value += unsigned_range_;
            fills_.push_back(value);
        }
    }
    // Without the attribute netCDF fills with a value of its own; bytes have none.
    if (!find_attribute(variable.attributes, "_FillValue")) {
        if (variable.type == NC_FLOAT) fills_.push_back(static_cast<double>(NC_FILL_FLOAT));
        if (variable.type == NC_DOUBLE) fills_.push_back(NC_FILL_DOUBLE);
        if (variable.type == NC_SHORT) fills_.push_back(NC_FILL_SHORT);
        if (variable.type == NC_INT) fills_.push_back(NC_FILL_INT);
    }
}

} // namespace gwsd::io
