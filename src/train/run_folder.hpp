#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gwsd/io/checkpoint.hpp"

namespace gwsd::train {

/// The folder of a training run: best.gwsd, checkpoint_<step>.gwsd, `latest` (the newest checkpoint's name),
/// metrics.csv, run.json, config.toml. One process at a time owns it: `lock` holds its pid and an advisory lock that
/// ends with the process, so a lock left by a killed run is taken over.
class RunFolder {
public:
    /// Makes the folder if need be and locks it. Throws CannotCreate if another run owns it, if it cannot be made, and,
    /// unless `resume` or `overwrite`, if it holds a run already.
    RunFolder(const std::string& path, bool resume, bool overwrite);
    ~RunFolder();
    RunFolder(const RunFolder&) = delete;
    RunFolder& operator=(const RunFolder&) = delete;

    std::string file(const std::string& name) const { return path_ + "/" + name; }

    /// Removes the files of an earlier run; others stay.
    void clear() const;

    void save(const io::Checkpoint& checkpoint, Index step) const;
    /// Removes all but the `keep` newest checkpoints.
    void prune(Index keep) const;
    /// The newest checkpoint that is whole; a damaged one is passed over with a warning. Checkpoints newer than it are
    /// removed, since training will write them again. Nothing if there is none at all; DataError if all are damaged.
    std::optional<io::Checkpoint> load_latest() const;
    /// Removes checkpoints of later steps, which a run that goes on from `step` will write again.
    void remove_after(Index step) const;

    /// Writes a small file whole.
    void write(const std::string& name, const std::string& text) const;

    static std::string checkpoint_name(Index step);

private:
    struct Entry {
        Index step;
        std::string name;
    };
    std::vector<Entry> checkpoints() const; ///< newest first
    bool holds_run() const;
    void lock();

    std::string path_;
    int lock_ = -1;
};

} // namespace gwsd::train
