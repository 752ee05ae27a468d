#pragma once

#include <string>
#include <utility>
#include <vector>

namespace gwsd::train {

/// Named figures of one epoch, in the order of the columns.
using Figures = std::vector<std::pair<std::string, double>>;

/// metrics.csv: a header and a row for each epoch, on the disk as soon as the epoch is over. Numbers are printed so
/// that they read back to the same bits; NaN is an empty field.
class MetricsFile {
public:
    explicit MetricsFile(std::string path) : path_(std::move(path)) {}

    /// Keeps the header and the first `rows` rows of an earlier run, or removes the file if `rows` is 0.
    void keep(std::size_t rows) const;
    /// Throws IoError.
    void append(const Figures& figures) const;

private:
    std::string path_;
};

} // namespace gwsd::train
