#include "gwsd/score/lag_correlation.hpp"

#include <cmath>

#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::score;

TEST_CASE("r by lag over a record with gaps, with its interval by independent pairs")
{
    // 30 months of which 7, 8 and 19 are absent. numpy.corrcoef over the pairs of months that both exist; independent
    // pairs n (1 - ab) / (1 + ab) with a, b the corrcoef of neighbouring months; tanh(atanh(r) -+ 1.96 / sqrt(n_eff -
    // 3)).
    const std::vector<double> a{2,    -0.5, -0.1, -0.7, -1.1, -1.3, -3.4, -3.6, -4.4, -1.1, -0.9, -1.3, -1.5, -2.2,
                                -3.3, -3.6, -3.2, -3.4, -2.4, -2.6, -2.6, -1.1, -0.5, -1,   -1.2, -0.7, 1.3};
    const std::vector<double> b{-0.8, -0.3, 0.3,  -2,   -1.6, -2.5, -3,   -4.3, -0.4, -3.7, -0.3, -2.5, -3.9, -3,
                                -2.9, -3.6, -4.5, -2.4, -2.7, -1.2, -0.4, -0.3, 0.1,  -1.4, -1.6, 1.9,  2.6};
    std::vector<geo::Month> months;
    for (int m = 0; m < 30; ++m)
        if (m != 7 && m != 8 && m != 19) months.push_back({m});
    const auto curve = lag_curve(months, a, b, 2);
    REQUIRE(curve.size() == 5);
    const auto check = [](const LaggedCorrelation& at, int lag, Index n, double r, double effective, double low,
                          double high) {
        CHECK(at.lag == lag);
        CHECK(at.n == n);
        CHECK(at.r == Approx(r));
        CHECK(at.effective_n == Approx(effective));
        CHECK(at.low == Approx(low));
        CHECK(at.high == Approx(high));
    };
    check(curve[0], -2, 22, 0.16811914729529007, 12.318636477663269, -0.44008469995301636, 0.6705802630751803);
    check(curve[2], 0, 27, 0.5736162414381949, 15.118326586223102, 0.08962063943840848, 0.8384495120957126);
    check(curve[3], 1, 24, 0.7838791205368908, 13.438512521087201, 0.42083462961373874, 0.9304863195726847);
    CHECK_FALSE(curve[0].significant());
    CHECK(curve[2].significant());
}

TEST_CASE("a positive lag is that of a series that follows")
{
    std::vector<geo::Month> months;
    std::vector<double> a, b;
    for (int t = 0; t < 40; ++t) {
        months.push_back({t});
        a.push_back(std::sin(0.3 * (t - 3)));
        b.push_back(std::sin(0.3 * t));
    }
    const auto curve = lag_curve(months, a, b, 4);
    CHECK(curve[4 + 3].r == Approx(1));
    CHECK(curve[4 - 3].r < 0);
    CHECK(std::isnan(lag_curve(months, a, b, 30).back().r)); // 10 pairs are too few to look for a lag
}

TEST_CASE("independent pairs are fewer the longer both series remember")
{
    CHECK(independent_share(0, 0.9) == 1);
    CHECK(independent_share(0.5, 0.5) == Approx(0.6)); // (1 - 0.25) / (1 + 0.25)
    CHECK(independent_share(0.9, 0.9) == Approx(0.19 / 1.81));
    CHECK(independent_share(1, 1) == Approx(0.01 / 1.99));
}
