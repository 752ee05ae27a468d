#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "gwsd/core/error.hpp"
#include "io/field_axes.hpp"
#include "io/input_file.hpp"
#include "io/packing.hpp"

namespace gwsd::io {
namespace {

constexpr std::size_t block_bytes = std::size_t{192} << 20; ///< most memory for steps that are read together

/// How a field lies in its file.
struct StoredField {
    const NcVariable* variable = nullptr;
    FieldShape shape;
    Packing packing;
    std::vector<std::size_t> expver_order; ///< positions along expver, final first
    Index block = 1;                       ///< steps that are read together
};

class NetcdfInput : public InputFile {
public:
    explicit NetcdfInput(const InputPath& path) : path_(path), file_(path.path, path.shown)
    {
        shown_ = path.shown;
        format_ = file_.format();
        attributes_ = file_.attributes();
        FieldAxes axes(file_);
        for (const NcVariable& variable : file_.variables())
            for (const char* attribute : {"bounds", "climatology"})
                if (const std::string name = attribute_text(variable.attributes, attribute); !name.empty())
                    bounds_.insert(variable.group_path() + name);
        for (const NcVariable& variable : file_.variables()) list(variable, axes);
    }

    void read(std::size_t field, Index step, std::span<float> out) override
    {
        const StoredField& stored = stored_.at(field);
        const geo::FieldOrder& order = fields_[field].axes->order;
        if (cached_field_ != field || step < cached_from_ || step >= cached_from_ + cached_count_) {
            cached_count_ = 0; // nothing is kept if the read fails
            cached_field_ = field;
            cached_from_ = step / stored.block * stored.block;
            const Index count = std::min(stored.block, std::ssize(fields_[field].steps) - cached_from_);
            fill_cache(stored, order, cached_from_, count);
            cached_count_ = count;
        }
        const auto cells = static_cast<std::size_t>(order.raw_cells());
        order.apply(
            std::span<const float>(cache_).subspan(static_cast<std::size_t>(step - cached_from_) * cells, cells), out);
    }

    void close() override
    {
        file_.close();
        cache_ = std::vector<float>(); // `= {}` would keep its memory
        cached_count_ = 0;
    }

    void check_unchanged() const override
    {
        if (path_.state) io::check_unchanged(path_.path, *path_.state);
    }

private:
    void list(const NcVariable& variable, FieldAxes& axes)
    {
        const bool flat = variable.dimensions.size() < 2 || bounds_.contains(variable.name);
        if (flat || variable.kind != NcKind::number) {
            others_.push_back(
                {variable.name, flat ? "has fewer than two dimensions, or bounds another" : "holds no numbers", !flat});
            return;
        }
        try {
            InputField field{variable.name, variable.attributes, nullptr, false, {}, {}};
            StoredField stored;
            stored.shape = axes.describe(variable, field);
            stored.variable = &variable;
            stored.packing = Packing(variable);
            if (stored.shape.expver >= 0) order_expver(stored);
            stored.block = block_of(stored, field);
            fields_.push_back(std::move(field));
            stored_.push_back(std::move(stored));
        } catch (const DataError& error) {
            others_.push_back({variable.name, error.what(), true});
        }
    }

    /// Final values (expver 1) come first, whatever their place along the dimension.
    void order_expver(StoredField& stored)
    {
        const NcDimension& dimension = stored.variable->dimensions[static_cast<std::size_t>(stored.shape.expver)];
        std::vector<double> versions;
        for (const NcVariable& v : file_.variables())
            if (v.short_name() == dimension.name && v.dimensions.size() == 1 && v.kind == NcKind::number)
                versions = file_.numbers(v);
        for (std::size_t i = 0; i < static_cast<std::size_t>(dimension.length); ++i) stored.expver_order.push_back(i);
        if (versions.size() == stored.expver_order.size())
            std::stable_sort(stored.expver_order.begin(), stored.expver_order.end(),
                             [&](std::size_t a, std::size_t b) { return versions[a] < versions[b]; });
    }

    /// One step where time is the outermost dimension; as many as lie together in the file, within bounds, elsewhere:
    /// in chunks over time, and in files that store time last, where a single step touches the whole variable.
    Index block_of(const StoredField& stored, const InputField& field) const
    {
        if (stored.shape.time < 0) return 1;
        const auto steps = std::ssize(field.steps);
        const auto time = static_cast<std::size_t>(stored.shape.time);
        const Index chunk = stored.variable->chunks.empty() ? 1 : stored.variable->chunks[time];
        const bool outermost = stored.shape.time < std::min(stored.shape.lat, stored.shape.lon);
        const Index wanted = !stored.variable->chunks.empty() ? chunk : outermost ? 1 : steps;
        const Index fits = std::max<Index>(
            1, static_cast<Index>(block_bytes / sizeof(double)) / std::max<Index>(1, field.axes->order.raw_cells()));
        return std::clamp<Index>(std::min(wanted, fits), 1, std::max<Index>(1, steps));
    }

    void fill_cache(const StoredField& stored, const geo::FieldOrder& order, Index from, Index count)
    {
        const auto cells = static_cast<std::size_t>(order.raw_cells());
        cache_.resize(cells * static_cast<std::size_t>(count));
        const std::size_t layers = std::max<std::size_t>(1, stored.expver_order.size());
        for (std::size_t layer = 0; layer < layers; ++layer) {
            const std::vector<double> raw = read_raw(stored, from, count, layer);
            // Stored order of the three axes, as strides of the block that was read.
            std::size_t stride = 1, time_stride = 0, lat_stride = 0, lon_stride = 0;
            for (int axis = static_cast<int>(stored.variable->dimensions.size()) - 1; axis >= 0; --axis) {
                const auto length =
                    static_cast<std::size_t>(stored.variable->dimensions[static_cast<std::size_t>(axis)].length);
                if (axis == stored.shape.lat) lat_stride = stride, stride *= length;
                if (axis == stored.shape.lon) lon_stride = stride, stride *= length;
                if (axis == stored.shape.time) time_stride = stride, stride *= static_cast<std::size_t>(count);
            }
            const std::size_t inner = std::min(lat_stride, lon_stride), outer = std::max(lat_stride, lon_stride);
            const auto inner_length = static_cast<std::size_t>(order.transposed ? order.raw_rows : order.raw_cols);
            for (std::size_t t = 0; t < static_cast<std::size_t>(count); ++t)
                for (std::size_t i = 0; i < cells; ++i) {
                    const double value = raw[t * time_stride + i / inner_length * outer + i % inner_length * inner];
                    float& to = cache_[t * cells + i];
                    if (layer == 0 || std::isnan(to)) to = static_cast<float>(stored.packing(value));
                }
        }
    }

    std::vector<double> read_raw(const StoredField& stored, Index from, Index count, std::size_t layer)
    {
        std::vector<std::size_t> start, size;
        std::size_t cells = 1;
        for (int axis = 0; axis < static_cast<int>(stored.variable->dimensions.size()); ++axis) {
            const bool is_time = axis == stored.shape.time, is_expver = axis == stored.shape.expver;
            const auto length =
                static_cast<std::size_t>(stored.variable->dimensions[static_cast<std::size_t>(axis)].length);
            start.push_back(is_time ? static_cast<std::size_t>(from) : is_expver ? stored.expver_order[layer] : 0);
            size.push_back(is_time ? static_cast<std::size_t>(count) : is_expver ? 1 : length);
            cells *= size.back();
        }
        std::vector<double> raw(cells);
        file_.read(*stored.variable, start, size, raw);
        return raw;
    }

    InputPath path_;
    NcFile file_;
    std::vector<StoredField> stored_;
    std::vector<float> cache_;
    std::set<std::string> bounds_; ///< variables that hold the bounds of others
    std::size_t cached_field_ = 0;
    Index cached_from_ = 0, cached_count_ = 0;
};

} // namespace

std::unique_ptr<InputFile> open_netcdf_input(const InputPath& path) { return std::make_unique<NetcdfInput>(path); }

} // namespace gwsd::io
