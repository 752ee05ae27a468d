#include <algorithm>
#include <cmath>

#include "gwsd/core/error.hpp"
#include "gwsd/score/plot.hpp"
#include "score/csv.hpp"
#include "score/pictures.hpp"

namespace gwsd::score {

std::vector<Picture> loss_plots(const std::string& metrics)
{
    const CsvTable table = read_csv(metrics);
    const int x = table.column("epoch") >= 0 ? table.column("epoch") : table.column("step");
    if (x < 0) throw DataError(metrics + ": has neither a column 'epoch' nor 'step'; is it metrics.csv of a run?");
    std::vector<Curve> curves;
    for (std::size_t c = 0; c < table.header.size(); ++c) {
        if (table.header[c].find("loss") == std::string::npos) continue;
        Curve curve{table.header[c], {}, {}, curve_color(1 + curves.size())};
        for (std::size_t row = 0; row < table.rows.size(); ++row) {
            const double y = table.number(row, static_cast<int>(c));
            if (!std::isfinite(y)) continue; // validation is not computed at every step
            curve.x.push_back(table.number(row, x));
            curve.y.push_back(y);
        }
        curve.markers = curve.x.size() < 40;
        if (!curve.x.empty()) curves.push_back(curve);
    }
    if (curves.empty())
        throw DataError(metrics + ": has no column whose name holds 'loss'; is it metrics.csv of a run?");
    const PlotSpec spec{.title = "Loss",
                        .x_label = table.header[static_cast<std::size_t>(x)],
                        .y_label = "loss",
                        .width = 620,
                        .height = 360};
    return {{"loss.png", "Training", "Loss of training and validation.", draw_plot(curves, spec)}};
}

} // namespace gwsd::score
