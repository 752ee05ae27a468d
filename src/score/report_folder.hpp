#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "gwsd/core/interrupt.hpp"

namespace gwsd::score {

/// A folder of results that appears whole or not at all: files are written into a temporary folder beside it, which is
/// renamed by publish() and removed if publish() is not reached.
///
/// An existing folder is replaced only with `overwrite`. If it holds nothing but files of these names, it is exchanged
/// in one step; otherwise the new files take the place of the old ones one by one, files of `names` that are not made
/// this time are removed, and everything else stays.
class ReportFolder {
public:
    /// Throws CannotCreate before any work is done.
    ReportFolder(const std::string& path, bool overwrite, std::vector<std::string> names);
    ~ReportFolder();
    ReportFolder(const ReportFolder&) = delete;
    ReportFolder& operator=(const ReportFolder&) = delete;

    void write(const std::string& name, const std::string& text);
    void write(const std::string& name, std::span<const std::byte> bytes);
    void publish();

private:
    std::string path_, temporary_;
    bool exists_;
    std::vector<std::string> names_, written_;
    InterruptibleWork work_; ///< so that the temporary folder is removed
};

} // namespace gwsd::score
