#include "gwsd/score/rank_trend.hpp"

#include <cmath>

#include "gwsd/core/random.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::score;

namespace {

std::vector<geo::Month> months_from(int first, std::size_t count)
{
    std::vector<geo::Month> months;
    for (std::size_t t = 0; t < count; ++t) months.push_back({first + static_cast<int>(t)});
    return months;
}

MannKendall test_of(const std::vector<geo::Month>& months, const std::vector<double>& values)
{
    return mann_kendall(months, values, pair_slopes(months, values));
}

/// Red noise x_t = 0.7 x_(t-1) + e_t beside a weak trend, 40 months, no ties.
const std::vector<double> red{0,     0.27,  -1.43, -0.29, 0.99, 0.31,  0.72,  0.84, 0.29, -0.56,
                              -2.31, -0.09, 0.02,  2.67,  2.84, 2.43,  1.21,  2.41, 1.36, 2.72,
                              1.7,   1.59,  -0.19, 2.44,  1.85, 1.16,  1.87,  0.68, 1.52, 0.17,
                              0.96,  -0.07, -1.58, -1.38, -2.1, -0.58, -0.04, 0.83, 1.04, 0.74};

} // namespace

TEST_CASE("Mann-Kendall counts pairs that rise less pairs that fall")
{
    // 5 8 6 9 13 10 11 15 14 18: 4 of the 45 pairs fall (8 6, 13 10, 13 11, 15 14), so S = 41 - 4 = 37; without ties
    // its variance is 10 * 9 * 25 / 18 = 125, z = 36 / sqrt(125). pymannkendall 1.4.3, original_test, gives the same.
    const std::vector<double> values{5, 8, 6, 9, 13, 10, 11, 15, 14, 18};
    const auto months = months_from(0, values.size());
    const MannKendall test = test_of(months, values);
    CHECK(test.s == 37);
    CHECK(test.tau == Approx(37.0 / 45));
    CHECK(test.variance / test.variance_factor == Approx(125));
    CHECK(test.variance_factor == 1); // no memory is left beside the trend
    CHECK(test.z == Approx(3.219937887599697));
    CHECK(test.p == Approx(0.0012821837418053317));

    std::vector<double> falling;
    for (const double value : values) falling.push_back(-value);
    CHECK(test_of(months, falling).z == Approx(-test.z));
    CHECK(std::isnan(test_of(months_from(0, 3), {1, 2, 3}).p));
}

TEST_CASE("ties take from the variance of S")
{
    // Ties of 2, 3 and 2 (3 3, 4 4 4, 5 5): 125 - (2 * 1 * 9 + 3 * 2 * 11 + 2 * 1 * 9) / 18 = 119.33.
    const std::vector<double> values{3, 1, 3, 4, 4, 4, 2, 5, 5, 6};
    const MannKendall test = test_of(months_from(0, values.size()), values);
    CHECK(test.s == 28);
    CHECK(test.variance / test.variance_factor == Approx(119.0 + 1.0 / 3));

    const MannKendall constant = test_of(months_from(0, 6), {2, 2, 2, 2, 2, 2});
    CHECK(constant.s == 0);
    CHECK(std::isnan(constant.p)); // nothing to rank
}

TEST_CASE("Sen's slope is the median of all slopes, and its interval lies between two of their ranks")
{
    // The series of the first test: 45 slopes, C = 1.96 sqrt(125) = 21.913. Gilbert's ranks are (45 - C) / 2 = 11.543
    // and (45 + C) / 2 + 1 = 34.457; numpy.interp over the sorted slopes gives 8 and 21.041 a year (12 months), the
    // median is
    // 16. scipy.stats.theilslopes, which rounds ranks, has 16, 8 and 20.571.
    const std::vector<double> values{5, 8, 6, 9, 13, 10, 11, 15, 14, 18};
    const SenSlope slope = sen_slope(pair_slopes(months_from(0, values.size()), values), 125);
    CHECK(slope.per_year == Approx(16));
    CHECK(slope.low == Approx(8));
    CHECK(slope.high == Approx(21.04100409312748));
    // A gap is counted: 0, 1 and then 5 three months later are slopes of 1, 5 / 4 and 4 / 3 a month.
    const std::vector<geo::Month> gap{{0}, {1}, {4}};
    CHECK(sen_slope(pair_slopes(gap, std::vector<double>{0, 1, 5}), 0).per_year == Approx(15));
    // So large a variance that the limits lie beyond all slopes.
    CHECK(std::isnan(sen_slope(pair_slopes(gap, std::vector<double>{0, 1, 5}), 9).low));
}

TEST_CASE("memory inflates the variance of S as Hamed and Rao have it")
{
    // pymannkendall 1.4.3: hamed_rao_modification_test(red, lag=2); lag 3 is inside +-1.96 / sqrt(40), where the sum
    // ends.
    const auto months = months_from(7, red.size());
    const MannKendall test = test_of(months, red);
    CHECK(test.s == -12);
    CHECK(test.variance == Approx(21553.734130706693));
    CHECK(test.variance_factor == Approx(2.925846262086881));
    CHECK(test.z == Approx(-0.07492580616390138));
    CHECK(test.p == Approx(0.9402737439139406));
    // The interval counts it too: numpy.interp at ranks (780 -+ 1.96 sqrt(21553.7)) / 2.
    const SenSlope slope = sen_slope(pair_slopes(months, red), test.variance);
    CHECK(slope.per_year == Approx(-0.028548387096774194));
    CHECK(slope.low == Approx(-0.970793653407786));
    CHECK(slope.high == Approx(0.8387809799862203));
}

TEST_CASE("a gap does not bring its two sides together")
{
    // Months 15 to 24 are absent. Computed apart from this code with numpy: rank correlations at lags in calendar
    // months.
    std::vector<geo::Month> months;
    std::vector<double> values;
    for (int t = 0; t < 40; ++t)
        if (t < 15 || t >= 25) months.push_back({t}), values.push_back(red[static_cast<std::size_t>(t)]);
    const MannKendall test = test_of(months, values);
    CHECK(test.s == 9);
    CHECK(test.variance_factor == Approx(1.9584851230211708));
    CHECK(test.p == Approx(0.9187660656025223));
    CHECK(sen_slope(pair_slopes(months, values), test.variance).low == Approx(-0.7432092082991621));
    // As if nothing were absent, memory is another.
    CHECK(test_of(months_from(0, values.size()), values).variance_factor != Approx(test.variance_factor));
}

TEST_CASE("the annual cycle goes and the trend stays, also over broken years")
{
    const auto months = months_from(12 * 2003 + 3, 43); // April 2003 to October 2006
    std::vector<double> values;
    for (const geo::Month month : months)
        values.push_back(7 + 2.5 * middle_of(month) + 30 * std::cos(2 * M_PI * (month.month() - 0.5) / 12 - 1));
    const auto rest = without_cycle(months, values);
    REQUIRE(rest.size() == values.size());
    for (std::size_t i = 1; i < rest.size(); ++i) CHECK(rest[i] - rest[i - 1] == Approx(2.5 / 12).epsilon(1e-6));

    const RankTrend trend = rank_trend(months, values);
    CHECK(trend.slope.per_year == Approx(2.5));
    CHECK(trend.test.tau == Approx(1));
    CHECK(without_cycle(months_from(0, 23), std::vector<double>(23, 1.0)).empty());
    CHECK(std::isnan(rank_trend(months_from(0, 23), std::vector<double>(23, 1.0)).slope.per_year));
}

TEST_CASE("false alarms of trend tests in red noise with an annual cycle, as wells.md says", "[slow]")
{
    // 200 series of 20 years, x_t = phi x_(t-1) + e_t beside a cycle, without a trend; each test is asked at 5 %.
    const auto months = months_from(0, 240);
    struct Alarms {
        double counted = 0, ignored = 0, seasonal = 0; // per cent
    };
    const auto alarms_at = [&](double phi) {
        Alarms alarms;
        for (std::uint64_t series = 0; series < 200; ++series) {
            Random random(11, series);
            std::vector<double> values;
            double x = random.normal() / std::sqrt(1 - phi * phi);
            for (std::size_t t = 0; t < months.size(); ++t) {
                x = phi * x + random.normal();
                values.push_back(x + 2 * std::sin(2 * M_PI * static_cast<double>(t) / 12));
            }
            const MannKendall test = rank_trend(months, values).test;
            if (std::abs(test.z) > normal_95) alarms.counted += 0.5;
            if (std::abs(test.z) * std::sqrt(test.variance_factor) > normal_95) alarms.ignored += 0.5;
            double s = 0, variance = 0; // seasonal Kendall (Hirsch et al. 1982): sums over calendar months
            for (std::size_t month = 0; month < 12; ++month) {
                std::vector<geo::Month> at;
                std::vector<double> of_month;
                for (std::size_t t = month; t < months.size(); t += 12)
                    at.push_back(months[t]), of_month.push_back(values[t]);
                const MannKendall one = test_of(at, of_month);
                s += one.s, variance += one.variance / one.variance_factor;
            }
            if (std::abs(s) > normal_95 * std::sqrt(variance)) alarms.seasonal += 0.5;
        }
        return alarms;
    };
    const auto check = [&](double phi, const Alarms& expected) {
        CAPTURE(phi);
        const Alarms found = alarms_at(phi);
        CHECK(found.counted == Approx(expected.counted).margin(1.1));
        CHECK(found.ignored == Approx(expected.ignored).margin(1.1));
        CHECK(found.seasonal == Approx(expected.seasonal).margin(1.1));
    };
    check(0, {6, 6, 3.5});
    check(0.7, {7.5, 38, 37});
    check(0.9, {12, 61, 60});
}
