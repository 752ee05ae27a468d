#include "data/place_traits.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gwsd/core/parallel.hpp"
#include "gwsd/data/splits.hpp"

namespace gwsd::data {
namespace {

/// A static field less its mean over the square of coarse cells around: a valley lies below what is around it, wherever
/// it is. One value a cell.
std::vector<float> detail(const std::vector<float>& field, const geo::Grid& grid, Index radius)
{
    const Index rows = grid.rows(), cols = grid.cols();
    std::vector<float> out(field.size(), std::numeric_limits<float>::quiet_NaN());
    parallel_for(rows, 1, [&](Index from, Index to) {
        for (Index r = from; r < to; ++r)
            for (Index c = 0; c < cols; ++c) {
                const float own = field[static_cast<std::size_t>(r * cols + c)];
                if (!std::isfinite(own)) continue;
                double sum = 0, n = 0;
                for (Index y = std::max<Index>(0, r - radius); y <= std::min(rows - 1, r + radius); ++y)
                    for (Index dx = -radius; dx <= radius; ++dx) {
                        Index x = c + dx;
                        if (grid.periodic()) x = (x + cols) % cols;
                        if (x < 0 || x >= cols) continue;
                        const float v = field[static_cast<std::size_t>(y * cols + x)];
                        if (std::isfinite(v)) sum += static_cast<double>(v), n += 1;
                    }
                out[static_cast<std::size_t>(r * cols + c)] = static_cast<float>(static_cast<double>(own) - sum / n);
            }
    });
    return out;
}

} // namespace

std::shared_ptr<const PlaceTraits> place_traits(const io::FieldSource& cube)
{
    const io::CubeInfo& info = cube.info();
    const geo::Grid& grid = info.fine;
    PlaceTraits traits;
    traits.count = info.statics.size();
    traits.values.resize(static_cast<std::size_t>(grid.cells()) * traits.count);
    for (std::size_t a = 0; a < traits.count; ++a) {
        const auto field = detail(*cube.field(info.statics[a], 0), grid, info.factor);
        for (std::size_t i = 0; i < field.size(); ++i) traits.values[i * traits.count + a] = field[i];
    }
    for (Index i = 0; i < grid.cells(); ++i) traits.part.push_back(static_cast<int>(land_square(grid, i)));
    return std::make_shared<const PlaceTraits>(std::move(traits));
}

} // namespace gwsd::data
