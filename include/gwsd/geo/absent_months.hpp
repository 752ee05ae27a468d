#pragma once

#include <algorithm>
#include <array>

#include "gwsd/geo/calendar.hpp"

namespace gwsd::geo {

/// The record of G3P v1.12: 258 calendar months.
inline constexpr Month g3p_first = Month::of(2002, 4), g3p_last = Month::of(2023, 9);

/// The 33 months of the record without a satellite field: battery management of GRACE from 2011 on, the gap between
/// GRACE and GRACE-FO (2017-07..2018-05), and 2018-08, 2018-09.
inline constexpr std::array<Month, 33> g3p_absent_months{
    Month::of(2002, 6),  Month::of(2002, 7),  Month::of(2003, 6),  Month::of(2011, 1),  Month::of(2011, 6),
    Month::of(2012, 5),  Month::of(2012, 10), Month::of(2013, 3),  Month::of(2013, 8),  Month::of(2013, 9),
    Month::of(2014, 2),  Month::of(2014, 7),  Month::of(2014, 12), Month::of(2015, 6),  Month::of(2015, 10),
    Month::of(2015, 11), Month::of(2016, 4),  Month::of(2016, 9),  Month::of(2016, 10), Month::of(2017, 2),
    Month::of(2017, 7),  Month::of(2017, 8),  Month::of(2017, 9),  Month::of(2017, 10), Month::of(2017, 11),
    Month::of(2017, 12), Month::of(2018, 1),  Month::of(2018, 2),  Month::of(2018, 3),  Month::of(2018, 4),
    Month::of(2018, 5),  Month::of(2018, 8),  Month::of(2018, 9)};

inline bool absent_in_g3p(Month month)
{
    return std::binary_search(g3p_absent_months.begin(), g3p_absent_months.end(), month);
}

} // namespace gwsd::geo
