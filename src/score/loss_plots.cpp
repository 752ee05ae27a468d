#include <algorithm>
#include <cmath>

#include "gwsd/core/error.hpp"
#include "gwsd/score/plot.hpp"
#include "score/csv.hpp"
#include "score/pictures.hpp"

namespace gwsd::score {

namespace {

/// Column `c` against epochs (or steps), without the rows where it is empty.
Curve curve_of(const CsvTable& table, int x, int c, Color color)
{
    Curve curve{table.header[static_cast<std::size_t>(c)], {}, {}, color};
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
        const double y = table.number(row, c);
        if (!std::isfinite(y)) continue;
        curve.x.push_back(table.number(row, x));
        curve.y.push_back(y);
    }
    curve.markers = curve.x.size() < 40;
    return curve;
}

/// Terms that have a training and a validation column without a unit, in order.
std::vector<std::string> term_names(const CsvTable& table)
{
    std::vector<std::string> names;
    for (const std::string& column : table.header)
        if (column.starts_with("train_") && column != "train_loss" && column.find('(') == std::string::npos &&
            table.column("validation_" + column.substr(6)) >= 0)
            names.push_back(column.substr(6));
    return names;
}

/// The first column that starts so, -1 if none does.
int column_starting(const CsvTable& table, const std::string& text)
{
    for (std::size_t c = 0; c < table.header.size(); ++c)
        if (table.header[c].starts_with(text)) return static_cast<int>(c);
    return -1;
}

} // namespace

std::vector<Picture> loss_plots(const std::string& metrics)
{
    const CsvTable table = read_csv(metrics);
    const int x = table.column("epoch") >= 0 ? table.column("epoch") : table.column("step");
    const auto refuse = [&](const std::string& why) -> DataError {
        return DataError(metrics + ": has " + why + "; expected metrics.csv of a training run");
    };
    if (x < 0) throw refuse("neither a column 'epoch' nor 'step'");
    if (table.rows.empty()) throw refuse("no row");
    PlotSpec spec{.x_label = table.header[static_cast<std::size_t>(x)], .width = 560, .height = 360};
    std::vector<Picture> list;
    const auto add = [&](const char* file, const std::string& title, const std::string& y_label,
                         const std::string& caption, const std::vector<Curve>& curves) {
        if (curves.empty()) return;
        spec.title = title, spec.y_label = y_label;
        list.push_back({file, "Training", caption, draw_plot(curves, spec)});
    };

    std::vector<Curve> losses;
    for (std::size_t c = 0; c < table.header.size(); ++c)
        if (table.header[c].ends_with("loss")) {
            const Curve curve = curve_of(table, x, static_cast<int>(c), curve_color(1 + losses.size()));
            if (!curve.x.empty()) losses.push_back(curve);
        }
    if (losses.empty()) throw refuse("no column whose name ends with 'loss'");
    add("loss.png", "Loss", "weighted sum of the terms", "Loss of training and validation.", losses);

    std::vector<Curve> terms;
    for (const std::string& name : term_names(table)) {
        const Color color = curve_color(1 + terms.size() / 2);
        terms.push_back(curve_of(table, x, table.column("validation_" + name), color));
        terms.push_back(curve_of(table, x, table.column("train_" + name), color));
        terms.back().dashed = true, terms.back().markers = false, terms.back().name.clear();
        terms[terms.size() - 2].name = name;
    }
    add("loss_terms.png", "Terms of the loss", "raw, unweighted",
        "Terms of the loss as they are logged, before their weights: validation, and training dashed.", terms);

    const int own = column_starting(table, "validation_mae"), base = column_starting(table, "interpolation_mae");
    if (own >= 0 && base >= 0) {
        std::vector<Curve> curves{curve_of(table, x, own, curve_color(1)), curve_of(table, x, base, curve_color(2))};
        curves[0].name = "gwsd", curves[1].name = "interpolation";
        const std::string& header = table.header[static_cast<std::size_t>(own)];
        const auto open = header.find('(');
        const std::string unit = open == std::string::npos ? "" : header.substr(open + 1, header.find(')') - open - 1);
        add("loss_mae.png", "Validation MAE", unit, "MAE over the validation steps beside the interpolation's.",
            curves);
    }
    return list;
}

} // namespace gwsd::score
