#include "io/geojson.hpp"

#include <nlohmann/json.hpp>

#include "gwsd/core/error.hpp"
#include "io/read_whole.hpp"
#include "io/text.hpp"

namespace gwsd::io {
namespace {

using Json = nlohmann::ordered_json;

class GeoJson {
public:
    GeoJson(const std::string& path, const std::string& name_field) : path_(path), name_field_(name_field) {}

    std::vector<geo::Polygon> read()
    {
        const Json root = Json::parse(read_whole(path_), nullptr, false);
        if (root.is_discarded() || !root.is_object())
            throw DataError(path_ + ": is no JSON that can be read; is it whole?");
        const std::string type = text(root, "type");
        if (type == "FeatureCollection") {
            if (!root.contains("features") || !root["features"].is_array())
                throw DataError(path_ + ": a FeatureCollection needs a list of features");
            for (const Json& feature : root["features"]) add_feature(feature);
        } else if (type == "Feature") {
            add_feature(root);
        } else {
            shapes_.push_back({});
            add_geometry(root, shapes_.back());
        }
        return std::move(shapes_);
    }

private:
    static std::string text(const Json& object, const char* key)
    {
        const auto found = object.find(key);
        if (found == object.end() || found->is_null()) return {};
        return found->is_string() ? found->get<std::string>() : found->dump();
    }

    std::string place() const { return path_ + ": feature " + std::to_string(shapes_.size()); }

    void add_feature(const Json& feature)
    {
        shapes_.push_back({});
        if (!feature.is_object() || text(feature, "type") != "Feature") throw DataError(place() + ": is no Feature");
        shapes_.back().name = name_of(feature);
        const auto geometry = feature.find("geometry");
        // A feature without a place is allowed.
        if (geometry == feature.end() || geometry->is_null())
            shapes_.pop_back();
        else
            add_geometry(*geometry, shapes_.back());
    }

    std::string name_of(const Json& feature) const
    {
        const auto properties = feature.find("properties");
        std::string named, any, list;
        if (properties != feature.end() && properties->is_object())
            for (const auto& [key, value] : properties->items()) {
                if (!name_field_.empty() && lower(key) == lower(name_field_))
                    return value.is_string() ? value.get<std::string>() : value.dump();
                append(list, key);
                if (!value.is_string()) continue;
                if (named.empty() && contains(lower(key), "name")) named = value.get<std::string>();
                if (any.empty()) any = value.get<std::string>();
            }
        if (!name_field_.empty())
            throw DataError(place() + ": has no property '" + name_field_ + "' to name shapes; it has " +
                            (list.empty() ? "none" : list));
        if (!named.empty()) return named;
        return any.empty() ? text(feature, "id") : any;
    }

    void add_geometry(const Json& geometry, geo::Polygon& shape)
    {
        const std::string type = geometry.is_object() ? text(geometry, "type") : "";
        const auto part = [&](const char* key) -> const Json& {
            const auto found = geometry.find(key);
            if (found == geometry.end() || !found->is_array())
                throw DataError(place() + ": " + type + " needs a list of " + key);
            return *found;
        };
        if (type == "Polygon") {
            add_polygon(part("coordinates"), shape);
        } else if (type == "MultiPolygon") {
            for (const Json& polygon : part("coordinates")) add_polygon(polygon, shape);
        } else if (type == "GeometryCollection") {
            for (const Json& member : part("geometries")) add_geometry(member, shape);
        } else {
            throw DataError(place() + ": is of the type '" + type + "'; expected Polygon or MultiPolygon");
        }
    }

    void add_polygon(const Json& rings, geo::Polygon& shape)
    {
        const auto wrong = [&] {
            return DataError(place() + ": its coordinates are no lists of [longitude, latitude]");
        };
        if (!rings.is_array()) throw wrong();
        for (const Json& line : rings) {
            if (!line.is_array()) throw wrong();
            geo::Ring ring;
            for (const Json& point : line) {
                if (!point.is_array() || point.size() < 2 || !point[0].is_number() || !point[1].is_number())
                    throw wrong();
                ring.push_back({point[0].get<double>(), point[1].get<double>()});
            }
            shape.rings.push_back(std::move(ring));
        }
    }

    std::string path_, name_field_;
    std::vector<geo::Polygon> shapes_;
};

} // namespace

std::vector<geo::Polygon> read_geojson(const std::string& path, const std::string& name_field)
{
    return GeoJson(path, name_field).read();
}

} // namespace gwsd::io
