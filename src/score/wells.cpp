#include "gwsd/score/wells.hpp"

#include <optional>

#include "score/report_folder.hpp"
#include "score/well_texts.hpp"

namespace gwsd::score {

namespace {

WellComparison compare(const WellsOptions& options)
{
    WellComparison result;
    result.table = read_wells(options);
    result.field = read_well_field(options, result.table);
    if (!options.coarse.empty()) {
        result.coarse.emplace();
        result.coarse->field = read_coarse_field(options, result.field);
    }
    result.anomalies = well_anomalies(options, result.table, result.field);
    result.variants = well_variants(options, result.table, result.field, result.anomalies);
    result.agreement = well_agreement(result.anomalies, result.field.cells.size(), options.min_months);
    if (result.coarse) {
        CoarseComparison& coarse = *result.coarse;
        coarse.anomalies = well_anomalies(options, result.table, coarse.field);
        coarse.variants = well_variants(options, result.table, coarse.field, coarse.anomalies);
        coarse.gains = well_gains(result.field, result.variants, coarse.variants, options.seed);
        coarse.verdict = gain_verdict(result.variants, coarse.gains);
    }
    return result;
}

} // namespace

WellsSummary score_wells(const WellsOptions& options)
{
    std::optional<ReportFolder> folder;
    if (!options.output.empty())
        folder.emplace(options.output, options.overwrite,
                       std::vector<std::string>{"wells.json", "table.txt", "cells.csv", "wells.csv", "series.csv",
                                                "lags.csv", "map.png", "series.png", "lags.png"});
    const WellComparison comparison = compare(options);
    WellsSummary summary{wells_table(options, comparison), wells_json(options, comparison)};
    if (folder) {
        folder->write("table.txt", summary.table);
        folder->write("cells.csv", well_cells_csv(comparison));
        folder->write("wells.csv", well_points_csv(comparison));
        folder->write("series.csv", well_series_csv(comparison));
        folder->write("lags.csv", well_lags_csv(comparison));
        folder->write("map.png", wells_map(comparison).png());
        folder->write("series.png", wells_series(comparison).png());
        folder->write("lags.png", wells_lags(comparison).png());
        folder->write("wells.json", summary.scores);
        folder->publish();
    }
    return summary;
}

} // namespace gwsd::score
