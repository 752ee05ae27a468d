#include <algorithm>
#include <filesystem>
#include <limits>
#include <map>
#include <set>
#include <sstream>

#include "gwsd/core/error.hpp"
#include "gwsd/io/cube.hpp"
#include "io/cube_layout.hpp"
#include "io/field_cache.hpp"
#include "io/output_read.hpp"

namespace gwsd::io {
namespace {

namespace fs = std::filesystem;
using Field = std::shared_ptr<const std::vector<float>>;

std::vector<std::string> split(const std::string& text, char at)
{
    std::vector<std::string> list;
    std::istringstream in(text);
    for (std::string item; std::getline(in, item, at);) list.push_back(item);
    return list;
}

std::string wanted(const WrittenFile& file, const std::string& name)
{
    const auto text = file.attribute(name);
    if (!text)
        throw DataError(file.path() + ": lacks the attribute '" + name +
                        "' of a gwsd cube; make it again with gwsd prepare");
    return *text;
}

void check_version(const WrittenFile& file)
{
    const auto version = file.attribute("gwsd_cube_version");
    if (!version)
        throw DataError(file.path() +
                        ": is not a gwsd cube (no attribute 'gwsd_cube_version'); make one with gwsd prepare");
    if (std::atoi(version->c_str()) > cube_version)
        throw DataError(file.path() + ": is a cube of version " + *version + ", newer than " +
                        std::to_string(cube_version) + ", which this gwsd reads; use a newer gwsd");
}

/// Everything but the time axis.
CubeInfo read_info(const WrittenFile& file)
{
    check_version(file);
    CubeInfo info;
    info.fine = file.grid();
    info.coarse = file.grid("_coarse");
    info.factor = std::atoi(wanted(file, "gwsd_factor").c_str());
    info.quantity = wanted(file, "gwsd_quantity");
    info.unit = wanted(file, "gwsd_unit");
    info.baseline = wanted(file, "gwsd_baseline");
    info.predictors = split(wanted(file, "gwsd_predictors"), ' ');
    info.predictor_units = split(wanted(file, "gwsd_predictor_units"), '|');
    info.statics = split(wanted(file, "gwsd_statics"), ' ');
    info.has_given = wanted(file, "gwsd_has_given") == "1";
    info.has_sigma = wanted(file, "gwsd_has_sigma") == "1";
    info.has_reference = wanted(file, "gwsd_has_reference") == "1";
    info.synthetic = wanted(file, "gwsd_synthetic") == "1";
    info.sources = wanted(file, "gwsd_sources");
    info.history = wanted(file, "history");
    info.time.monthly = wanted(file, "gwsd_time") == "months";
    if (info.factor < 1 || info.factor > 10000 || !geo::same_grid(geo::refine(info.coarse, info.factor), info.fine))
        throw DataError(file.path() + ": its fine grid is not its coarse grid refined by " +
                        std::to_string(info.factor));
    return info;
}

class OpenCube : public FieldSource {
public:
    OpenCube(const std::string& path, std::size_t cache_bytes) : path_(path), cache_(cache_bytes)
    {
        std::error_code error;
        if (fs::is_directory(path, error))
            open_folder();
        else
            open_part(path);
        if (info_.time.size() < 1) throw DataError(path + ": the cube has no time step");
        for (const CubeVariable& variable : cube_variables(info_)) variables_.emplace(variable.name, variable);
        check_variables();
    }

    const CubeInfo& info() const override { return info_; }

    Field field(const std::string& variable, Index t) const override
    {
        const auto found = variables_.find(variable);
        if (found == variables_.end())
            throw DataError(path_ + ": the cube has no variable '" + variable + "'; it has " + names());
        const bool steps = found->second.steps;
        if (steps && (t < 0 || t >= info_.time.size()))
            throw ShapeError(path_ + ": step " + std::to_string(t) + " of '" + variable + "' is outside the " +
                             std::to_string(info_.time.size()) + " steps");
        const FieldCache::Key key{variable, steps ? t : 0};
        if (Field kept = cache_.find(key)) return kept;
        auto field = std::make_shared<std::vector<float>>(
            static_cast<std::size_t>((found->second.fine ? info_.fine : info_.coarse).cells()));
        const Place place = steps ? places_[static_cast<std::size_t>(t)] : Place{static_part_, 0};
        parts_[place.part]->read(variable, place.step, *field);
        cache_.keep(key, field);
        return field;
    }

private:
    struct Place {
        std::size_t part = 0;
        Index step = 0;
    };

    void open_folder()
    {
        std::vector<std::string> years;
        for (const auto& entry : fs::directory_iterator(path_))
            if (entry.path().extension() == ".nc" && entry.path().filename() != "static.nc")
                years.push_back(entry.path().string());
        if (!fs::exists(path_ + "/static.nc") || years.empty())
            throw DataError(
                path_ +
                ": is not a gwsd cube; expected a folder with static.nc and a file a year, as gwsd prepare makes");
        std::sort(years.begin(), years.end());
        for (const std::string& year : years) open_part(year);
        parts_.push_back(std::make_unique<WrittenFile>(path_ + "/static.nc"));
        check_version(*parts_.back());
        static_part_ = parts_.size() - 1;
    }

    void open_part(const std::string& path)
    {
        auto file = std::make_unique<WrittenFile>(path);
        CubeInfo info = read_info(*file);
        const geo::TimeAxis time = file->time(info.time.monthly);
        if (parts_.empty())
            info_ = info;
        else if (!geo::same_grid(info.fine, info_.fine) || info.predictors != info_.predictors ||
                 info.unit != info_.unit)
            throw DataError(path + ": does not belong to the same cube as " + parts_.front()->path() +
                            " (grid, predictors or unit differ)");
        for (Index step = 0; step < time.size(); ++step) {
            const auto value = time.steps[static_cast<std::size_t>(step)];
            if (!info_.time.steps.empty() &&
                (info_.time.monthly ? value != info_.time.steps.back() + 1 : value <= info_.time.steps.back()))
                throw DataError(path + ": begins at " + time.label(step) + ", but the file before it ends at " +
                                info_.time.label(info_.time.size() - 1) + "; is a year's file missing from the cube?");
            info_.time.steps.push_back(value);
            places_.push_back({parts_.size(), step});
        }
        parts_.push_back(std::move(file));
    }

    void check_variables() const
    {
        for (const auto& [name, variable] : variables_) {
            const WrittenFile& file = *parts_[variable.steps ? 0 : static_part_];
            if (!file.has(name))
                throw DataError(file.path() + ": the cube lacks its variable '" + name +
                                "'; make it again with gwsd prepare");
        }
    }

    std::string names() const
    {
        std::string list;
        for (const auto& [name, variable] : variables_) list += (list.empty() ? "" : ", ") + name;
        return list;
    }

    std::string path_;
    CubeInfo info_;
    std::vector<std::unique_ptr<WrittenFile>> parts_;
    std::size_t static_part_ = 0;
    std::vector<Place> places_;
    std::map<std::string, CubeVariable> variables_;
    mutable FieldCache cache_;
};

} // namespace

std::shared_ptr<FieldSource> open_cube(const std::string& path, std::size_t cache_bytes)
{
    return std::make_shared<OpenCube>(path, cache_bytes);
}

} // namespace gwsd::io
