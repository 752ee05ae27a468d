#pragma once

#include <cstdint>
#include <string>

#include "train/metrics_file.hpp"

namespace gwsd::train {

/// A TensorBoard event file of scalars: records of TFRecord framing (length, masked CRC-32C of the length, data, masked
/// CRC-32C of the data), each a protobuf Event. Written by hand, since a scalar needs six fields.
class EventFile {
public:
    /// Makes events.out.tfevents.<seconds>.gwsd in `folder`; throws IoError.
    explicit EventFile(const std::string& folder);

    void append(const Figures& figures, std::int64_t step) const;

private:
    void write(const std::string& event) const;

    std::string path_;
};

/// CRC-32C (Castagnoli), as TFRecord uses it.
std::uint32_t crc32c(const std::string& bytes);

} // namespace gwsd::train
