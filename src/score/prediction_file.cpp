#include "score/prediction_file.hpp"

#include <algorithm>
#include <limits>

#include "gwsd/core/error.hpp"
#include "gwsd/io/units.hpp"

namespace gwsd::score {

std::optional<double> unit_factor(const std::string& from, const std::string& to)
{
    if (from == to) return 1.0;
    if (!io::units_convertible(from, to)) return std::nullopt;
    const io::UnitConversion conversion = io::unit_conversion(from, to);
    if (conversion.offset != 0) return std::nullopt; // an anomaly has no other zero
    return conversion.scale;
}

PredictionFile::PredictionFile(const std::string& path, std::string name, const io::CubeInfo& cube)
    : name_(std::move(name)), variable_(cube.quantity), file_(std::make_unique<io::WrittenFile>(path))
{
    if (!file_->has(variable_)) {
        const std::string other = file_->has("gwsa") ? "gwsa" : file_->has("twsa") ? "twsa" : "";
        throw DataError(path + ": has no variable '" + variable_ + "', which is what the cube holds" +
                        (other.empty() ? "; is it an output of gwsd downscale?"
                                       : ", but '" + other + "'; give the cube that this file was made from"));
    }
    const geo::Grid grid = file_->grid();
    if (!geo::same_grid(grid, cube.fine))
        throw DataError(path + ": '" + variable_ + "' is on a grid of " + std::to_string(grid.rows()) + " x " +
                        std::to_string(grid.cols()) + " cells from " + std::to_string(grid.lat_edges.front()) + " N, " +
                        std::to_string(grid.lon_edges.front()) + " E, the cube's fine grid has " +
                        std::to_string(cube.fine.rows()) + " x " + std::to_string(cube.fine.cols()) + " from " +
                        std::to_string(cube.fine.lat_edges.front()) + " N, " +
                        std::to_string(cube.fine.lon_edges.front()) + " E; give the cube that this file was made from");
    const std::string unit = file_->attribute("units", variable_).value_or("");
    const auto factor = unit_factor(unit, cube.unit);
    if (!factor)
        throw DataError(path + ": '" + variable_ + "' has units '" + unit + "', the cube has '" + cube.unit +
                        "'; give the cube that this file was made from");
    factor_ = *factor;
    const std::string baseline = attribute("gwsd_baseline");
    if (baseline != cube.baseline && !baseline.empty() && baseline != "unknown" && cube.baseline != "unknown")
        throw DataError(path + ": anomalies against " + baseline + ", the cube's are against " + cube.baseline +
                        "; make the prediction without --baseline to score it");
    time_ = file_->time(cube.time.monthly);
    has_error_ = file_->has(variable_ + "_standard_error");
}

std::string PredictionFile::attribute(const std::string& attribute) const
{
    return file_->attribute(attribute).value_or("");
}

void PredictionFile::read(std::int64_t step, std::span<float> value, std::span<float> error) const
{
    const auto fill = [](std::span<float> field) {
        std::fill(field.begin(), field.end(), std::numeric_limits<float>::quiet_NaN());
    };
    const auto scale = [this](std::span<float> field) {
        if (factor_ != 1)
            for (float& v : field) v = static_cast<float>(v * factor_);
    };
    const auto t = time_.find(step);
    if (t < 0) {
        fill(value), fill(error);
        return;
    }
    file_->read(variable_, t, value);
    scale(value);
    if (error.empty()) return;
    if (has_error_) {
        file_->read(variable_ + "_standard_error", t, error);
        scale(error);
    } else {
        fill(error);
    }
}

} // namespace gwsd::score
