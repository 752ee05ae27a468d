#include "score/csv.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

#include "gwsd/core/error.hpp"
#include "io/text.hpp"

namespace gwsd::score {

namespace {

using io::lower, io::trimmed;

std::string text_of(const std::string& path)
{
    std::error_code error;
    if (!std::filesystem::exists(path, error)) throw InputMissing(path + ": there is no such file");
    if (!std::filesystem::is_regular_file(path, error)) throw DataError(path + ": is not a regular file");
    std::ifstream file(path, std::ios::binary);
    if (!file) throw PermissionError(path + ": may not be read: " + std::strerror(errno));
    std::ostringstream text;
    text << file.rdbuf();
    if (file.bad()) throw IoError(path + ": reading failed");
    return text.str();
}

} // namespace

int CsvTable::column(const std::string& name) const
{
    for (std::size_t c = 0; c < header.size(); ++c)
        if (lower(header[c]) == lower(name)) return static_cast<int>(c);
    return -1;
}

int CsvTable::required_column(const std::string& name) const
{
    const int found = column(name);
    if (found >= 0) return found;
    std::string known;
    for (std::size_t c = 0; c < header.size() && c < 12; ++c) known += (c ? ", " : "") + header[c];
    throw DataError(path + ": has no column '" + name + "'; its columns are " + known +
                    (header.size() > 12 ? ", ..." : ""));
}

double CsvTable::number(std::size_t row, int column) const
{
    const std::string text = trimmed(rows[row][static_cast<std::size_t>(column)]), small = lower(text);
    if (small.empty() || small == "nan" || small == "na" || small == "null")
        return std::numeric_limits<double>::quiet_NaN();
    double value = 0;
    const char* begin = text.data() + (text[0] == '+' ? 1 : 0);
    const auto [end, error] = std::from_chars(begin, text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        throw DataError(path + ": row " + std::to_string(row + 2) + ", column '" +
                        header[static_cast<std::size_t>(column)] + "': '" + text +
                        "' is not a number with a decimal point");
    return value;
}

CsvTable read_csv(const std::string& path)
{
    std::string text = text_of(path);
    if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
    if (text.find('\0') != std::string::npos) throw DataError(path + ": is no text; expected a CSV file");
    CsvTable table{path, {}, {}};
    std::vector<std::string> fields{""};
    bool quoted = false;
    const auto end_row = [&] {
        if (fields.size() == 1 && trimmed(fields[0]).empty()) {
            fields.assign(1, "");
            return; // an empty line
        }
        if (table.header.empty()) {
            for (std::string& field : fields) field = trimmed(field);
            table.header = fields;
        } else if (fields.size() != table.header.size()) {
            throw DataError(path + ": row " + std::to_string(table.rows.size() + 2) + " has " +
                            std::to_string(fields.size()) + " fields, the header has " +
                            std::to_string(table.header.size()) + "; are the fields separated by commas?");
        } else {
            table.rows.push_back(fields);
        }
        fields.assign(1, "");
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted) {
            if (c == '"' && i + 1 < text.size() && text[i + 1] == '"')
                fields.back() += text[++i];
            else if (c == '"')
                quoted = false;
            else
                fields.back() += c;
        } else if (c == '"') {
            quoted = true;
        } else if (c == ',') {
            fields.emplace_back();
        } else if (c == '\n') {
            end_row();
        } else if (c != '\r') {
            fields.back() += c;
        }
    }
    if (quoted) throw DataError(path + ": a quoted field does not end; is the file whole?");
    end_row();
    if (table.header.empty()) throw DataError(path + ": is empty; expected a CSV file with a header");
    return table;
}

} // namespace gwsd::score
