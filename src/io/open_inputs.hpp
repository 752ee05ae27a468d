#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "io/input_file.hpp"
#include "io/sniff.hpp"

namespace gwsd::io {

struct OpenOptions {
    bool allow_remote = false;
};

/// Opens what a path holds: one netCDF or GRIB file, or every data file of an archive. A child process opens it first.
/// Throws UsageError for addresses that may not be opened, InputMissing, PermissionError, DataError.
std::vector<std::unique_ptr<InputFile>> open_inputs(const std::string& path, const OpenOptions& options);

/// What open_inputs checks before it opens a file, for many files at the price of one child process.
void probe_inputs(const std::vector<std::string>& paths);

/// Opens one file of a kind, without a probe.
std::unique_ptr<InputFile> open_kind(const InputPath& path, FileKind kind);

/// Opens a file of a kind in a child process first, which reads some of it, and then here.
std::unique_ptr<InputFile> open_probed(const InputPath& path, FileKind kind);

/// Every data file within a ZIP; `depth` counts archives within archives, and `keep` lives as long as the files do.
std::vector<std::unique_ptr<InputFile>> open_archive(const InputPath& path, int depth = 0,
                                                     std::shared_ptr<void> keep = nullptr);

} // namespace gwsd::io
