#pragma once

#include <map>
#include <string>
#include <vector>

#include "gwsd/geo/calendar.hpp"
#include "gwsd/score/wells.hpp"

namespace gwsd::score {

/// Values by month; months without a value are absent.
using MonthlySeries = std::map<geo::Month, double>;

struct Well {
    std::string id;
    double lat = 0, lon = 0;
    std::vector<double> specific_yield; ///< one a column, NaN where unknown
    MonthlySeries values;               ///< as in the file; several of one month are averaged
};

struct WellTable {
    std::vector<Well> wells;
    std::vector<std::string> yields; ///< names of the columns of specific yield
    Index without_site = 0;          ///< columns of the series that the sites do not name
};

/// Throws InputMissing, DataError (a date, number, coordinate or specific yield that cannot be, a well given twice),
/// ConfigError for a column of specific yield that is not there.
WellTable read_wells(const WellsOptions& options);

/// A series from a CSV file, FILE or FILE:COLUMN; the first column holds months or dates. By default the first column
/// that holds numbers. `chosen` is set to the column's name.
MonthlySeries read_csv_series(const std::string& text, std::string& chosen);

/// True if the text names a CSV file, with or without a column.
bool is_csv(const std::string& text);

} // namespace gwsd::score
