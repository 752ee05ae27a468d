#pragma once

#include <string>
#include <vector>

#include "score/evaluation.hpp"
#include "score/pictures.hpp"

namespace gwsd::score {

/// What the report says about how it was made.
struct ReportContext {
    std::string command, prediction, truth, cube;
    std::string sources; ///< JSON list of the cube's input files
};

/// report.html: one file without any reference to another, readable on a phone and in the dark.
std::string report_html(const Evaluation& evaluation, const std::vector<Picture>& pictures,
                        const ReportContext& context);

/// Base64 after RFC 4648.
std::string base64(std::span<const std::byte> bytes);

} // namespace gwsd::score
