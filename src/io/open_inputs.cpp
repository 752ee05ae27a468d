#include "io/open_inputs.hpp"

#include <algorithm>
#include <ctime>
#include <mutex>
#include <set>
#include <tuple>

#include "gwsd/core/error.hpp"
#include "io/classic_header.hpp"
#include "io/input_name.hpp"
#include "io/probe.hpp"

namespace gwsd::io {
namespace {

/// Files that a child process of this run has opened without harm.
class Probed {
public:
    bool contains(const FileState& state)
    {
        const std::lock_guard lock(mutex_);
        return known_.contains(key(state));
    }
    void add(const FileState& state)
    {
        const std::lock_guard lock(mutex_);
        known_.insert(key(state));
    }

private:
    using Key = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, std::int64_t>;
    static Key key(const FileState& s) { return {s.device, s.inode, s.size, s.changed}; }
    std::mutex mutex_;
    std::set<Key> known_;
};

Probed& probed()
{
    static Probed files;
    return files;
}

/// Reads all of a small file, some steps of a large one. Damage that the library reports is told when the parent comes
/// to it; this is about damage that kills.
void exercise(InputFile& file)
{
    constexpr Index all_below = 8'000'000; // values
    const std::clock_t enough = std::clock() + 3 * CLOCKS_PER_SEC / 2;
    Index values = 0;
    for (const InputField& field : file.fields()) values += std::ssize(field.steps) * field.axes->grid.cells();
    for (std::size_t f = 0; f < file.fields().size(); ++f) {
        const InputField& field = file.fields()[f];
        const Index steps = std::ssize(field.steps);
        std::vector<float> values_of(static_cast<std::size_t>(field.axes->grid.cells()));
        for (Index step = 0; step < steps && std::clock() < enough; ++step) {
            if (values > all_below && step != 0 && step != steps / 2 && step != steps - 1) continue;
            try {
                file.read(f, step, values_of);
            } catch (const DataError&) {
                break;
            }
        }
    }
}

struct Checked {
    InputPath path;
    FileKind kind = FileKind::netcdf4;
};

Checked check(const std::string& path)
{
    Checked checked{{path, path, check_input_file(path)}, FileKind::netcdf4};
    checked.kind = sniff(path);
    if (checked.kind == FileKind::netcdf_classic) check_classic_size(path, checked.path.state->size);
    if (checked.kind == FileKind::model)
        throw DataError(path + ": is a model (safetensors layout), not a field; models go to --model");
    return checked;
}

} // namespace

std::unique_ptr<InputFile> open_kind(const InputPath& path, FileKind kind)
{
    return kind == FileKind::grib ? open_grib_input(path) : open_netcdf_input(path);
}

std::unique_ptr<InputFile> open_probed(const InputPath& path, FileKind kind)
{
    if (!path.state || !probed().contains(*path.state)) {
        const std::uint64_t bytes = path.state ? path.state->size : 0;
        run_guarded(
            {path.shown}, [&](std::size_t) { exercise(*open_kind(path, kind)); }, ProbeLimits::for_bytes(bytes));
        if (path.state) probed().add(*path.state);
    }
    return open_kind(path, kind);
}

void probe_inputs(const std::vector<std::string>& paths)
{
    std::vector<Checked> files;
    std::vector<std::string> names;
    std::uint64_t largest = 0;
    for (const std::string& path : paths) {
        if (is_remote(path)) continue;
        const Checked checked = check(path);
        if (checked.kind == FileKind::zip || probed().contains(*checked.path.state)) continue;
        files.push_back(checked);
        names.push_back(path);
        largest = std::max(largest, checked.path.state->size);
    }
    run_guarded(
        names, [&](std::size_t i) { exercise(*open_kind(files[i].path, files[i].kind)); },
        ProbeLimits::for_bytes(largest));
    for (const Checked& checked : files) probed().add(*checked.path.state);
}

std::vector<std::unique_ptr<InputFile>> open_inputs(const std::string& path, const OpenOptions& options)
{
    std::vector<std::unique_ptr<InputFile>> list;
    if (is_remote(path)) {
        if (!options.allow_remote)
            throw UsageError(path +
                             ": is an address, not a file, and nothing was opened; download it first, or allow it "
                             "with --allow-remote");
        list.push_back(open_probed({path, path, std::nullopt}, FileKind::netcdf4));
        return list;
    }
    const Checked checked = check(path);
    if (checked.kind == FileKind::zip) return open_archive(checked.path);
    list.push_back(open_probed(checked.path, checked.kind));
    return list;
}

} // namespace gwsd::io
