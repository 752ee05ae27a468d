#include "io/sniff.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <sstream>
#include <string_view>

#include "gwsd/core/error.hpp"
#include "io/text.hpp"

namespace gwsd::io {
namespace {

using namespace std::string_view_literals;

struct Known {
    std::string_view magic;
    const char* what;
    const char* remedy;
};

// What people hand to a reader of netCDF by mistake.
constexpr std::array<Known, 18> known{{
    {"\x1f\x8b"sv, "compressed with gzip", "unpack it first: gunzip FILE (or tar xzf FILE)"},
    {"BZh"sv, "compressed with bzip2", "unpack it first: bunzip2 FILE"},
    {"\xfd\x37zXZ"sv, "compressed with xz", "unpack it first: unxz FILE"},
    {"\x28\xb5\x2f\xfd"sv, "compressed with zstd", "unpack it first: unzstd FILE"},
    {"7z\xbc\xaf"sv, "a 7-Zip archive", "unpack it first: 7z x FILE"},
    {"Rar!"sv, "a RAR archive", "unpack it first"},
    {"II*\0"sv, "a TIFF picture (GeoTIFF?)", "convert it first: gdal_translate -of netCDF FILE out.nc"},
    {"MM\0*"sv, "a TIFF picture (GeoTIFF?)", "convert it first: gdal_translate -of netCDF FILE out.nc"},
    {"II+\0"sv, "a BigTIFF picture (GeoTIFF?)", "convert it first: gdal_translate -of netCDF FILE out.nc"},
    {"\x0e\x03\x13\x01"sv, "an HDF4 file", "convert it first, such as with gdal_translate -of netCDF FILE out.nc"},
    {"%PDF"sv, "a PDF document", "name the data file itself"},
    {"\x89PNG"sv, "a PNG picture", "name the data file itself"},
    {"\xff\xd8\xff"sv, "a JPEG picture", "name the data file itself"},
    {"\x7f"
     "ELF"sv,
     "a program", "name the data file itself"},
    {"\xd0\xcf\x11\xe0"sv, "an old Office document (XLS?)", "export its table as CSV"},
    {"SQLite format 3"sv, "an SQLite database (GeoPackage?)", "convert it first"},
    {"PAR1"sv, "a Parquet table", "export it as CSV"},
    {"\0\0\x27\x0a"sv, "a shapefile (.shp or its index .shx)", "shapes go to gwsd basins --shapes"},
}};

std::string first_bytes(const std::string& path, std::size_t count)
{
    std::ifstream file(path, std::ios::binary);
    std::string head(count, '\0');
    file.read(head.data(), static_cast<std::streamsize>(count));
    head.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, file.gcount())));
    return head;
}

bool is_text(std::string_view head)
{
    return !head.empty() && std::all_of(head.begin(), head.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x20 || c == '\n' || c == '\r' || c == '\t';
    });
}

/// 8 bytes of length and then JSON: the safetensors layout of models.
bool is_model(std::string_view head)
{
    return head.size() > 9 && head[8] == '{' && head[5] == '\0' && head[6] == '\0' && head[7] == '\0';
}

DataError refusal(const std::string& path, const std::string& what, const std::string& remedy)
{
    return DataError(path + ": expected netCDF, GRIB or a ZIP of these, found " + what + "; " + remedy);
}

[[noreturn]] void refuse_text(const std::string& path, std::string_view head)
{
    std::string start = lower(trimmed(std::string(head.substr(0, 200))));
    if (start.rfind("\xef\xbb\xbf", 0) == 0) start = start.substr(3);
    if (start.rfind("<!doctype", 0) == 0 || start.rfind("<html", 0) == 0 || start.rfind("<htm", 0) == 0)
        throw refusal(path, "a web page (HTML)",
                      "the download ended at a login or error page: log in, accept the licence, download again");
    if (start.rfind("<?xml", 0) == 0)
        throw refusal(path, "an XML text", "is it a server's error message? Download again");
    if (start.rfind("geogcs[", 0) == 0 || start.rfind("projcs[", 0) == 0)
        throw refusal(path, "the projection of a shapefile (.prj)", "shapes go to gwsd basins --shapes, by their .shp");
    if (start.rfind("netcdf ", 0) == 0 && contains(start, "{"))
        throw refusal(path, "a text dump of netCDF (CDL)", "make a file of it: ncgen -o out.nc FILE");
    if (start.rfind("{", 0) == 0 || start.rfind("[", 0) == 0)
        throw refusal(path, "JSON text",
                      "polygons go to gwsd basins --shapes; a server's error message calls for "
                      "another download");
    // A table may begin with lines of comment.
    std::istringstream lines{std::string(head)};
    std::map<std::ptrdiff_t, int> rows_with; // lines by their number of separators
    for (std::string line; std::getline(lines, line);)
        ++rows_with[std::max({std::count(line.begin(), line.end(), ','), std::count(line.begin(), line.end(), ';'),
                              std::count(line.begin(), line.end(), '\t')})];
    const auto most = rows_with.rbegin();
    if (most->first > 0 && (most->second > 1 || rows_with.size() == 1 || lower(path).ends_with(".csv")))
        throw refusal(path, "a table of text (CSV, " + std::to_string(most->first + 1) + " columns)",
                      "well and basin series go to gwsd wells; gridded fields are needed here");
    throw refusal(path, "plain text", "name the data file itself");
}

} // namespace

FileKind sniff(const std::string& path)
{
    const std::string head = first_bytes(path, 4096);
    const std::string_view view = head;
    const auto starts = [&](std::string_view magic) { return view.substr(0, magic.size()) == magic; };
    if (head.empty()) throw DataError(path + ": is empty (0 bytes), truncated; download it again");
    if (starts("CDF\1"sv) || starts("CDF\2"sv) || starts("CDF\5"sv)) return FileKind::netcdf_classic;
    constexpr std::string_view hdf5 = "\211HDF\r\n\032\n"sv;
    for (const std::size_t offset : {0, 512, 1024, 2048}) // a user block may come first
        if (head.size() >= offset + hdf5.size() && view.substr(offset, hdf5.size()) == hdf5) return FileKind::netcdf4;
    if (starts("GRIB"sv)) return FileKind::grib;
    if (starts("PK\3\4"sv) || starts("PK\5\6"sv)) return FileKind::zip;
    if (is_model(view)) return FileKind::model;
    for (const Known& kind : known)
        if (starts(kind.magic)) throw refusal(path, kind.what, kind.remedy);
    if (head.size() > 262 && view.substr(257, 5) == "ustar"sv)
        throw refusal(path, "a tar archive", "unpack it first: tar xf FILE");
    if (is_text(view)) refuse_text(path, view);
    const auto first = static_cast<unsigned char>(head[0]);
    if (head.size() > 32 && (first == 0x03 || first == 0x30) && lower(path).ends_with(".dbf"))
        throw refusal(path, "the table of a shapefile (.dbf)", "shapes go to gwsd basins --shapes, by their .shp");
    throw refusal(path, "bytes that belong to no format known here", "the download may be damaged: try it again");
}

} // namespace gwsd::io
