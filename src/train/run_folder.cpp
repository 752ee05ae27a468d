#include "train/run_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>

#include "gwsd/core/message.hpp"
#include "io/atomic_file.hpp"

namespace gwsd::train {
namespace {

namespace fs = std::filesystem;

constexpr std::array own_files{"best.gwsd",   "latest",   "metrics.csv",     "run.json",
                               "config.toml", "loss.png", "bad_batches.json"};

/// The step in "checkpoint_00000042.gwsd", or -1.
Index step_of(const std::string& name)
{
    long long step = -1;
    int used = 0;
    const bool matches = std::sscanf(name.c_str(), "checkpoint_%lld.gwsd%n", &step, &used) == 1 && step >= 0 &&
                         RunFolder::checkpoint_name(step) == name;
    return matches ? step : -1;
}

bool is_event_file(const std::string& name) { return name.rfind("events.out.tfevents.", 0) == 0; }

} // namespace

std::string RunFolder::checkpoint_name(Index step)
{
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "checkpoint_%08lld.gwsd", static_cast<long long>(step));
    return text.data();
}

RunFolder::RunFolder(const std::string& path, bool resume, bool overwrite) : path_(path)
{
    if (path.empty()) throw CannotCreate("output: the path is empty; give a folder with --output RUN");
    if (::mkdir(path.c_str(), 0777) != 0 && errno != EEXIST)
        throw CannotCreate(path + ": the folder of the run cannot be made: " + std::strerror(errno));
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0 || !S_ISDIR(info.st_mode))
        throw CannotCreate(path + ": is not a folder; a training run writes several files");
    if (!resume && !overwrite && holds_run())
        throw CannotCreate(path +
                           ": holds a training run already; use --resume to go on with it, --overwrite to start "
                           "again, or another --output");
    lock();
}

RunFolder::~RunFolder()
{
    ::unlink(file("lock").c_str());
    ::close(lock_);
}

bool RunFolder::holds_run() const
{
    return !checkpoints().empty() || std::any_of(own_files.begin(), own_files.end(), [this](const char* name) {
        return ::access(file(name).c_str(), F_OK) == 0;
    });
}

void RunFolder::lock()
{
    const std::string name = file("lock");
    // The owner removes the file when it ends; who locked a file that is gone tries again.
    for (int attempt = 0; attempt < 10; ++attempt) {
        lock_ = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (lock_ < 0) throw CannotCreate(name + ": cannot be made: " + std::strerror(errno));
        std::array<char, 32> text{};
        const ssize_t count = ::pread(lock_, text.data(), text.size() - 1, 0);
        const std::string pid(text.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
            ::close(lock_);
            throw CannotCreate(path_ + ": another training run (process " + pid.substr(0, pid.find('\n')) +
                               ") is at work in this folder; wait for it, stop it, or use another --output");
        }
        struct stat held {
        }, there{};
        const bool same = ::fstat(lock_, &held) == 0 && ::stat(name.c_str(), &there) == 0 &&
                          held.st_ino == there.st_ino && held.st_dev == there.st_dev;
        if (!same) {
            ::close(lock_);
            continue;
        }
        if (!pid.empty())
            note(path_ + ": took over the lock of process " + pid.substr(0, pid.find('\n')) + ", which has ended");
        const std::string own = std::to_string(::getpid()) + "\n";
        if (::ftruncate(lock_, 0) != 0 || ::pwrite(lock_, own.data(), own.size(), 0) < 0)
            throw CannotCreate(name + ": cannot be written: " + std::strerror(errno));
        return;
    }
    throw CannotCreate(name + ": other runs keep taking it; use another --output");
}

std::vector<RunFolder::Entry> RunFolder::checkpoints() const
{
    std::vector<Entry> list;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(path_, error)) {
        const std::string name = entry.path().filename().string();
        if (const Index step = step_of(name); step >= 0) list.push_back({step, name});
    }
    std::sort(list.begin(), list.end(), [](const Entry& a, const Entry& b) { return a.step > b.step; });
    return list;
}

void RunFolder::clear() const
{
    std::error_code error;
    for (const char* name : own_files) fs::remove(file(name), error);
    for (const Entry& entry : checkpoints()) fs::remove(file(entry.name), error);
    for (const auto& entry : fs::directory_iterator(path_, error))
        if (is_event_file(entry.path().filename().string())) fs::remove(entry.path(), error);
}

void RunFolder::save(const io::Checkpoint& checkpoint, Index step) const
{
    const std::string name = checkpoint_name(step);
    io::save_checkpoint(file(name), checkpoint, true);
    write("latest", name + "\n");
}

void RunFolder::prune(Index keep) const
{
    const auto list = checkpoints();
    std::error_code error;
    for (std::size_t i = static_cast<std::size_t>(keep); i < list.size(); ++i) fs::remove(file(list[i].name), error);
}

void RunFolder::remove_after(Index step) const
{
    std::error_code error;
    for (const Entry& entry : checkpoints())
        if (entry.step > step) fs::remove(file(entry.name), error);
}

std::optional<io::Checkpoint> RunFolder::load_latest() const
{
    auto list = checkpoints();
    if (list.empty()) return std::nullopt;
    std::string latest;
    std::getline(std::ifstream(file("latest")), latest);
    std::stable_partition(list.begin(), list.end(), [&](const Entry& e) { return e.name == latest; });
    std::string damage;
    for (const Entry& entry : list) {
        try {
            auto checkpoint = io::load_checkpoint(file(entry.name));
            if (!damage.empty()) warn(damage + "; going on from " + entry.name);
            remove_after(entry.step);
            return checkpoint;
        } catch (const Error& error) {
            damage += (damage.empty() ? "" : "; ") + std::string(error.what());
        }
    }
    throw DataError(path_ + ": no checkpoint is whole: " + damage + ". Start again with --overwrite");
}

void RunFolder::write(const std::string& name, const std::string& text) const
{
    io::AtomicFile out(file(name), true);
    out.write(std::as_bytes(std::span(text)));
    out.sync();
    out.publish();
}

} // namespace gwsd::train
