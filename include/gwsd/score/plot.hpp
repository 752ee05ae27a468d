#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gwsd/score/image.hpp"

namespace gwsd::score {

/// A curve; points with a NaN interrupt it.
struct Curve {
    std::string name;
    std::vector<double> x, y;
    Color color = ink;
    double thickness = 2;
    bool dashed = false;
    bool markers = false; ///< a dot at each point
};

/// A filled area between two curves, drawn under the lines.
struct Band {
    std::string name;
    std::vector<double> x, low, high;
    Color color = ink;
};

/// Columns between x edges, from the bottom of the plot.
struct Columns {
    std::string name;
    std::vector<double> edges, heights; ///< edges.size() == heights.size() + 1
    Color color = ink;
};

/// What a plot shows beside its curves. Ranges with low == high come from the data.
struct PlotSpec {
    std::string title = "", x_label = "", y_label = ""; ///< y_label stands above the axis
    bool log_x = false, log_y = false;
    bool reverse_x = false; ///< the largest x on the left
    double x_low = 0, x_high = 0, y_low = 0, y_high = 0;
    std::vector<std::pair<double, std::string>> x_ticks = {}; ///< instead of round numbers
    int width = 640, height = 400;                            ///< of the whole picture
};

/// Colours that are told apart with any colour vision (Okabe & Ito 2008); index 0 is meant for the truth (black).
Color curve_color(std::size_t index);

/// Curves in a frame with ticks, grid lines, labels and a legend. Values that a logarithmic axis cannot show are left
/// out. Throws ShapeError if the parts of a curve differ in length.
Image draw_plot(const std::vector<Curve>& curves, const PlotSpec& spec, const std::vector<Band>& bands = {},
                const std::vector<Columns>& columns = {});

} // namespace gwsd::score
