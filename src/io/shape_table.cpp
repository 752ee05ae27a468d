#include "io/shape_table.hpp"

#include <cstdint>

#include "gwsd/core/error.hpp"
#include "io/read_whole.hpp"
#include "io/text.hpp"

namespace gwsd::io {
namespace {

bool is_utf8(const std::string& text)
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        const int more = c < 0x80 ? 0 : (c >> 5U) == 6 ? 1 : (c >> 4U) == 14 ? 2 : (c >> 3U) == 30 ? 3 : -1;
        if (more < 0 || i + static_cast<std::size_t>(more) >= text.size()) return false;
        for (int k = 0; k < more; ++k)
            if ((static_cast<unsigned char>(text[++i]) >> 6U) != 2) return false;
    }
    return true;
}

std::string utf8_of(const std::string& text)
{
    if (is_utf8(text)) return text;
    std::string out;
    for (const char byte : text) {
        const auto c = static_cast<unsigned char>(byte);
        if (c < 0x80) {
            out += byte;
        } else {
            out += static_cast<char>(0xC0U | (c >> 6U));
            out += static_cast<char>(0x80U | (c & 0x3FU));
        }
    }
    return out;
}

} // namespace

ShapeTable read_dbf(const std::string& path)
{
    const std::string bytes = read_whole(path);
    const auto damaged = [&](const std::string& what) {
        return DataError(path + ": is no dBASE table that can be read: " + what +
                         "; make the shapefile anew, such as with ogr2ogr");
    };
    const auto number = [&](std::size_t at, std::size_t width) {
        std::size_t value = 0;
        for (std::size_t i = width; i-- > 0;) value = (value << 8U) | static_cast<unsigned char>(bytes[at + i]);
        return value;
    };
    if (bytes.size() < 33) throw damaged("it has " + std::to_string(bytes.size()) + " bytes");
    const std::size_t count = number(4, 4), head = number(8, 2), width = number(10, 2);
    if (head < 33 || head > bytes.size() || width < 1) throw damaged("its head is cut");
    if (count > (bytes.size() - head) / width)
        throw damaged("it tells of " + std::to_string(count) + " rows and ends before");

    ShapeTable table;
    std::vector<std::size_t> begin, length;
    std::size_t place = 1; // behind the mark of deleted rows
    for (std::size_t at = 32; at + 32 <= head && bytes[at] != '\r'; at += 32) {
        const std::string name(bytes.data() + at, 11);
        const char type = bytes[at + 11];
        table.fields.push_back({utf8_of(trimmed(name.substr(0, name.find('\0')))), type == 'C'});
        begin.push_back(place);
        length.push_back(number(at + 16, 1));
        place += length.back();
    }
    if (place > width) throw damaged("its fields are longer than its rows");
    for (std::size_t row = 0; row < count; ++row) {
        std::vector<std::string> values;
        for (std::size_t field = 0; field < begin.size(); ++field) {
            const std::string text(bytes.data() + head + row * width + begin[field], length[field]);
            values.push_back(utf8_of(trimmed(text.substr(0, text.find('\0')))));
        }
        table.rows.push_back(std::move(values));
    }
    return table;
}

int name_column(const ShapeTable& table, const std::string& wanted, const std::string& path)
{
    int named = -1, text = -1;
    std::string list;
    for (std::size_t i = 0; i < table.fields.size(); ++i) {
        const std::string& name = table.fields[i].name;
        if (!wanted.empty() && lower(name) == lower(wanted)) return static_cast<int>(i);
        if (named < 0 && table.fields[i].text && contains(lower(name), "name")) named = static_cast<int>(i);
        if (text < 0 && table.fields[i].text) text = static_cast<int>(i);
        append(list, name);
    }
    if (!wanted.empty())
        throw DataError(path + ": has no field '" + wanted + "' to name shapes; it has " +
                        (list.empty() ? "none" : list));
    return named >= 0 ? named : text >= 0 ? text : table.fields.empty() ? -1 : 0;
}

} // namespace gwsd::io
