#include "io/classic_header.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <vector>

#include "gwsd/core/error.hpp"

namespace gwsd::io {
namespace {

constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();

// Sizes are made of numbers from the file: they stop at the largest there is instead of running over.
std::uint64_t plus(std::uint64_t a, std::uint64_t b)
{
    std::uint64_t sum = 0;
    return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<std::uint64_t>::max() : sum;
}
std::uint64_t times(std::uint64_t a, std::uint64_t b)
{
    std::uint64_t product = 0;
    return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<std::uint64_t>::max() : product;
}

constexpr std::uint64_t most_entries = 100'000;

/// The header's numbers, big-endian; 4 bytes each, 8 in CDF-5 where the format says NON_NEG.
class Header {
public:
    explicit Header(const std::string& path) : path_(path), file_(path, std::ios::binary)
    {
        file_.seekg(0, std::ios::end);
        size_ = static_cast<std::uint64_t>(std::max<std::streamoff>(0, file_.tellg()));
        file_.seekg(0);
    }

    std::uint64_t number(int bytes)
    {
        std::uint64_t value = 0;
        for (int i = 0; i < bytes; ++i) {
            const int byte = file_.get();
            if (byte < 0) throw cut();
            value = value << 8 | static_cast<std::uint64_t>(byte);
        }
        return value;
    }
    std::uint64_t count() { return number(wide ? 8 : 4); }
    std::uint64_t entries(const char* what)
    {
        const std::uint64_t n = count();
        if (n > most_entries)
            throw DataError(path_ + ": its netCDF-3 header claims " + std::to_string(n) + " " + what +
                            "; the file is damaged: download it again");
        return n;
    }
    void skip(std::uint64_t bytes)
    {
        if (bytes > size_) throw cut();
        file_.seekg(static_cast<std::streamoff>(bytes), std::ios::cur);
        if (!file_ || static_cast<std::uint64_t>(file_.tellg()) > size_) throw cut();
    }
    void skip_name() { skip(padded(count())); }

    static std::uint64_t padded(std::uint64_t bytes)
    {
        return bytes > std::numeric_limits<std::uint64_t>::max() - 3 ? bytes : (bytes + 3) / 4 * 4;
    }
    DataError bad(const std::string& why) const
    {
        return DataError(path_ + ": its netCDF-3 header " + why + "; the file is damaged: download it again");
    }
    DataError cut() const
    {
        return DataError(path_ + ": truncated: its netCDF-3 header is not whole (the file has " +
                         std::to_string(size_) + " bytes); download it again");
    }

    bool wide = false; ///< CDF-5

private:
    std::string path_;
    std::ifstream file_;
    std::uint64_t size_ = 0;
};

std::uint64_t type_size(const Header& header, std::uint64_t type)
{
    switch (type) {
        case 1:
        case 2:
        case 7:
            return 1;
        case 3:
        case 8:
            return 2;
        case 4:
        case 5:
        case 9:
            return 4;
        case 6:
        case 10:
        case 11:
            return 8;
        default:
            throw header.bad("names a type " + std::to_string(type) + " that does not exist");
    }
}

/// A list begins with its tag, or with two zeros if it is empty.
std::uint64_t list_length(Header& header, std::uint64_t tag, const char* what)
{
    const std::uint64_t found = header.number(4), n = header.entries(what);
    if (found != tag && (found != 0 || n != 0))
        throw header.bad(std::string("has no list of ") + what + " where one belongs");
    return n;
}

void skip_attributes(Header& header)
{
    for (std::uint64_t n = list_length(header, 12, "attributes"); n > 0; --n) {
        header.skip_name();
        const std::uint64_t size = type_size(header, header.number(4)), values = header.count();
        if (times(values, size) > largest) throw header.bad("has an attribute of impossible length");
        header.skip(Header::padded(values * size));
    }
}

struct Variable {
    std::uint64_t bytes = 1; ///< of one record, or of all
    std::uint64_t begin = 0;
    bool record = false;
};

Variable read_variable(Header& header, const std::vector<std::uint64_t>& lengths, int offset_bytes)
{
    Variable v;
    header.skip_name();
    const std::uint64_t rank = header.entries("dimensions of a variable");
    for (std::uint64_t axis = 0; axis < rank; ++axis) {
        const std::uint64_t dimension = header.count();
        if (dimension >= lengths.size()) throw header.bad("names a dimension that does not exist");
        if (lengths[dimension] == 0 && axis == 0)
            v.record = true;
        else
            v.bytes = times(v.bytes, lengths[dimension]);
        if (v.bytes > largest) throw header.bad("claims a variable of more bytes than any disk has");
    }
    skip_attributes(header);
    v.bytes = times(v.bytes, type_size(header, header.number(4)));
    if (v.bytes > largest) throw header.bad("claims a variable of more bytes than any disk has");
    header.count(); // vsize: may be wrong for large variables, so it is computed instead
    v.begin = header.number(offset_bytes);
    return v;
}

} // namespace

std::uint64_t classic_size(const std::string& path)
{
    Header header(path);
    header.skip(3);
    const std::uint64_t version = header.number(1);
    header.wide = version == 5;
    const std::uint64_t records = header.count();
    const bool streaming = records == (header.wide ? std::numeric_limits<std::uint64_t>::max() : 0xFFFF'FFFFu);

    std::vector<std::uint64_t> lengths;
    for (std::uint64_t n = list_length(header, 10, "dimensions"); n > 0; --n) {
        header.skip_name();
        lengths.push_back(header.count());
    }
    skip_attributes(header);
    std::vector<Variable> variables;
    for (std::uint64_t n = list_length(header, 11, "variables"); n > 0; --n)
        variables.push_back(read_variable(header, lengths, version == 1 ? 4 : 8));

    std::uint64_t record_bytes = 0;
    std::size_t record_variables = 0;
    for (const Variable& v : variables)
        if (v.record) {
            record_bytes = plus(record_bytes, Header::padded(v.bytes));
            ++record_variables;
        }
    // A single record variable is not padded between records.
    if (record_variables == 1)
        for (const Variable& v : variables)
            if (v.record) record_bytes = v.bytes;
    std::uint64_t needed = 0;
    for (const Variable& v : variables) {
        if (v.record && (records == 0 || streaming)) continue;
        const std::uint64_t before = v.record ? times(records - 1, record_bytes) : 0,
                            end = plus(plus(v.begin, v.bytes), before);
        if (end > largest) throw header.bad("claims more bytes than any disk has");
        needed = std::max(needed, end);
    }
    return needed;
}

void check_classic_size(const std::string& path, std::uint64_t size)
{
    const std::uint64_t needed = classic_size(path);
    if (needed > size)
        throw DataError(path + ": truncated: its netCDF-3 header needs " + std::to_string(needed) +
                        " bytes, the file has " + std::to_string(size) + "; download it again");
}

} // namespace gwsd::io
