#include "gwsd/score/wells.hpp"

#include <optional>

#include "score/report_folder.hpp"
#include "score/well_texts.hpp"

namespace gwsd::score {

WellsSummary score_wells(const WellsOptions& options)
{
    std::optional<ReportFolder> folder;
    if (!options.output.empty())
        folder.emplace(options.output, options.overwrite,
                       std::vector<std::string>{"wells.json", "table.txt", "cells.csv", "wells.csv", "series.csv",
                                                "map.png", "series.png"});
    WellComparison comparison;
    comparison.table = read_wells(options);
    comparison.field = read_well_field(options, comparison.table);
    comparison.anomalies = well_anomalies(options, comparison.table, comparison.field);
    comparison.variants = well_variants(options, comparison.table, comparison.field, comparison.anomalies);

    WellsSummary summary{wells_table(options, comparison), wells_json(options, comparison)};
    if (folder) {
        folder->write("table.txt", summary.table);
        folder->write("cells.csv", well_cells_csv(comparison));
        folder->write("wells.csv", well_points_csv(comparison));
        folder->write("series.csv", well_series_csv(comparison));
        folder->write("map.png", wells_map(comparison).png());
        folder->write("series.png", wells_series(comparison).png());
        folder->write("wells.json", summary.scores);
        folder->publish();
    }
    return summary;
}

} // namespace gwsd::score
