#include "io/storage_facts.hpp"

#include <algorithm>
#include <cctype>
#include <regex>

#include "gwsd/io/units.hpp"
#include "io/quantity.hpp"
#include "io/text.hpp"

namespace gwsd::io {
namespace {

/// "2004-01-01/2009-12-31" from "2004.000-2009.999", "2004.000 to 2009.999", "2004-2009", "2004-01 to 2009-12".
std::string baseline_from(const std::string& text)
{
    static const std::regex months(R"((\d{4})-(\d{2})(?:-\d{2})?\s*(?:/|-|to|\.\.|:)+\s*(\d{4})-(\d{2}))");
    static const std::regex years(R"((\d{4})(?:\.0+)?\s*(?:/|-|to|\.\.|:)+\s*(\d{4})(\.9\d*)?)");
    std::smatch match;
    if (std::regex_search(text, match, months)) {
        const int year = std::stoi(match[3]), month = std::stoi(match[4]);
        if (month < 1 || month > 12) return {};
        return match[1].str() + "-" + match[2].str() + "-01/" +
               geo::date_text(geo::first_day({geo::Month::of(year, month).index + 1}) - 1);
    }
    if (std::regex_search(text, match, years)) return match[1].str() + "-01-01/" + match[2].str() + "-12-31";
    return {};
}

} // namespace

StorageFacts storage_facts(const InputFile& file, const InputField& field, const Quantity& quantity,
                           const std::string& unit)
{
    StorageFacts facts;
    facts.total = is_tws(field);
    const std::string name = lower(field.short_name()),
                      text = lower(name + " " + field.text("long_name") + " " + field.text("standard_name") + " " +
                                   field.text("comment") + " " + field.text("description"));
    // Products of gravity are anomalies by nature; models say so, or hold storage.
    const bool anomaly = text.find("anomal") != std::string::npos || name.rfind("gwsa", 0) == 0 ||
                         name.rfind("twsa", 0) == 0 || name.rfind("lwe_thickness", 0) == 0 ||
                         lower(file.shown()).find("gravis") != std::string::npos ||
                         attribute_text(file.attributes(), "gwsd_baseline") != "" || field.text("gwsd_baseline") != "";
    facts.absolute = quantity.kind == Quantity::Kind::storage && !anomaly && !is_dimensionless(unit);
    for (const char* attribute : {"gwsd_baseline", "time_mean_removed", "baseline", "reference_period", "mean_period",
                                  "time_epoch_mean", "anomaly_reference_period"})
        for (const std::string& found : {field.text(attribute), attribute_text(file.attributes(), attribute)})
            if (facts.baseline == "unknown" && !found.empty())
                if (const std::string baseline = baseline_from(found); !baseline.empty()) facts.baseline = baseline;
    return facts;
}

} // namespace gwsd::io
