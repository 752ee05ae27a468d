#include "gwsd/io/geotiff.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "gwsd/core/error.hpp"
#include "io/atomic_file.hpp"

namespace gwsd::io {
namespace {

static_assert(std::endian::native == std::endian::little, "the file is written as the processor stores numbers");

enum Type : std::uint16_t { ascii = 2, short_integer = 3, long_integer = 4, real = 12 };

template <class T>
void put(std::string& bytes, const T& value)
{
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// One image file directory: fields of 12 bytes in rising order of their tags, longer values behind it (TIFF 6.0).
class Directory {
public:
    template <class T>
    void add(std::uint16_t tag, Type type, const std::vector<T>& values)
    {
        std::string bytes;
        for (const T& value : values) put(bytes, value);
        fields_.push_back({tag, type, static_cast<std::uint32_t>(values.size()), std::move(bytes)});
    }
    void add(std::uint16_t tag, const std::string& text)
    {
        std::string bytes = text + '\0';
        const auto count = static_cast<std::uint32_t>(bytes.size());
        fields_.push_back({tag, ascii, count, std::move(bytes)});
    }

    /// The head of the file up to the first strip.
    std::string head() const
    {
        std::string bytes("II*\0", 4), later;
        put(bytes, std::uint32_t{8});
        put(bytes, static_cast<std::uint16_t>(fields_.size()));
        const std::size_t end = 8 + 2 + 12 * fields_.size() + 4;
        for (const Field& field : fields_) {
            put(bytes, field.tag);
            put(bytes, static_cast<std::uint16_t>(field.type));
            put(bytes, field.count);
            if (field.bytes.size() <= 4) {
                bytes += field.bytes + std::string(4 - field.bytes.size(), '\0');
                continue;
            }
            put(bytes, static_cast<std::uint32_t>(end + later.size()));
            later += field.bytes;
            if (later.size() % 2) later += '\0';
        }
        put(bytes, std::uint32_t{0}); // no further directory
        return bytes + later;
    }

private:
    struct Field {
        std::uint16_t tag;
        Type type;
        std::uint32_t count;
        std::string bytes;
    };
    std::vector<Field> fields_;
};

std::string escaped(const std::string& text)
{
    std::string out;
    for (const char c : text) {
        const char* entity = c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&quot;" : nullptr;
        if (entity)
            out += entity;
        else
            out += c;
    }
    return out;
}

/// What GDAL keeps of bands beyond TIFF itself.
std::string gdal_metadata(const GeoTiffInfo& info)
{
    std::string xml = "<GDALMetadata>\n";
    for (std::size_t band = 0; band < info.bands.size(); ++band) {
        const std::string sample = " sample=\"" + std::to_string(band) + "\"";
        xml += "  <Item name=\"DESCRIPTION\"" + sample + " role=\"description\">" +
               escaped(info.name + " " + info.bands[band]) + "</Item>\n";
        xml += "  <Item name=\"UNITTYPE\"" + sample + " role=\"unittype\">" + escaped(info.unit) + "</Item>\n";
    }
    return xml + "</GDALMetadata>\n";
}

/// The one size of the cells of an axis.
double cell_size(const std::string& path, const std::vector<double>& edges, const char* axis)
{
    const double size = (edges.back() - edges.front()) / static_cast<double>(edges.size() - 1);
    for (std::size_t i = 0; i + 1 < edges.size(); ++i)
        if (std::abs(edges[i + 1] - edges[i] - size) > 1e-4 * size)
            throw DataError(path + ": a GeoTIFF needs cells of one size, but those along the " + axis +
                            " differ (half cells at the poles?); bring the field onto a grid of cells first, such as "
                            "with gwsd regrid --resolution");
    return size;
}

class GeoTiffFileWriter : public GeoTiffWriter {
public:
    GeoTiffFileWriter(const std::string& path, const GeoTiffInfo& info, bool overwrite)
        : path_(path), rows_(info.grid.rows()), cols_(info.grid.cols()), bands_(std::ssize(info.bands))
    {
        const double height = cell_size(path, info.grid.lat_edges, "latitude"),
                     width = cell_size(path, info.grid.lon_edges, "longitude");
        if (bands_ < 1) throw ShapeError(path + ": a GeoTIFF needs a band");
        const double bytes = 4.0 * static_cast<double>(rows_ * cols_) * static_cast<double>(bands_);
        if (bytes > 4.2e9)
            throw DataError(path + ": " + std::to_string(bands_) + " bands of " + std::to_string(rows_) + " x " +
                            std::to_string(cols_) +
                            " cells pass the 4 GiB that a GeoTIFF holds; export fewer months, "
                            "one at a time with --month");
        std::string head = directory(info, width, height, 0).head();
        const auto begin = static_cast<std::uint32_t>(head.size());
        head = directory(info, width, height, begin).head();
        file_ = std::make_unique<AtomicFile>(path, overwrite);
        file_->write(std::as_bytes(std::span(head)));
    }

    void write(std::span<const float> band) override
    {
        if (std::ssize(band) != rows_ * cols_ || written_ == bands_)
            throw ShapeError(path_ + ": band " + std::to_string(written_ + 1) + " of " + std::to_string(bands_) +
                             " has " + std::to_string(band.size()) + " cells, expected " +
                             std::to_string(rows_ * cols_));
        // An image starts in the north.
        std::vector<float> image(band.size());
        for (Index row = 0; row < rows_; ++row)
            std::copy_n(band.begin() + (rows_ - 1 - row) * cols_, cols_, image.begin() + row * cols_);
        file_->write(std::as_bytes(std::span<const float>(image)));
        ++written_;
    }

    void finish() override
    {
        if (written_ != bands_)
            throw ShapeError(path_ + ": " + std::to_string(written_) + " of " + std::to_string(bands_) +
                             " bands are written");
        file_->sync();
        file_->publish();
    }

private:
    Directory directory(const GeoTiffInfo& info, double width, double height, std::uint32_t begin) const
    {
        const auto bands = static_cast<std::size_t>(bands_);
        const auto rows = static_cast<std::uint32_t>(rows_), cols = static_cast<std::uint32_t>(cols_);
        const auto strip_rows = std::clamp<std::uint32_t>(65536U / std::max(1U, cols), 1U, rows);
        std::vector<std::uint32_t> offsets, sizes;
        for (std::size_t band = 0; band < bands; ++band)
            for (std::uint32_t row = 0; row < rows; row += strip_rows) {
                offsets.push_back(begin);
                sizes.push_back(4 * cols * std::min(strip_rows, rows - row));
                begin += sizes.back();
            }
        using Shorts = std::vector<std::uint16_t>;
        using Longs = std::vector<std::uint32_t>;
        using Reals = std::vector<double>;
        Directory d;
        d.add(256, long_integer, Longs{cols});
        d.add(257, long_integer, Longs{rows});
        d.add(258, short_integer, Shorts(bands, 32));   // bits per sample
        d.add(259, short_integer, Shorts{1});           // not compressed
        d.add(262, short_integer, Shorts{1});           // 0 is black
        d.add(270, info.name + " [" + info.unit + "]"); // description
        d.add(273, long_integer, offsets);
        d.add(277, short_integer, Shorts{static_cast<std::uint16_t>(bands)}); // samples per pixel
        d.add(278, long_integer, Longs{strip_rows});
        d.add(279, long_integer, sizes);
        d.add(284, short_integer, Shorts{static_cast<std::uint16_t>(bands > 1 ? 2 : 1)}); // band after band
        d.add(305, std::string("gwsd " GWSD_VERSION));
        if (bands > 1) d.add(338, short_integer, Shorts(bands - 1, 0)); // extra samples of no colour
        d.add(339, short_integer, Shorts(bands, 3));                    // floating point
        d.add(33550, real, Reals{width, height, 0.0});                  // pixel scale
        d.add(33922, real, Reals{0.0, 0.0, 0.0, info.grid.lon_edges.front(), info.grid.lat_edges.back(), 0.0});
        // Geokeys: version 1.1.1, then key, place, count, value: geographic model, pixel is area, WGS 84, degrees.
        d.add(34735, short_integer,
              Shorts{1, 1, 1, 4, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326, 2054, 0, 1, 9102});
        d.add(42112, gdal_metadata(info));
        d.add(42113, std::string("nan"));
        return d;
    }

    std::string path_;
    Index rows_, cols_, bands_, written_ = 0;
    std::unique_ptr<AtomicFile> file_;
};

} // namespace

std::unique_ptr<GeoTiffWriter> create_geotiff(const std::string& path, const GeoTiffInfo& info, bool overwrite)
{
    return std::make_unique<GeoTiffFileWriter>(path, info, overwrite);
}

} // namespace gwsd::io
