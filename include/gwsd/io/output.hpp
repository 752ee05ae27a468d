#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gwsd/geo/calendar.hpp"
#include "gwsd/geo/grid.hpp"

namespace gwsd::io {

/// Throws CannotCreate (exists without `overwrite`, folder missing or read-only, same file as one of `inputs`) before
/// any work is done.
void check_output(const std::string& path, bool overwrite, const std::vector<std::string>& inputs = {});

/// Writes bytes to a temporary file beside `path`, syncs, renames: the file appears whole or not at all (IoError).
void write_file(const std::string& path, std::span<const std::byte> bytes, bool overwrite);
void write_text(const std::string& path, const std::string& text, bool overwrite);

/// What the fine output says about itself (SPEC 7, default_cf111).
struct OutputInfo {
    geo::Grid grid;
    geo::TimeAxis time;            ///< the steps in the file
    std::string quantity = "gwsa"; ///< variable name; the error is <quantity>_standard_error
    std::string unit = "mm";
    std::string baseline = "unknown"; ///< gwsd_baseline
    bool has_error = true;
    std::string cf = "1.11"; ///< or "1.13": adds the anomaly norm
    std::vector<std::string> absent_months;
    std::vector<std::pair<std::string, std::string>> attributes; ///< truth mode, model hash, input hashes, title, ...
    std::string history; ///< one line; the time stamp is put before it (SOURCE_DATE_EPOCH is honoured)
};

/// Writes the CF output one month at a time; nothing appears at `path` before finish(). Files over 500 MB are written
/// by a child process into a temporary file that is read back; smaller ones come from a memory image.
class OutputWriter {
public:
    virtual ~OutputWriter() = default;
    /// Values in info.unit, NaN where missing; `error` may be empty if has_error is false.
    virtual void write(Index t, std::span<const float> value, std::span<const float> error) = 0;
    /// Adds a global attribute that is known only when all steps are written. Of gwsd_mass_residual_max and
    /// gwsd_seam_index a merged file takes the largest of its shards'.
    virtual void set_attribute(const std::string& name, const std::string& text) = 0;
    virtual void finish() = 0;
};

/// Throws CannotCreate, ConfigError (cf 1.13 without a known baseline), IoError.
std::unique_ptr<OutputWriter> create_output(const std::string& path, const OutputInfo& info, bool overwrite);

/// Bits of the status of a cell at a step; a file of its own, since `cdo mulc` fails on an integer field beside floats.
enum StatusFlag : std::uint8_t { status_land = 1, status_no_satellite_month = 2, status_outside_training_domain = 4 };

class FlagsWriter {
public:
    virtual ~FlagsWriter() = default;
    /// One byte a cell, an OR of StatusFlag.
    virtual void write(Index t, std::span<const std::uint8_t> flags) = 0;
    virtual void finish() = 0;
};

std::unique_ptr<FlagsWriter> create_flags(const std::string& path, const OutputInfo& info, bool overwrite);

} // namespace gwsd::io
