#include "gwsd/io/shapes.hpp"

#include <sys/stat.h>
#include <cmath>
#include <map>

#include "gwsd/core/error.hpp"
#include "gwsd/core/message.hpp"
#include "io/geojson.hpp"
#include "io/read_whole.hpp"
#include "io/shape_table.hpp"
#include "io/shapefile.hpp"
#include "io/text.hpp"

namespace gwsd::io {
namespace {

/// The file of another ending beside a shapefile, in either case; empty if there is none.
std::string beside(const std::string& path, const std::string& ending)
{
    const std::string stem = path.substr(0, path.rfind('.') + 1);
    struct stat ignored {};
    for (std::string name : {ending, lower(ending)}) {
        if (::stat((stem + name).c_str(), &ignored) == 0) return stem + name;
        for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        if (::stat((stem + name).c_str(), &ignored) == 0) return stem + name;
    }
    return {};
}

void check_projection(const std::string& path)
{
    const std::string file = beside(path, "prj");
    if (file.empty()) return;
    const std::string text = trimmed(read_whole(file));
    if (text.rfind("PROJ", 0) == 0 || text.rfind("LOCAL", 0) == 0)
        throw DataError(path + ": is in projected coordinates (" + text.substr(0, text.find(',')) +
                        "); bring it to longitude and latitude first: ogr2ogr -t_srs EPSG:4326 new.shp " + path);
}

std::vector<geo::Polygon> read_shapefile(const std::string& path, const std::string& name_field)
{
    check_projection(path);
    std::vector<ShapeRecord> records = read_shp(path);
    const std::string dbf = beside(path, "dbf");
    if (dbf.empty() && !name_field.empty())
        throw DataError(path + ": there is no .dbf beside it that could hold the field '" + name_field + "'");
    if (dbf.empty()) note(path + ": there is no .dbf beside it; the polygons are numbered");
    const ShapeTable table = dbf.empty() ? ShapeTable{} : read_dbf(dbf);
    const int column = dbf.empty() ? -1 : name_column(table, name_field, dbf);
    std::vector<geo::Polygon> shapes;
    for (ShapeRecord& record : records) {
        std::string name;
        if (column >= 0 && record.row < table.rows.size()) {
            const auto c = static_cast<std::size_t>(column);
            name = table.rows[record.row][c];
            // A bare number says more behind the name of its field.
            if (!table.fields[c].text && !name.empty() && name_field.empty()) name = table.fields[c].name + " " + name;
        }
        shapes.push_back({name, std::move(record.rings)});
    }
    return shapes;
}

void check_coordinates(const std::string& path, const geo::Polygon& shape)
{
    for (const geo::Ring& ring : shape.rings)
        for (const geo::Point& p : ring)
            if (!(std::abs(p.lon) <= 540) || !(std::abs(p.lat) <= 90.000001))
                throw DataError(path + ": '" + shape.name + "' has the point " + std::to_string(p.lon) + ", " +
                                std::to_string(p.lat) +
                                ", which is no longitude and latitude in degrees; bring it to EPSG:4326 first, such as "
                                "with ogr2ogr -t_srs EPSG:4326");
}

} // namespace

std::vector<geo::Polygon> read_shapes(const std::string& path, const std::string& name_field)
{
    check_input_file(path);
    const std::string ending = lower(path.substr(path.rfind('.') + 1));
    std::vector<geo::Polygon> shapes;
    if (ending == "shp")
        shapes = read_shapefile(path, name_field);
    else if (ending == "geojson" || ending == "json")
        shapes = read_geojson(path, name_field);
    else
        throw DataError(path + ": expected polygons in a .shp, .geojson or .json file" +
                        (ending == "zip" ? "; unpack the archive first" : "; convert it, such as with ogr2ogr"));
    if (shapes.empty()) throw DataError(path + ": holds no polygon");
    std::map<std::string, int> seen;
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        std::string& name = shapes[i].name;
        if (name.empty()) name = "polygon " + std::to_string(i + 1);
        check_coordinates(path, shapes[i]);
        if (const int times = ++seen[name]; times > 1) name += " (" + std::to_string(times) + ")";
    }
    return shapes;
}

} // namespace gwsd::io
