#include "gwsd/score/map.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>

#include "score/coast.hpp"

namespace gwsd::score {

namespace {

constexpr int left = 58, top = 34, bottom = 30, bar_gap = 16, bar_width = 16, right = 74;

/// Where longitudes and latitudes lie on the picture.
struct Frame {
    geo::Region region;
    double per_lon, per_lat; ///< pixels a degree
    int width, height;

    double x(double lon) const { return left + (lon - region.west) * per_lon - 0.5; }
    double y(double lat) const { return top + (region.north - lat) * per_lat - 0.5; }
};

std::vector<double> multiples(double low, double high, double step)
{
    std::vector<double> result;
    for (double k = std::ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; ++k) result.push_back(k * step + 0.0);
    return result;
}

/// Large maps read best in steps of 30, 60 or 90 degrees.
std::vector<double> degree_ticks(double low, double high, int wanted)
{
    const double rough = (high - low) / wanted;
    return rough < 20 ? ticks(low, high, wanted) : multiples(low, high, rough <= 30 ? 30 : rough <= 60 ? 60 : 90);
}

Frame frame_of(const geo::Grid& grid, int wanted)
{
    const geo::Region region = grid.bounds();
    const double middle = std::clamp(0.5 * (region.south + region.north), -75.0, 75.0);
    const double lon_span = region.east - region.west, lat_span = region.north - region.south;
    const double narrow = std::cos(middle * std::numbers::pi / 180);
    double per_lat = std::min(wanted / (lon_span * narrow), 520.0 / lat_span);
    // A small region gets a whole number of pixels a row, so that all cells look alike.
    const double cell = lat_span / static_cast<double>(grid.rows());
    if (per_lat * cell > 2) per_lat = std::floor(per_lat * cell) / cell;
    const int width = std::max(40, static_cast<int>(std::lround(lon_span * narrow * per_lat)));
    const int height = std::max(40, static_cast<int>(std::lround(lat_span * per_lat)));
    return {region, width / lon_span, height / lat_span, width, height};
}

/// First and one past the last cell whose extent a pixel [from, to) degrees overlaps.
std::pair<Index, Index> cells_between(const std::vector<double>& edges, double from, double to)
{
    const auto last = static_cast<Index>(edges.size()) - 2;
    const auto locate = [&](double v) {
        const auto it = std::upper_bound(edges.begin(), edges.end(), v);
        return std::clamp<Index>(static_cast<Index>(it - edges.begin()) - 1, 0, last);
    };
    const Index a = locate(from), b = locate(to);
    if (b - a < 2) return {locate(0.5 * (from + to)), locate(0.5 * (from + to)) + 1};
    return {a, b};
}

void draw_field(Image& image, const Frame& frame, const geo::Grid& grid, std::span<const float> field,
                const MapSpec& spec)
{
    for (int j = 0; j < frame.height; ++j) {
        const double north = frame.region.north - j / frame.per_lat,
                     south = frame.region.north - (j + 1) / frame.per_lat;
        const auto [row0, row1] = cells_between(grid.lat_edges, south, north);
        for (int i = 0; i < frame.width; ++i) {
            const auto [col0, col1] = cells_between(grid.lon_edges, frame.region.west + i / frame.per_lon,
                                                    frame.region.west + (i + 1) / frame.per_lon);
            double sum = 0;
            int count = 0;
            for (Index row = row0; row < row1; ++row)
                for (Index col = col0; col < col1; ++col)
                    if (const float v = field[static_cast<std::size_t>(row * grid.cols() + col)]; std::isfinite(v))
                        sum += v, ++count;
            const double position = count ? (sum / count - spec.low) / (spec.high - spec.low) : 0.0;
            image.set(left + i, top + j, count ? color_of(spec.palette, position) : no_data);
        }
    }
}

void draw_coast(Image& image, const Frame& frame, const Coast& coast)
{
    const Color line{70, 70, 70};
    const double thickness = frame.width > 500 && frame.region.east - frame.region.west > 90 ? 0.9 : 1.3;
    for_each_coast_segment(coast, [&](double lon0, double lat0, double lon1, double lat1) {
        const geo::Region& r = frame.region;
        const auto inside = [&](double lon, double lat) {
            return lon >= r.west && lon <= r.east && lat >= r.south && lat <= r.north;
        };
        if (inside(lon0, lat0) && inside(lon1, lat1))
            image.line(frame.x(lon0), frame.y(lat0), frame.x(lon1), frame.y(lat1), line, thickness);
    });
}

std::string coordinate(double degrees, double step, char positive, char negative)
{
    const double wrapped = positive == 'E' && degrees > 180 ? degrees - 360 : degrees;
    const std::string text = number_text(std::abs(wrapped), step) + "\u00b0";
    return std::abs(wrapped) < 1e-9 ? text : text + (wrapped > 0 ? positive : negative);
}

void draw_axes(Image& image, const Frame& frame)
{
    image.frame(left - 1, top - 1, frame.width + 2, frame.height + 2, ink);
    const auto lons = degree_ticks(frame.region.west, frame.region.east, std::max(2, frame.width / 110));
    for (const double lon : lons) {
        const int x = static_cast<int>(std::lround(frame.x(lon)));
        const std::string text = coordinate(lon, lons.size() > 1 ? lons[1] - lons[0] : 1, 'E', 'W');
        image.fill(x, top + frame.height, 1, 5, ink);
        const int wanted = x - Image::text_width(text) / 2;
        image.text(std::clamp(wanted, 2, left + frame.width - Image::text_width(text) + 12), top + frame.height + 8,
                   text);
    }
    const auto lats = degree_ticks(frame.region.south, frame.region.north, std::max(2, frame.height / 80));
    for (const double lat : lats) {
        const int y = static_cast<int>(std::lround(frame.y(lat)));
        const std::string text = coordinate(lat, lats.size() > 1 ? lats[1] - lats[0] : 1, 'N', 'S');
        image.fill(left - 5, y, 5, 1, ink);
        image.text(left - 8 - Image::text_width(text), y - 6, text);
    }
}

void draw_bar(Image& image, const Frame& frame, const MapSpec& spec)
{
    const int x = left + frame.width + bar_gap;
    for (int j = 0; j < frame.height; ++j)
        image.fill(x, top + j, bar_width, 1, color_of(spec.palette, 1.0 - (j + 0.5) / frame.height));
    image.frame(x - 1, top - 1, bar_width + 2, frame.height + 2, ink);
    const auto marks = ticks(spec.low, spec.high, std::max(2, std::min(9, frame.height / 45)));
    for (const double mark : marks) {
        const int y =
            top + static_cast<int>(std::lround((spec.high - mark) / (spec.high - spec.low) * (frame.height - 1)));
        image.fill(x + bar_width, y, 4, 1, ink);
        image.text(x + bar_width + 7, y - 6, number_text(mark, marks.size() > 1 ? marks[1] - marks[0] : 1));
    }
    if (!spec.unit.empty()) image.text(x, top - 18, spec.unit);
}

} // namespace

std::vector<double> ticks(double low, double high, int wanted)
{
    if (!(high > low)) return {low};
    const double rough = (high - low) / std::max(1, wanted), power = std::pow(10.0, std::floor(std::log10(rough)));
    double step = 10 * power;
    for (const double nice : {1.0, 2.0, 2.5, 5.0, 10.0})
        if (nice * power >= rough * 0.999) {
            step = nice * power;
            break;
        }
    return multiples(low, high, step);
}

std::string number_text(double value, double step)
{
    int decimals = 0;
    while (decimals < 6 && std::abs(step * std::pow(10, decimals) - std::round(step * std::pow(10, decimals))) > 1e-6)
        ++decimals;
    if (std::abs(value) < 1e-12) value = 0.0;
    char text[64];
    const bool wide = std::abs(value) >= 1e6 || (value != 0 && std::abs(value) < 1e-5);
    const auto end = wide ? std::to_chars(text, text + sizeof text, value, std::chars_format::scientific, 1)
                          : std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, decimals);
    return {text, end.ptr};
}

std::pair<double, double> robust_range(Palette palette, const std::vector<std::span<const float>>& fields)
{
    std::vector<float> sizes;
    for (const auto& field : fields)
        for (const float v : field)
            if (std::isfinite(v)) sizes.push_back(std::abs(v));
    double end = 1;
    if (!sizes.empty()) {
        const auto position = static_cast<std::ptrdiff_t>(0.99 * static_cast<double>(sizes.size() - 1));
        std::nth_element(sizes.begin(), sizes.begin() + position, sizes.end());
        if (sizes[static_cast<std::size_t>(position)] > 0) end = sizes[static_cast<std::size_t>(position)];
    }
    const double power = std::pow(10.0, std::floor(std::log10(end)));
    for (const double nice : {1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0})
        if (nice * power >= end * 0.999) {
            end = nice * power;
            break;
        }
    return {palette == Palette::sequential || palette == Palette::wetness ? 0.0 : -end, end};
}

Image draw_map(const geo::Grid& grid, std::span<const float> field, const MapSpec& wanted, const Coast* coast)
{
    MapSpec spec = wanted;
    if (!(spec.high > spec.low)) std::tie(spec.low, spec.high) = robust_range(spec.palette, {field});
    const Frame frame = frame_of(grid, spec.width);
    const int total = std::max(left + frame.width + bar_gap + bar_width + right,
                               left + Image::text_width(spec.title, Font::small) + right);
    Image image(total, top + frame.height + bottom);
    draw_field(image, frame, grid, field, spec);
    if (coast) draw_coast(image, frame, *coast);
    draw_axes(image, frame);
    draw_bar(image, frame, spec);
    const Font font =
        Image::text_width(spec.title, Font::large) <= frame.width + bar_gap - 10 ? Font::large : Font::small;
    image.text(left, font == Font::large ? 8 : 12, spec.title, font);
    return image;
}

Image panels(const std::vector<Image>& pictures, int per_row, const std::string& heading)
{
    int cell_width = 0, cell_height = 0;
    for (const Image& picture : pictures)
        cell_width = std::max(cell_width, picture.width()), cell_height = std::max(cell_height, picture.height());
    const int rows = (static_cast<int>(pictures.size()) + per_row - 1) / per_row, head = heading.empty() ? 0 : 36;
    const int columns = std::min(per_row, static_cast<int>(pictures.size()));
    Image image(std::max(columns * cell_width, 24 + Image::text_width(heading, Font::large)),
                head + rows * cell_height);
    if (head) image.text(12, 12, heading, Font::large);
    for (std::size_t k = 0; k < pictures.size(); ++k) {
        const int position = static_cast<int>(k);
        image.paste(pictures[k], position % per_row * cell_width, head + position / per_row * cell_height);
    }
    return image;
}

} // namespace gwsd::score
