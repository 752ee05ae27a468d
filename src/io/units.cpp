#include "gwsd/io/units.hpp"

#include <udunits2.h>
#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>
#include <optional>
#include <regex>

#include "gwsd/core/error.hpp"
#include "io/text.hpp"

namespace gwsd::io {
namespace {

using Unit = std::unique_ptr<ut_unit, void (*)(ut_unit*)>;

/// UDUNITS keeps its system and its last status in globals: one caller at a time.
std::mutex& units_lock()
{
    static std::mutex lock;
    return lock;
}

ut_system* unit_system()
{
    static ut_system* const system = [] {
        ut_set_error_message_handler(ut_ignore);
        return ut_read_xml(nullptr);
    }();
    if (!system)
        throw DataError("the database of units cannot be read; install libudunits2-data, or unset UDUNITS2_XML_PATH");
    return system;
}

/// The unit without words that tell what it measures: "mm EWH", "cm (water equivalent)", "mm w.e.".
std::string plain(const std::string& text)
{
    static const std::regex words(
        R"([\s_(\[]*\b(of|ewh|ewt|eqh|lwe|swe|w\.\s*e\.?|water|h2o|equivalent|height|thickness|eq\.?)\b[\s)\].]*$)",
        std::regex::icase);
    static const std::regex pure(
        R"(^\s*(\(?\s*0\s*[-,]\s*1\s*\)?|~|-|fraction|proportion|dimensionless|unitless|none|percentile|no unit)\s*$)",
        std::regex::icase);
    if (std::regex_match(text, pure)) return text.find("ercentile") != std::string::npos ? "%" : "1";
    std::string result = text;
    for (int i = 0; i < 4; ++i) {
        const std::string shorter = std::regex_replace(result, words, "");
        if (shorter.empty() || shorter == result) break;
        result = shorter;
    }
    const auto first = result.find_first_not_of(" \t\n"), last = result.find_last_not_of(" \t\n");
    return first == std::string::npos ? "" : result.substr(first, last - first + 1);
}

Unit parse(const std::string& text)
{
    const std::string name = plain(text);
    if (name.empty() || name.size() > 200) return {nullptr, ut_free};
    return {ut_parse(unit_system(), name.c_str(), UT_UTF8), ut_free};
}

std::optional<UnitConversion> direct(const ut_unit* from, const ut_unit* to)
{
    if (!ut_are_convertible(from, to)) return std::nullopt;
    const std::unique_ptr<cv_converter, void (*)(cv_converter*)> converter{
        ut_get_converter(const_cast<ut_unit*>(from), const_cast<ut_unit*>(to)), cv_free};
    if (!converter) return std::nullopt;
    const double zero = cv_convert_double(converter.get(), 0), one = cv_convert_double(converter.get(), 1);
    // Reciprocal and logarithmic units would convert, but not by a scale and an offset.
    if (std::abs(cv_convert_double(converter.get(), 2) - (2 * one - zero)) > 1e-9 * (std::abs(one) + std::abs(zero)))
        return std::nullopt;
    // The slope comes out of a subtraction where there is an offset; 1 K is 1 degC exactly.
    const double scale = std::abs(one - zero - 1) < 1e-12 ? 1.0 : one - zero;
    return UnitConversion{scale, zero};
}

std::optional<UnitConversion> convert(const std::string& from, const std::string& to)
{
    const std::lock_guard lock(units_lock());
    const Unit a = parse(from), b = parse(to);
    if (!a || !b) return std::nullopt;
    if (const auto conversion = direct(a.get(), b.get())) return conversion;
    // Water: divide by 1000 kg m-3, in the amount or in its rate.
    const Unit density = parse("1000 kg m-3");
    const Unit height{ut_divide(a.get(), density.get()), ut_free};
    if (height)
        if (const auto conversion = direct(height.get(), b.get())) return conversion;
    const Unit mass{ut_multiply(a.get(), density.get()), ut_free};
    if (mass)
        if (const auto conversion = direct(mass.get(), b.get())) return conversion;
    return std::nullopt;
}

} // namespace

UnitConversion unit_conversion(const std::string& from, const std::string& to)
{
    if (const auto conversion = convert(from, to)) return *conversion;
    throw DataError("unit '" + from + "' does not convert to '" + to + "'");
}

bool units_convertible(const std::string& from, const std::string& to) { return convert(from, to).has_value(); }

bool is_dimensionless(const std::string& unit)
{
    const std::lock_guard lock(units_lock());
    const Unit parsed = parse(unit), one = parse("1");
    return parsed && one && ut_are_convertible(parsed.get(), one.get());
}

} // namespace gwsd::io
