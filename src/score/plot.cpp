#include "gwsd/score/plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "gwsd/core/error.hpp"
#include "gwsd/score/map.hpp"
#include "score/plot_panel.hpp"

namespace gwsd::score {

namespace {

constexpr Color grid_line{228, 230, 234};
constexpr int right_margin = 22, legend_row = 18;

struct Range {
    double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();

    void take(double value, bool log)
    {
        if (!std::isfinite(value) || (log && !(value > 0))) return;
        low = std::min(low, value), high = std::max(high, value);
    }
};

/// Ends of an axis: as given, or from the data with a margin.
std::pair<double, double> ends_of(Range range, double low, double high, bool log, double margin)
{
    if (high > low) return log ? std::pair{std::log10(low), std::log10(high)} : std::pair{low, high};
    if (!(range.high >= range.low)) range = log ? Range{1, 10} : Range{0, 1};
    if (log) range = {std::log10(range.low), std::log10(range.high)};
    double span = range.high - range.low;
    if (!(span > 0)) span = log ? 1 : std::max(1e-6, std::abs(range.high)), margin = 0.5;
    return {range.low - margin * span, range.high + margin * span};
}

/// 1, 2, 5 times powers of ten, or powers alone where the axis spans many.
std::vector<double> log_ticks(double low, double high)
{
    std::vector<double> list;
    const bool few = high - low < 2.2;
    const double every = std::max(1.0, std::ceil((high - low) / 8));
    for (double power = std::floor(low); power <= high; power += few ? 1 : every)
        for (const double digit : few ? std::vector<double>{1, 2, 5} : std::vector<double>{1}) {
            const double at = power + std::log10(digit);
            if (at >= low - 1e-9 && at <= high + 1e-9) list.push_back(digit * std::pow(10.0, power));
        }
    return list;
}

std::string log_text(double value)
{
    const double power = std::floor(std::log10(value) + 1e-9);
    if (power < -4 || power > 5) return "1e" + number_text(power, 1);
    return number_text(value, std::pow(10.0, power));
}

std::vector<std::pair<double, std::string>> ticks_of(const Axis& axis, int wanted)
{
    std::vector<std::pair<double, std::string>> list;
    if (axis.log) {
        for (const double value : log_ticks(axis.low, axis.high)) list.emplace_back(value, log_text(value));
        return list;
    }
    const auto values = ticks(axis.low, axis.high, wanted);
    const double step = values.size() > 1 ? values[1] - values[0] : 1;
    for (const double value : values) list.emplace_back(value, number_text(value, step));
    return list;
}

struct LegendEntry {
    std::string name;
    Color color;
    bool dashed, filled;
    int x = 0, row = 0;
};

/// Places entries in rows of `width` pixels.
std::vector<LegendEntry> legend_of(const std::vector<Curve>& curves, const std::vector<Band>& bands,
                                   const std::vector<Columns>& columns, int width)
{
    std::vector<LegendEntry> list;
    for (const Curve& c : curves)
        if (!c.name.empty()) list.push_back({c.name, c.color, c.dashed, false});
    for (const Band& b : bands)
        if (!b.name.empty()) list.push_back({b.name, b.color, false, true});
    for (const Columns& c : columns)
        if (!c.name.empty()) list.push_back({c.name, c.color, false, true});
    int x = 0, row = 0;
    for (LegendEntry& entry : list) {
        const int length = 34 + Image::text_width(entry.name) + 16;
        if (x > 0 && x + length > width) x = 0, ++row;
        entry.x = x, entry.row = row;
        x += length;
    }
    return list;
}

void draw_legend(Image& image, const std::vector<LegendEntry>& legend, int from_x, int from_y)
{
    for (const LegendEntry& entry : legend) {
        const int x = from_x + entry.x, y = from_y + entry.row * legend_row;
        if (entry.filled) {
            for (int j = 1; j < 12; ++j)
                for (int i = 0; i < 26; ++i) image.blend(x + i, y + j, entry.color, 0.35);
        } else if (entry.dashed) {
            for (int i = 0; i < 26; i += 10) image.line(x + i, y + 6, x + i + 5, y + 6, entry.color, 2);
        } else {
            image.line(x, y + 6, x + 26, y + 6, entry.color, 2.5);
        }
        image.text(x + 34, y, entry.name);
    }
}

void check(std::size_t x, std::size_t y, const std::string& name)
{
    if (x != y)
        throw ShapeError("plot: '" + name + "' has " + std::to_string(x) + " x and " + std::to_string(y) + " y values");
}

} // namespace

Color curve_color(std::size_t index)
{
    constexpr std::array<Color, 11> colors{{{30, 30, 30},
                                            {0, 114, 178},
                                            {213, 94, 0},
                                            {0, 158, 115},
                                            {204, 121, 167},
                                            {230, 159, 0},
                                            {86, 180, 233},
                                            {140, 140, 140},
                                            {120, 72, 20},
                                            {92, 60, 153},
                                            {150, 150, 0}}};
    return colors[index % colors.size()];
}

Image draw_plot(const std::vector<Curve>& curves, const PlotSpec& spec, const std::vector<Band>& bands,
                const std::vector<Columns>& columns)
{
    Range xs, ys;
    const auto take = [&](double x, double y) { xs.take(x, spec.log_x), ys.take(y, spec.log_y); };
    for (const Curve& c : curves) {
        check(c.x.size(), c.y.size(), c.name);
        for (std::size_t i = 0; i < c.x.size(); ++i)
            if (!std::isnan(c.y[i])) take(c.x[i], c.y[i]);
    }
    for (const Band& b : bands) {
        check(b.x.size(), b.low.size(), b.name);
        check(b.x.size(), b.high.size(), b.name);
        for (std::size_t i = 0; i < b.x.size(); ++i) take(b.x[i], b.low[i]), take(b.x[i], b.high[i]);
    }
    for (const Columns& c : columns) {
        check(c.edges.size(), c.heights.size() + 1, c.name);
        for (const double edge : c.edges) xs.take(edge, spec.log_x);
        for (const double height : c.heights) ys.take(height, spec.log_y);
        if (!spec.log_y) ys.take(0, false);
    }
    const auto [x_low, x_high] = ends_of(xs, spec.x_low, spec.x_high, spec.log_x, columns.empty() ? 0.02 : 0.0);
    auto [y_low, y_high] = ends_of(ys, spec.y_low, spec.y_high, spec.log_y, 0.06);
    if (!columns.empty() && !spec.log_y && !(spec.y_high > spec.y_low) && ys.low >= 0) y_low = 0;

    Axis y{y_low, y_high, spec.log_y, false, 0, 0}, x{x_low, x_high, spec.log_x, spec.reverse_x, 0, 0};
    y.to = spec.title.empty() ? 26 : 54;
    const auto y_ticks = ticks_of({y_low, y_high, spec.log_y, false, 0, 0}, std::max(2, (spec.height - 130) / 45));
    int label_width = 0;
    for (const auto& tick : y_ticks) label_width = std::max(label_width, Image::text_width(tick.second));
    x.from = 18 + label_width, x.to = spec.width - right_margin;
    const auto legend = legend_of(curves, bands, columns, x.to - x.from);
    const int legend_height = legend.empty() ? 6 : 12 + legend_row * (legend.back().row + 1);
    y.from = spec.height - legend_height - 28 - (spec.x_label.empty() ? 0 : 18);

    Image image(spec.width, spec.height);
    if (!spec.title.empty()) {
        const bool fits = Image::text_width(spec.title, Font::large) <= spec.width - 24;
        image.text(12, fits ? 8 : 11, spec.title, fits ? Font::large : Font::small);
    }
    image.text(12, y.to - 19, spec.y_label);
    const auto x_ticks = spec.x_ticks.empty() ? ticks_of(x, std::max(2, (x.to - x.from) / 80)) : spec.x_ticks;
    for (const auto& [value, text] : y_ticks) {
        const int py = static_cast<int>(std::lround(y.position(value)));
        image.fill(x.from, py, x.to - x.from, 1, grid_line);
        image.text(x.from - 7 - Image::text_width(text), py - 6, text);
    }
    int free_from = 0;
    for (const auto& [value, text] : x_ticks) {
        const int px = static_cast<int>(std::lround(x.position(value))), width = Image::text_width(text);
        if (px < x.from - 1 || px > x.to + 1) continue;
        image.fill(px, y.to, 1, y.from - y.to, grid_line);
        image.fill(px, y.from, 1, 5, ink);
        const int at = std::min(px - width / 2, spec.width - width - 2);
        if (!spec.reverse_x && at < free_from) continue; // labels that would overlap are left out
        image.text(at, y.from + 8, text);
        free_from = at + width + 6;
    }
    Panel panel(image, x, y);
    for (const Columns& c : columns) panel.columns(c);
    for (const Band& b : bands) panel.band(b);
    for (const Curve& c : curves) panel.curve(c);
    image.frame(x.from - 1, y.to - 1, x.to - x.from + 3, y.from - y.to + 3, ink);
    if (!spec.x_label.empty())
        image.text(x.from + (x.to - x.from - Image::text_width(spec.x_label)) / 2, y.from + 25, spec.x_label);
    draw_legend(image, legend, x.from, spec.height - legend_height + 4);
    return image;
}

} // namespace gwsd::score
