#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <set>

#include "gwsd/core/error.hpp"
#include "gwsd/io/merge.hpp"
#include "gwsd/io/output.hpp"
#include "io/output_attributes.hpp"
#include "io/output_read.hpp"

namespace gwsd::io {
namespace {

struct Shard {
    std::unique_ptr<WrittenFile> file;
    OutputInfo info;
    std::string stamp;                          ///< of its creation
    std::map<std::string, std::string> figures; ///< over the steps of the shard, of which the largest holds for all
};

std::string text_of(const WrittenFile& file, const std::string& name, const std::string& variable = {})
{
    const auto text = file.attribute(name, variable);
    if (!text)
        throw DataError(file.path() + ": lacks the attribute '" + name + "'; expected an output of gwsd downscale");
    return *text;
}

std::vector<std::string> words(const std::string& text)
{
    std::vector<std::string> list;
    for (std::size_t from = 0; from < text.size();) {
        const std::size_t to = std::min(text.find(' ', from), text.size());
        if (to > from) list.push_back(text.substr(from, to - from));
        from = to + 1;
    }
    return list;
}

Shard open_shard(const std::string& path)
{
    Shard shard{std::make_unique<WrittenFile>(path), {}, {}, {}};
    const WrittenFile& file = *shard.file;
    OutputInfo& info = shard.info;
    info.quantity = file.has("gwsa") ? "gwsa" : "twsa";
    if (!file.has(info.quantity))
        throw DataError(path + ": has neither 'gwsa' nor 'twsa'; expected an output of gwsd downscale");
    info.has_error = file.has(info.quantity + "_standard_error");
    info.unit = text_of(file, "units", info.quantity);
    info.baseline = text_of(file, "gwsd_baseline");
    info.grid = file.grid();
    // A bound that spans one day is an instant's.
    const std::vector<double> bounds = file.values("time_bnds");
    if (bounds.size() < 2) throw DataError(path + ": holds no step");
    info.time = file.time(bounds[1] - bounds[0] > 1.5);
    const std::string conventions = text_of(file, "Conventions");
    info.cf = conventions.starts_with("CF-1.13") ? "1.13" : "1.11";
    info.absent_months = words(file.attribute("gwsd_absent_months").value_or(""));
    const std::string history = text_of(file, "history");
    const auto space = history.find(' ');
    shard.stamp = history.substr(0, space);
    info.history = space == std::string::npos ? "" : history.substr(space + 1);
    for (const auto& [name, value] : file.attributes())
        if (name == "gwsd_mass_residual_max" || name == "gwsd_seam_index")
            shard.figures[name] = value;
        else if (!is_computed_attribute(name))
            info.attributes.emplace_back(name, value);
    return shard;
}

void check_same_run(const Shard& first, const Shard& other)
{
    const auto differ = [&](const std::string& what) {
        throw DataError(other.file->path() + ": its " + what + " differs from that of " + first.file->path() +
                        "; expected shards of one run of gwsd downscale");
    };
    if (!geo::same_grid(first.info.grid, other.info.grid)) differ("grid");
    if (first.info.quantity != other.info.quantity) differ("quantity");
    if (first.info.unit != other.info.unit) differ("unit");
    if (first.info.baseline != other.info.baseline) differ("baseline");
    if (first.info.has_error != other.info.has_error) differ("standard error");
    if (first.info.cf != other.info.cf) differ("version of CF");
    if (first.info.time.monthly != other.info.time.monthly) differ("kind of time axis");
    if (first.info.attributes.size() != other.info.attributes.size()) differ("list of attributes");
    for (std::size_t i = 0; i < first.info.attributes.size(); ++i)
        if (first.info.attributes[i] != other.info.attributes[i])
            differ("attribute '" + first.info.attributes[i].first + "'");
}

/// The text with the largest number of each figure.
std::map<std::string, std::string> largest_figures(const std::vector<Shard>& shards)
{
    const auto number = [](const std::string& text) {
        double value = -1;
        std::from_chars(text.data(), text.data() + text.size(), value);
        return value;
    };
    std::map<std::string, std::string> largest;
    for (const Shard& shard : shards)
        for (const auto& [name, text] : shard.figures)
            if (const auto [place, added] = largest.try_emplace(name, text);
                !added && number(text) > number(place->second))
                place->second = text;
    return largest;
}

/// "gwsd downscale --shard 1/4 --cube c" becomes "gwsd downscale --cube c".
std::string without_shard(const std::string& history)
{
    std::string text;
    bool skip = false;
    for (const std::string& word : words(history)) {
        if (skip || word.starts_with("--shard="))
            skip = false;
        else if (word == "--shard")
            skip = true;
        else
            text += (text.empty() ? "" : " ") + word;
    }
    return text;
}

} // namespace

void merge_outputs(const std::vector<std::string>& paths, const std::string& path, bool overwrite)
{
    if (paths.empty()) throw UsageError("merge: give the shards to join");
    check_output(path, overwrite, paths);
    std::vector<Shard> shards;
    for (const std::string& shard : paths) shards.push_back(open_shard(shard));
    std::map<std::int64_t, std::pair<const WrittenFile*, Index>> steps;
    std::set<std::string> absent;
    for (const Shard& shard : shards) {
        check_same_run(shards.front(), shard);
        absent.insert(shard.info.absent_months.begin(), shard.info.absent_months.end());
        for (Index t = 0; t < shard.info.time.size(); ++t) {
            const auto [place, added] =
                steps.try_emplace(shard.info.time.steps[static_cast<std::size_t>(t)], shard.file.get(), t);
            if (!added)
                throw DataError(shard.file->path() + ": holds " + shard.info.time.label(t) + ", which " +
                                place->second.first->path() + " holds too; leave one of them out");
        }
    }
    OutputInfo info = shards.front().info;
    info.history = without_shard(info.history);
    info.absent_months.assign(absent.begin(), absent.end());
    info.time.steps.clear();
    for (const auto& [step, place] : steps) info.time.steps.push_back(step);
    info.attributes.emplace_back("history", shards.front().stamp + " " + info.history);
    for (const char* name : {"date_created", "date_modified", "date_issued", "date_metadata_modified"})
        info.attributes.emplace_back(name, shards.front().stamp);

    const auto writer = create_output(path, info, overwrite);
    std::vector<float> value(static_cast<std::size_t>(info.grid.cells())), error(info.has_error ? value.size() : 0);
    Index t = 0;
    for (const auto& [step, place] : steps) {
        place.first->read(info.quantity, place.second, value);
        if (info.has_error) place.first->read(info.quantity + "_standard_error", place.second, error);
        writer->write(t++, value, error);
    }
    for (const auto& [name, text] : largest_figures(shards)) writer->set_attribute(name, text);
    writer->finish();
}

} // namespace gwsd::io
