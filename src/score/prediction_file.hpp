#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "gwsd/io/cube.hpp"
#include "io/output_read.hpp"

namespace gwsd::score {

/// Factor that turns anomalies in `from` into `to`. Nothing if there is none.
std::optional<double> unit_factor(const std::string& from, const std::string& to);

/// A file of `gwsd downscale`, read step by step in the cube's unit.
class PredictionFile {
public:
    /// Throws DataError naming the file if its grid, unit, quantity or baseline is not that of the cube.
    PredictionFile(const std::string& path, std::string name, const io::CubeInfo& cube);

    const std::string& name() const { return name_; }
    const std::string& path() const { return file_->path(); }
    bool has_error() const { return has_error_; }
    const geo::TimeAxis& time() const { return time_; }
    /// A global attribute, empty if the file has none of that name.
    std::string attribute(const std::string& attribute) const;
    std::vector<std::pair<std::string, std::string>> attributes() const { return file_->attributes(); }
    /// Value and standard error at a step of time().steps; all missing if the file has no such step.
    void read(std::int64_t step, std::span<float> value, std::span<float> error) const;

private:
    std::string name_, variable_;
    std::unique_ptr<io::WrittenFile> file_;
    geo::TimeAxis time_;
    double factor_ = 1;
    bool has_error_ = false;
};

} // namespace gwsd::score
