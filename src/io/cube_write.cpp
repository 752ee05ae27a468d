#include <unistd.h>
#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "gwsd/core/error.hpp"
#include "gwsd/io/cube.hpp"
#include "gwsd/io/output.hpp"
#include "io/atomic_file.hpp"
#include "io/cube_layout.hpp"
#include "io/output_grid.hpp"

namespace gwsd::io {
namespace {

namespace fs = std::filesystem;

/// Some consecutive steps of a cube, or its statics, in one file.
class Part {
public:
    Part(const std::string& path, const CubeInfo& info, Index first, Index count, bool statics, bool overwrite)
        : first_(first),
          count_(count),
          plan_(cube_plan(info, first, count, statics)),
          sink_(create_netcdf(path, plan_, overwrite))
    {
    }
    bool holds(Index t) const { return t >= first_ && t < first_ + count_; }
    void put(const std::string& variable, Index t, std::span<const float> field)
    {
        sink_->put(plan_.index(variable), t < 0 ? t : t - first_,
                   std::as_bytes(std::span<const float>(with_fill(field))));
    }
    void finish() { sink_->finish(); }

private:
    Index first_, count_;
    plan::File plan_;
    std::unique_ptr<NetcdfSink> sink_;
};

/// Checks names, sizes and order for both forms of a cube.
class CheckedWriter : public CubeWriter {
public:
    CheckedWriter(std::string path, const CubeInfo& info) : path_(std::move(path)), info_(info)
    {
        if (info.factor < 1 || !geo::same_grid(geo::refine(info.coarse, info.factor), info.fine))
            throw ShapeError(path_ + ": the fine grid of a cube must be its coarse grid refined by " +
                             std::to_string(info.factor));
        if (info.time.size() < 1) throw DataError(path_ + ": a cube needs at least one step");
        for (const CubeVariable& variable : cube_variables(info))
            if (!variables_.emplace(variable.name, variable).second)
                throw ConfigError(path_ + ": the name '" + variable.name +
                                  "' is used twice in the cube; rename the predictor or static field");
    }
    void write_static(const std::string& variable, std::span<const float> field) final
    {
        check(variable, field.size(), false);
        put_static(variable, field);
    }
    void write(const std::string& variable, Index t, std::span<const float> field) final
    {
        check(variable, field.size(), true);
        if (t < last_ || t >= info_.time.size())
            throw ShapeError(path_ + ": step " + std::to_string(t) + " of '" + variable + "' comes out of order");
        last_ = t;
        put(variable, t, field);
    }

protected:
    virtual void put_static(const std::string& variable, std::span<const float> field) = 0;
    virtual void put(const std::string& variable, Index t, std::span<const float> field) = 0;

    std::string path_;
    CubeInfo info_;

private:
    void check(const std::string& name, std::size_t cells, bool steps) const
    {
        const auto found = variables_.find(name);
        if (found == variables_.end() || found->second.steps != steps)
            throw ShapeError(path_ + ": the cube has no " + (steps ? "variable '" : "static variable '") + name + "'");
        const Index expected = (found->second.fine ? info_.fine : info_.coarse).cells();
        if (static_cast<Index>(cells) != expected)
            throw ShapeError(path_ + ": '" + name + "' expects " + std::to_string(expected) + " cells, got " +
                             std::to_string(cells));
    }

    std::map<std::string, CubeVariable> variables_;
    Index last_ = 0;
};

class OneFile : public CheckedWriter {
public:
    OneFile(const std::string& path, const CubeInfo& info, bool overwrite)
        : CheckedWriter(path, info), part_(path, info, 0, info.time.size(), true, overwrite)
    {
    }
    void finish() override { part_.finish(); }

private:
    void put_static(const std::string& variable, std::span<const float> field) override
    {
        part_.put(variable, -1, field);
    }
    void put(const std::string& variable, Index t, std::span<const float> field) override
    {
        part_.put(variable, t, field);
    }
    Part part_;
};

/// static.nc and one file a year in a folder that gets its name at the end.
class Folder : public CheckedWriter {
public:
    Folder(const std::string& path, const CubeInfo& info, bool overwrite)
        : CheckedWriter(path, info), overwrite_(overwrite), temporary_(path + ".tmp." + std::to_string(::getpid()))
    {
        check_place();
        std::error_code error;
        if (!fs::create_directory(temporary_, error))
            throw CannotCreate(path_ + ": cannot create the folder " + temporary_ + ": " + error.message());
        try {
            statics_ = std::make_unique<Part>(temporary_ + "/static.nc", info_, 0, 0, true, false);
        } catch (...) {
            fs::remove_all(temporary_, error);
            throw;
        }
    }
    ~Folder() override
    {
        statics_.reset();
        part_.reset();
        std::error_code ignored;
        if (!finished_) fs::remove_all(temporary_, ignored);
    }

    void finish() override
    {
        open_until(info_.time.size());
        statics_->finish();
        sync_folder(temporary_);
        publish();
        finished_ = true;
        sync_folder(folder_of(path_));
    }

private:
    /// Only a folder that holds nothing but a cube is ever replaced.
    void check_place() const
    {
        std::error_code error;
        if (fs::exists(path_, error)) {
            if (!overwrite_) throw CannotCreate(path_ + ": exists already; use --overwrite to replace it");
            if (!fs::is_directory(path_, error))
                throw CannotCreate(path_ + ": is not a folder; end the name in .nc for a cube in one file");
            bool cube = fs::exists(path_ + "/static.nc", error) || fs::is_empty(path_, error);
            for (const auto& entry : fs::directory_iterator(path_)) cube = cube && entry.path().extension() == ".nc";
            if (!cube)
                throw CannotCreate(
                    path_ + ": holds other files than a cube, so that it is not replaced; choose another folder");
        }
        if (!fs::is_directory(folder_of(path_), error))
            throw CannotCreate(path_ + ": its folder " + folder_of(path_) + " does not exist; create it first");
    }

    void publish()
    {
        std::error_code error;
        const std::string old = path_ + ".old." + std::to_string(::getpid());
        const bool replaces = fs::exists(path_, error);
        if (replaces && !overwrite_) throw CannotCreate(path_ + ": exists already; use --overwrite to replace it");
        if (replaces) fs::rename(path_, old, error);
        if (!error) fs::rename(temporary_, path_, error);
        if (error) {
            std::error_code ignored;
            if (replaces && !fs::exists(path_, ignored)) fs::rename(old, path_, ignored);
            throw IoError(path_ + ": renaming the temporary folder failed: " + error.message());
        }
        if (replaces) fs::remove_all(old, error);
    }

    /// Ends the open year and opens those that follow, until one holds step t.
    void open_until(Index t)
    {
        while (!part_ || !part_->holds(t)) {
            if (part_) part_->finish();
            part_.reset();
            if (next_ >= info_.time.size()) return;
            const int year = info_.time.month(next_).year();
            Index end = next_;
            while (end < info_.time.size() && info_.time.month(end).year() == year) ++end;
            part_ = std::make_unique<Part>(temporary_ + "/" + std::to_string(year) + ".nc", info_, next_, end - next_,
                                           false, false);
            next_ = end;
        }
    }
    void put_static(const std::string& variable, std::span<const float> field) override
    {
        statics_->put(variable, -1, field);
    }
    void put(const std::string& variable, Index t, std::span<const float> field) override
    {
        open_until(t);
        part_->put(variable, t, field);
    }

    bool overwrite_, finished_ = false;
    std::string temporary_;
    std::unique_ptr<Part> statics_, part_;
    Index next_ = 0;
};

} // namespace

std::unique_ptr<CubeWriter> create_cube(const std::string& path, const CubeInfo& info, bool overwrite)
{
    std::string name = path;
    while (name.size() > 1 && name.back() == '/') name.pop_back();
    if (name.size() > 3 && name.ends_with(".nc")) return std::make_unique<OneFile>(name, info, overwrite);
    return std::make_unique<Folder>(name, info, overwrite);
}

} // namespace gwsd::io
