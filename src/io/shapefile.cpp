#include "io/shapefile.hpp"

#include <bit>
#include <cstdint>
#include <cstring>

#include "gwsd/core/error.hpp"
#include "io/read_whole.hpp"

namespace gwsd::io {
namespace {

static_assert(std::endian::native == std::endian::little, "most of a shapefile is little-endian");

class ShpReader {
public:
    explicit ShpReader(const std::string& path) : path_(path), bytes_(read_whole(path)) {}

    std::vector<ShapeRecord> read() const
    {
        if (bytes_.size() < 100 || big(0) != 9994) throw damaged("it does not begin as one");
        check_type(little<std::int32_t>(32));
        std::vector<ShapeRecord> records;
        std::size_t row = 0;
        for (std::size_t at = 100; at < bytes_.size(); ++row) {
            if (bytes_.size() - at < 12) throw damaged("it ends inside the head of record " + std::to_string(row + 1));
            const std::size_t length = std::size_t{2} * big(at + 4); // counted in words of 16 bits
            if (length < 4 || length > bytes_.size() - at - 8)
                throw damaged("record " + std::to_string(row + 1) + " is longer than the file");
            if (const auto type = little<std::int32_t>(at + 8); type != 0) {
                check_type(type);
                records.push_back({row, rings(at + 8, length, row)});
            }
            at += 8 + length;
        }
        return records;
    }

private:
    DataError damaged(const std::string& what) const
    {
        return DataError(path_ + ": is no shapefile that can be read: " + what +
                         "; make it anew, such as with ogr2ogr");
    }

    void check_type(std::int32_t type) const
    {
        if (type == 5 || type == 15 || type == 25) return;
        const char* const name = type == 0                               ? "nothing"
                                 : type == 1 || type == 11 || type == 21 ? "points"
                                 : type == 3 || type == 13 || type == 23 ? "lines"
                                                                         : "other shapes";
        throw DataError(path_ + ": holds " + name + " (shape type " + std::to_string(type) + "); expected polygons");
    }

    std::uint32_t big(std::size_t at) const
    {
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < 4; ++i) value = (value << 8U) | static_cast<unsigned char>(bytes_[at + i]);
        return value;
    }

    template <class T>
    T little(std::size_t at) const
    {
        T value;
        std::memcpy(&value, bytes_.data() + at, sizeof value);
        return value;
    }

    /// Type, box of four numbers, counts of parts and points, first point of each part, points.
    std::vector<geo::Ring> rings(std::size_t at, std::size_t length, std::size_t row) const
    {
        const auto short_of = [&] { return damaged("record " + std::to_string(row + 1) + " ends before its points"); };
        if (length < 44) throw short_of();
        const std::size_t parts = little<std::uint32_t>(at + 36), points = little<std::uint32_t>(at + 40);
        if (44 + 4 * parts + 16 * points > length) throw short_of();
        std::vector<geo::Ring> list;
        for (std::size_t part = 0; part < parts; ++part) {
            const std::size_t first = little<std::uint32_t>(at + 44 + 4 * part),
                              end = part + 1 < parts ? little<std::uint32_t>(at + 48 + 4 * part) : points;
            if (first > end || end > points)
                throw damaged("record " + std::to_string(row + 1) + " has parts out of order");
            geo::Ring ring;
            for (std::size_t i = first; i < end; ++i) {
                const std::size_t place = at + 44 + 4 * parts + 16 * i;
                ring.push_back({little<double>(place), little<double>(place + 8)});
            }
            list.push_back(std::move(ring));
        }
        return list;
    }

    std::string path_, bytes_;
};

} // namespace

std::vector<ShapeRecord> read_shp(const std::string& path) { return ShpReader(path).read(); }

} // namespace gwsd::io
