#pragma once

#include <string>

#include "io/quantity.hpp"

namespace gwsd::io {

/// What kind of storage a field holds.
struct StorageFacts {
    bool total = false;    ///< total water storage
    bool absolute = false; ///< storage, not an anomaly
    std::string baseline = "unknown";
};

/// `unit` is the unit after conversion: a percentile is never absolute storage.
StorageFacts storage_facts(const InputFile& file, const InputField& field, const Quantity& quantity,
                           const std::string& unit);

} // namespace gwsd::io
