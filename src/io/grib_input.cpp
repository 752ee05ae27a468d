#include "io/input_file.hpp"

#include "gwsd/core/error.hpp"

#ifdef GWSD_HAVE_ECCODES

#include <eccodes.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <map>
#include <set>

#include "io/text.hpp"

namespace gwsd::io {
namespace {

constexpr long largest_axis = 100'000;
constexpr std::size_t most_messages = 1'000'000;
constexpr double missing_mark = -1e34; ///< what ecCodes puts where the bitmap has no value

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
using Message = std::unique_ptr<codes_handle, int (*)(codes_handle*)>;

std::string text_key(codes_handle* message, const char* key)
{
    std::array<char, 512> text{};
    std::size_t length = text.size();
    if (codes_get_string(message, key, text.data(), &length) != CODES_SUCCESS) return {};
    return text.data();
}

std::optional<double> number_key(codes_handle* message, const char* key)
{
    double value = 0;
    if (codes_get_double(message, key, &value) != CODES_SUCCESS || !std::isfinite(value)) return std::nullopt;
    return value;
}

/// Values of an axis in the order of the message.
std::vector<double> axis(double first, double last, long count)
{
    std::vector<double> list;
    for (long i = 0; i < count; ++i)
        list.push_back(count == 1 ? first
                                  : first + (last - first) * static_cast<double>(i) / static_cast<double>(count - 1));
    return list;
}

class GribInput : public InputFile {
public:
    explicit GribInput(const InputPath& path) : path_(path), file_(nullptr, std::fclose)
    {
        shown_ = path.shown;
        format_ = "GRIB";
        // Damaged messages are reported by the exceptions below, not by the library's own lines.
        codes_context_set_logging_proc(nullptr, [](const codes_context*, int, const char*) {});
        open();
        while (true) {
            const long offset = std::ftell(file_.get());
            int status = 0;
            const Message message{codes_handle_new_from_file(nullptr, file_.get(), PRODUCT_GRIB, &status),
                                  codes_handle_delete};
            if (!message && status == CODES_SUCCESS) break;
            if (!message)
                throw bad(std::string(codes_get_error_message(status)) + " at byte " + std::to_string(offset));
            if (++messages_ > most_messages) throw bad("it has more than a million messages");
            // Bytes between messages are skipped by the library, so the message's own offset is asked for.
            const auto at = number_key(message.get(), "offset");
            list(message.get(), at ? static_cast<long>(*at) : offset);
        }
        if (messages_ == 0) throw bad("it has no whole message");
        finish();
    }

    void read(std::size_t field, Index step, std::span<float> out) override
    {
        open();
        const geo::FieldOrder& order = fields_.at(field).axes->order;
        const long offset = offsets_.at(field).at(static_cast<std::size_t>(step));
        int status = 0;
        if (std::fseek(file_.get(), offset, SEEK_SET) != 0) throw bad("it cannot be read at " + std::to_string(offset));
        const Message message{codes_handle_new_from_file(nullptr, file_.get(), PRODUCT_GRIB, &status),
                              codes_handle_delete};
        std::size_t count = 0;
        std::vector<double> values(static_cast<std::size_t>(order.raw_cells()));
        if (!message || codes_set_double(message.get(), "missingValue", missing_mark) != CODES_SUCCESS ||
            codes_get_size(message.get(), "values", &count) != CODES_SUCCESS || count != values.size() ||
            codes_get_double_array(message.get(), "values", values.data(), &count) != CODES_SUCCESS)
            throw DataError(shown_ + ": variable '" + fields_[field].name + "': the message at byte " +
                            std::to_string(offset) + " cannot be unpacked; the file is damaged: download it again");
        std::vector<float> raw(values.size());
        for (std::size_t i = 0; i < raw.size(); ++i)
            raw[i] = values[i] == missing_mark || std::abs(values[i]) > 3.4e38 ? std::numeric_limits<float>::quiet_NaN()
                                                                               : static_cast<float>(values[i]);
        order.apply(std::span<const float>(raw), out);
    }

    void close() override { file_.reset(); }
    void check_unchanged() const override
    {
        if (path_.state) io::check_unchanged(path_.path, *path_.state);
    }

private:
    struct Dated {
        InputStep when;
        long offset = 0;
    };
    struct Layer {
        InputField field;
        std::string level;
        std::vector<Dated> steps;
    };

    DataError bad(const std::string& why) const
    {
        return DataError(shown_ + ": GRIB: " + why + "; the file is damaged: download it again");
    }

    void open()
    {
        if (!file_) file_.reset(std::fopen(path_.path.c_str(), "rbe"));
        if (!file_) throw IoError(shown_ + ": cannot be opened: " + std::strerror(errno));
    }

    void list(codes_handle* m, long offset)
    {
        const std::string short_name = text_key(m, "shortName"), grid = text_key(m, "gridType");
        const std::string level = text_key(m, "typeOfLevel") + " " + text_key(m, "level");
        std::string name = text_key(m, "cfVarName");
        if (name.empty() || name == "unknown" || name == "~") name = short_name;
        if (name.empty() || name == "unknown") name = "param" + text_key(m, "paramId");
        if (grid != "regular_ll") {
            if (refused_.insert({name, grid}).second)
                others_.push_back({name,
                                   "lies on the GRIB grid '" + grid +
                                       "'; bring it onto a regular grid first: cdo -f nc4 -setgridtype,regular copy",
                                   true});
            return;
        }
        const std::string key = name + "|" + level + "|" + grid_key(m);
        auto& layer = layers_[key];
        if (!layer) {
            layer = std::make_unique<Layer>();
            layer->field.name = name;
            layer->field.axes = axes_of(m);
            layer->field.has_time = true;
            layer->level = level;
            const auto add = [&](const char* attribute, const std::string& text) {
                if (!text.empty() && text != "unknown") layer->field.attributes.push_back({attribute, text, {}});
            };
            add("units", text_key(m, "units"));
            add("long_name", text_key(m, "name"));
            add("GRIB_shortName", short_name);
            add("GRIB_paramId", text_key(m, "paramId"));
            add("GRIB_stepType", text_key(m, "stepType"));
            add("GRIB_stream", text_key(m, "stream"));
            order_.push_back(key);
        }
        layer->steps.push_back({step_of(m), offset});
    }

    static std::string grid_key(codes_handle* m)
    {
        std::string key;
        for (const char* part : {"Ni", "Nj", "latitudeOfFirstGridPoint", "longitudeOfFirstGridPoint",
                                 "latitudeOfLastGridPoint", "longitudeOfLastGridPoint", "scanningMode"})
            append(key, text_key(m, part), " ");
        return key;
    }

    std::shared_ptr<const geo::OrderedGrid> axes_of(codes_handle* m)
    {
        long columns = 0, rows = 0, consecutive = 0, alternating = 0;
        codes_get_long(m, "Ni", &columns);
        codes_get_long(m, "Nj", &rows);
        codes_get_long(m, "jPointsAreConsecutive", &consecutive);
        codes_get_long(m, "alternativeRowScanning", &alternating);
        const auto north = number_key(m, "latitudeOfFirstGridPointInDegrees"),
                   south = number_key(m, "latitudeOfLastGridPointInDegrees"),
                   west = number_key(m, "longitudeOfFirstGridPointInDegrees");
        auto east = number_key(m, "longitudeOfLastGridPointInDegrees");
        if (!north || !south || !west || !east || columns < 1 || rows < 1 || columns > largest_axis ||
            rows > largest_axis)
            throw bad("a message has no usable grid");
        if (alternating != 0) throw bad("rows that run in turns (alternativeRowScanning) are not supported");
        long negative = 0;
        codes_get_long(m, "iScansNegatively", &negative);
        if (negative == 0 && *east < *west) *east += 360;
        if (negative != 0 && *east > *west) *east -= 360;
        auto axes = std::make_shared<geo::OrderedGrid>(
            geo::grid_from_centres(axis(*north, *south, rows), axis(*west, *east, columns)));
        axes->order.transposed = consecutive != 0;
        return axes;
    }

    InputStep step_of(codes_handle* m) const
    {
        const std::string stream = text_key(m, "stream");
        // Monthly means carry the first day of their month; other fields count when they are valid.
        const bool monthly = stream == "moda" || stream == "mnth";
        const auto date = number_key(m, monthly ? "dataDate" : "validityDate"),
                   time = number_key(m, monthly ? "dataTime" : "validityTime");
        if (!date) throw bad("a message has no date");
        InputStep step;
        step.at = geo::decode_date_number(*date);
        if (time) step.at.days += (std::floor(*time / 100) + std::fmod(*time, 100) / 60) / 24;
        step.expver = text_key(m, "experimentVersionNumber");
        step.expver.erase(0, std::min(step.expver.size(), step.expver.find_first_not_of("0 ")));
        if (step.expver != "1" && step.expver != "5") step.expver.clear();
        return step;
    }

    /// Messages may come in any order within a file; a name with several levels gets the level behind it.
    void finish()
    {
        std::map<std::string, int> names;
        for (const std::string& key : order_) ++names[layers_[key]->field.name];
        for (const std::string& key : order_) {
            Layer& layer = *layers_[key];
            if (names[layer.field.name] > 1)
                layer.field.name += "_" + layer.level.substr(0, layer.level.find(' ')) + "_" +
                                    layer.level.substr(layer.level.find(' ') + 1);
            std::stable_sort(layer.steps.begin(), layer.steps.end(),
                             [](const Dated& a, const Dated& b) { return a.when.at.days < b.when.at.days; });
            std::vector<long> offsets;
            for (const Dated& dated : layer.steps) {
                layer.field.steps.push_back(dated.when);
                offsets.push_back(dated.offset);
            }
            fields_.push_back(std::move(layer.field));
            offsets_.push_back(std::move(offsets));
        }
        layers_.clear();
    }

    InputPath path_;
    File file_;
    std::size_t messages_ = 0;
    std::map<std::string, std::unique_ptr<Layer>> layers_;
    std::vector<std::string> order_;
    std::set<std::pair<std::string, std::string>> refused_;
    std::vector<std::vector<long>> offsets_;
};

} // namespace

std::unique_ptr<InputFile> open_grib_input(const InputPath& path) { return std::make_unique<GribInput>(path); }

} // namespace gwsd::io

#else

namespace gwsd::io {

std::unique_ptr<InputFile> open_grib_input(const InputPath& path)
{
    throw DataError(path.shown +
                    ": is GRIB, and this build of gwsd has no ecCodes; install libeccodes-dev and build again, or "
                    "convert the file: grib_to_netcdf -o out.nc FILE, or cdo -f nc4 copy FILE out.nc");
}

} // namespace gwsd::io

#endif
