#include "score/well_data.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdio>

#include "gwsd/core/error.hpp"
#include "gwsd/core/message.hpp"
#include "io/text.hpp"
#include "score/csv.hpp"
#include "score/text.hpp"

namespace gwsd::score {

namespace {

using io::lower;

/// "2002-04", "2002-04-30", "2002-04-30 12:00", "2002/04", "200204"
geo::Month month_of(const CsvTable& table, std::size_t row)
{
    const std::string& text = table.rows[row][0];
    int year = 0, month = 0, used = 0;
    const bool dashed = std::sscanf(text.c_str(), "%4d-%2d%n", &year, &month, &used) == 2 && used >= 6;
    const bool slashed = !dashed && std::sscanf(text.c_str(), "%4d/%2d%n", &year, &month, &used) == 2 && used >= 6;
    const bool packed =
        !dashed && !slashed && text.size() == 6 && std::sscanf(text.c_str(), "%4d%2d", &year, &month) == 2;
    if (!(dashed || slashed || packed) || month < 1 || month > 12 || year < 1800 || year > 2200)
        throw DataError(table.path + ": row " + std::to_string(row + 2) + ", column '" + table.header[0] + "': '" +
                        text + "' is not a month or date such as 2002-04 or 2002-04-30");
    return geo::Month::of(year, month);
}

std::vector<geo::Month> months_of(const CsvTable& table)
{
    if (table.header.size() < 2 || table.rows.empty())
        throw DataError(table.path + ": has no series; expected a column of months and one column a series");
    std::vector<geo::Month> months;
    for (std::size_t row = 0; row < table.rows.size(); ++row) months.push_back(month_of(table, row));
    return months;
}

MonthlySeries series_of(const CsvTable& table, const std::vector<geo::Month>& months, int column)
{
    std::map<geo::Month, std::pair<double, int>> sums;
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
        const double value = table.number(row, column);
        if (!std::isfinite(value)) continue;
        if (std::abs(value) > 1e5 || value == -9999 || value == -999 || value == 9999)
            throw DataError(table.path + ": row " + std::to_string(row + 2) + ", column '" +
                            table.header[static_cast<std::size_t>(column)] + "': " + exact_text(value) +
                            " looks like a code for a missing value; leave the field empty");
        auto& [sum, count] = sums[months[row]];
        sum += value, ++count;
    }
    MonthlySeries series;
    for (const auto& [month, sum] : sums) series[month] = sum.first / sum.second;
    return series;
}

int column_named(const CsvTable& table, std::initializer_list<const char*> names, const std::string& what)
{
    for (const char* name : names)
        if (const int found = table.column(name); found >= 0) return found;
    std::string known;
    for (const char* name : names) known += (known.empty() ? "" : ", ") + std::string(name);
    throw DataError(table.path + ": has no column of the " + what + "; expected one of " + known);
}

/// Columns of specific yield: as asked for, or by their names.
std::vector<int> yield_columns(const CsvTable& table, const WellsOptions& options)
{
    std::vector<int> columns;
    for (const std::string& name : options.specific_yield) {
        const int found = table.column(name);
        if (found < 0) throw ConfigError("--specific-yield " + name + ": " + table.path + " has no such column");
        columns.push_back(found);
    }
    if (!columns.empty()) return columns;
    for (std::size_t c = 0; c < table.header.size(); ++c) {
        const std::string name = lower(table.header[c]);
        if (name == "sy" || name.starts_with("sy_") || name.starts_with("specific"))
            columns.push_back(static_cast<int>(c));
    }
    return columns;
}

struct Site {
    double lat, lon;
    std::vector<double> specific_yield;
};

std::map<std::string, Site> sites_of(const CsvTable& table, const std::vector<int>& yields)
{
    const int id = column_named(table, {"id", "well", "well_id", "name", "site", "station"}, "wells' names"),
              lat = column_named(table, {"lat", "latitude", "y"}, "latitude"),
              lon = column_named(table, {"lon", "long", "longitude", "x"}, "longitude");
    std::map<std::string, Site> sites;
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
        const std::string& name = table.rows[row][static_cast<std::size_t>(id)];
        const std::string where = table.path + ": row " + std::to_string(row + 2) + ", well '" + name + "': ";
        Site site{table.number(row, lat), table.number(row, lon), {}};
        if (!(std::abs(site.lat) <= 90) || !(std::abs(site.lon) <= 360))
            throw DataError(where + "latitude " + exact_text(site.lat) + ", longitude " + exact_text(site.lon) +
                            " are no degrees north and east");
        for (const int column : yields) {
            const double yield = table.number(row, column);
            if (yield > 1 || yield < 0)
                throw DataError(where + "specific yield " + exact_text(yield) + " is not a share between 0 and 1");
            site.specific_yield.push_back(yield);
        }
        if (!sites.emplace(name, std::move(site)).second)
            throw DataError(where + "is named twice; keep one of the rows");
    }
    return sites;
}

} // namespace

bool is_csv(const std::string& text)
{
    const std::string small = lower(text);
    return small.ends_with(".csv") || small.find(".csv:") != std::string::npos;
}

MonthlySeries read_csv_series(const std::string& text, std::string& chosen)
{
    const auto end = lower(text).find(".csv:");
    const CsvTable table = read_csv(end == std::string::npos ? text : text.substr(0, end + 4));
    const auto months = months_of(table);
    if (end != std::string::npos) {
        chosen = text.substr(end + 5);
        return series_of(table, months, table.required_column(chosen));
    }
    chosen = table.header[1];
    note(table.path + ": the series is column '" + chosen + "'; FILE.csv:COLUMN chooses another");
    return series_of(table, months, 1);
}

WellTable read_wells(const WellsOptions& options)
{
    const CsvTable series = read_csv(options.wells), places = read_csv(options.sites);
    const auto columns = yield_columns(places, options);
    const auto sites = sites_of(places, columns);
    WellTable table;
    for (const int column : columns) table.yields.push_back(places.header[static_cast<std::size_t>(column)]);
    const auto months = months_of(series);
    for (std::size_t c = 1; c < series.header.size(); ++c) {
        for (std::size_t other = 1; other < c; ++other)
            if (series.header[other] == series.header[c])
                throw DataError(series.path + ": has two columns '" + series.header[c] + "'; keep one of them");
        const auto site = sites.find(series.header[c]);
        if (site == sites.end()) {
            ++table.without_site;
            continue;
        }
        table.wells.push_back({site->first, site->second.lat, site->second.lon, site->second.specific_yield,
                               series_of(series, months, static_cast<int>(c))});
    }
    if (table.wells.empty())
        throw DataError(series.path + ": none of its " + std::to_string(series.header.size() - 1) +
                        " columns is a well that " + places.path + " names");
    return table;
}

} // namespace gwsd::score
