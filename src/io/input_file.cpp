#include "io/input_file.hpp"

namespace gwsd::io {
namespace {

bool same_order(const geo::FieldOrder& a, const geo::FieldOrder& b)
{
    return a.raw_rows == b.raw_rows && a.raw_cols == b.raw_cols && a.rows_descend == b.rows_descend &&
           a.repeated_column == b.repeated_column && a.transposed == b.transposed && a.column == b.column;
}

} // namespace

void InputFile::share_axes(const std::shared_ptr<const geo::OrderedGrid>& axes)
{
    for (InputField& field : fields_)
        if (field.axes->grid.lat_edges == axes->grid.lat_edges && field.axes->grid.lon_edges == axes->grid.lon_edges &&
            same_order(field.axes->order, axes->order))
            field.axes = axes;
}

} // namespace gwsd::io
