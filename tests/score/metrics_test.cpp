#include <cmath>
#include <numbers>

#include "gwsd/score/blocks.hpp"
#include "gwsd/score/cycle.hpp"
#include "gwsd/score/moments.hpp"
#include "gwsd/score/probabilistic.hpp"
#include "gwsd/score/seam.hpp"
#include "gwsd/score/spectrum.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::score;

namespace {

/// Pairs (p, t) = (1, 2), (3, 2), (5, 8) with weights 1, 1, 2: worked by hand in the tests below.
Moments three_pairs()
{
    Moments m;
    m.add(1, 1, 2);
    m.add(1, 3, 2);
    m.add(2, 5, 8);
    return m;
}

} // namespace

TEST_CASE("mae, rmse, bias and r2 agree with a case worked by hand")
{
    const Moments m = three_pairs();
    CHECK(m.mae() == Approx((1 + 1 + 2 * 3) / 4.0));
    CHECK(m.rmse() == Approx(std::sqrt((1 + 1 + 2 * 9) / 4.0)));
    CHECK(m.bias() == Approx((-1 + 1 - 6) / 4.0));
    // Truth: mean 5, variance (9 + 9 + 2 * 9) / 4 = 9.
    CHECK(m.truth_sd() == Approx(3.0));
    CHECK(m.r2() == Approx(1 - 5.0 / 9.0));
    CHECK(m.n == 3);
}

TEST_CASE("correlation and kge agree with a case worked by hand")
{
    const Moments m = three_pairs();
    // Prediction: mean 3.5, variance (6.25 + 0.25 + 2 * 2.25) / 4 = 2.75; covariance (7.5 + 1.5 + 2 * 4.5) / 4 = 4.5.
    const double r = 4.5 / std::sqrt(9 * 2.75), alpha = std::sqrt(2.75) / 3, beta = -1.5 / 3;
    CHECK(m.correlation() == Approx(r));
    CHECK(m.kge() == Approx(1 - std::sqrt((r - 1) * (r - 1) + (alpha - 1) * (alpha - 1) + beta * beta)));
}

TEST_CASE("a constant truth has no r2, and an empty sum has no score")
{
    Moments m;
    CHECK(std::isnan(m.mae()));
    m.add(1, 0.1, 0.3);
    m.add(1, 0.2, 0.3);
    CHECK(std::isnan(m.r2()));
    CHECK(std::isnan(m.correlation()));
}

TEST_CASE("Kling-Gupta efficiency has three parts, and its bias counts in standard deviations of the truth")
{
    // Truth 1 2 3 4: mean 2.5, variance 1.25. Prediction 2 2 4 6: mean 3.5, variance 2.75, covariance 1.75.
    Moments m;
    m.add(1, 2, 1), m.add(1, 2, 2), m.add(1, 4, 3), m.add(1, 6, 4);
    const KlingGupta parts = m.kling_gupta();
    CHECK(parts.r == Approx(1.75 / std::sqrt(1.25 * 2.75)));
    CHECK(parts.alpha == Approx(std::sqrt(2.75 / 1.25)));
    CHECK(parts.beta == Approx(1 / std::sqrt(1.25)));
    CHECK(m.kge() == Approx(-0.018169966741186)); // 1 - sqrt(0.0561202^2 + 0.4832397^2 + 0.8944272^2)
    // The same anomalies about zero: no bias, and defined although both means are zero.
    Moments anomalies;
    anomalies.add(1, -1.5, -1.5), anomalies.add(1, -1.5, -0.5), anomalies.add(1, 0.5, 0.5), anomalies.add(1, 2.5, 1.5);
    CHECK(anomalies.kling_gupta().beta == Approx(0).margin(1e-12));
    CHECK(anomalies.kge() == Approx(1 - std::hypot(0.0561202, 0.4832397)).epsilon(1e-5));
    CHECK(std::isnan(Moments{}.kge()));
}

TEST_CASE("moments that are merged equal moments over everything")
{
    Moments a, b, all;
    for (int i = 0; i < 10; ++i) {
        (i < 4 ? a : b).add(1 + i, std::sin(i), std::cos(i));
        all.add(1 + i, std::sin(i), std::cos(i));
    }
    a += b;
    CHECK(a.r2() == Approx(all.r2()));
    CHECK(a.kge() == Approx(all.kge()));
}

TEST_CASE("the sub-grid r2 removes each field's own mean over the coarse cell")
{
    // Two coarse cells. First: truth 0, 2 (sub-grid -1, 1), prediction 10, 11 (-0.5, 0.5): error 0.5, truth 2.
    // Second, weights 1 and 3: truth 4, 0 (mean 1: 3, -1), prediction 0, 0: error 12, truth 12.
    SubgridCell first, second;
    first.add(1, 10, 0);
    first.add(1, 11, 2);
    second.add(1, 0, 4);
    second.add(3, 0, 0);
    SubgridSums sums = first.sums();
    CHECK(sums.error == Approx(0.5));
    CHECK(sums.truth == Approx(2.0));
    sums += second.sums();
    CHECK(sums.error == Approx(12.5));
    CHECK(sums.truth == Approx(14.0));
    CHECK(sums.r2() == Approx(1 - 12.5 / 14));
}

TEST_CASE("a prediction that is constant in its coarse cell has a sub-grid r2 of zero")
{
    SubgridCell cell;
    for (int i = 0; i < 16; ++i) cell.add(1 + 0.01 * i, 42.0, std::sin(i));
    CHECK(cell.sums().r2() == Approx(0.0).margin(1e-12));
}

TEST_CASE("crps of a gaussian forecast agrees with its closed form and with integration")
{
    CHECK(crps_gaussian(0, 1, 0) == Approx(0.2336949772551092)); // 2 phi(0) - 1 / sqrt(pi)
    CHECK(crps_gaussian(3, 0, 5) == 2.0);
    double integral = 0; // of (F(x) - [x >= truth])^2
    for (double x = -20; x < 30; x += 0.001) {
        const double f = normal_cdf((x - 1) / 2), step = x >= 4 ? 1 : 0;
        integral += (f - step) * (f - step) * 0.001;
    }
    CHECK(crps_gaussian(1, 2, 4) == Approx(integral).epsilon(1e-3));
}

TEST_CASE("quantiles of the normal distribution invert its distribution function")
{
    CHECK(normal_quantile(0.975) == Approx(1.959963984540054));
    CHECK(normal_quantile(0.5) == Approx(0.0).margin(1e-12));
}

TEST_CASE("a forecast from the true distribution is calibrated, one half as wide is not")
{
    Calibration good, narrow;
    const int n = 4000;
    for (int i = 0; i < n; ++i) {
        const double truth = normal_quantile((i + 0.5) / n);
        good.add(1, 0, 1, truth);
        narrow.add(1, 0, 0.5, truth);
    }
    CHECK(good.coverage_90() == Approx(0.9).margin(0.001));
    CHECK(good.coverage(0) == Approx(0.05).margin(0.001));
    CHECK(good.calibration_error() < 0.001);
    CHECK(good.pit[0] == Approx(n / 20.0).margin(1));
    CHECK(good.spread_ratio() == Approx(1).margin(0.01));
    CHECK(good.spread_skill_error() < 0.01);
    // P(|z| < 1.645 / 2) = 0.589
    CHECK(narrow.coverage_90() == Approx(0.589).margin(0.002));
    CHECK(narrow.spread_ratio() == Approx(2).margin(0.02));
    CHECK(narrow.sharpness() == Approx(0.5));
}

TEST_CASE("the bootstrap interval of a mean has the width that theory gives")
{
    // 100 blocks with one pair each, errors +-1: the mean error has a standard error of 0.1.
    std::vector<std::vector<BlockSums>> blocks(100, std::vector<BlockSums>(1));
    for (std::size_t b = 0; b < blocks.size(); ++b) blocks[b][0].pairs.add(1, b % 2 ? 1 : -1, 0);
    const auto bias = [](const std::vector<BlockSums>& sums) { return std::vector<double>{sums[0].pairs.bias()}; };
    const auto interval = block_bootstrap(blocks, bias, 1, 2000)[0];
    CHECK(interval.low == Approx(-0.196).margin(0.025));
    CHECK(interval.high == Approx(0.196).margin(0.025));
    CHECK(block_bootstrap(blocks, bias, 1, 200)[0].low == block_bootstrap(blocks, bias, 1, 200)[0].low);
}

TEST_CASE("paired differences have narrower intervals than their parts")
{
    std::vector<std::vector<BlockSums>> blocks(60, std::vector<BlockSums>(2));
    for (std::size_t b = 0; b < blocks.size(); ++b) {
        const double error = 1 + static_cast<double>(b % 7);
        blocks[b][0].pairs.add(1, error, 0);
        blocks[b][1].pairs.add(1, error + 0.5, 0);
    }
    const auto intervals = block_bootstrap(
        blocks,
        [](const std::vector<BlockSums>& s) {
            return std::vector<double>{s[0].pairs.mae(), s[1].pairs.mae() - s[0].pairs.mae()};
        },
        7);
    CHECK(intervals[0].high - intervals[0].low > 0.5);
    CHECK(intervals[1].low == Approx(0.5));
    CHECK(intervals[1].high == Approx(0.5));
}

TEST_CASE("four blocks are too few for an interval")
{
    const std::vector<std::vector<BlockSums>> blocks(4, std::vector<BlockSums>(1));
    const auto one = [](const std::vector<BlockSums>&) { return std::vector<double>{1.0}; };
    CHECK(std::isnan(block_bootstrap(blocks, one, 1)[0].low));
}

TEST_CASE("the seam index is 1 for a plane and 3 where steps across block edges are three times as high")
{
    const auto grid = geo::regular_grid(1.0, {0, 0, 8, 8});
    std::vector<float> plane(64), stairs(64);
    for (int r = 0; r < 8; ++r)
        for (int c = 0; c < 8; ++c) {
            plane[static_cast<std::size_t>(8 * r + c)] = static_cast<float>(r + c);
            stairs[static_cast<std::size_t>(8 * r + c)] = static_cast<float>(r + 2 * (r / 4) + c + 2 * (c / 4));
        }
    SeamIndex smooth(4), seams(4);
    smooth.add(grid, plane);
    seams.add(grid, stairs);
    CHECK(smooth.value() == Approx(1));
    CHECK(seams.value() == Approx(3));
    CHECK(seams.across() == Approx(3));
}

TEST_CASE("the transform of a wave is one line")
{
    std::vector<std::complex<double>> z(16);
    for (int i = 0; i < 16; ++i) z[static_cast<std::size_t>(i)] = std::cos(2 * std::numbers::pi * 3 * i / 16);
    fourier(z);
    for (std::size_t k = 0; k < 16; ++k) CHECK(std::abs(z[k]) == Approx(k == 3 || k == 13 ? 8.0 : 0.0).margin(1e-9));
}

TEST_CASE("the effective resolution is where the prediction loses the truth's small waves")
{
    // At the equator 0.125 degrees are 13.9 km. Truth has waves of 32 and 8 cells (445 and 111 km); one prediction
    // holds both, another has the short one out of step from place to place.
    const auto grid = geo::regular_grid(0.125, {0, -1, 32, 1});
    std::vector<float> truth, whole, coarse;
    for (Index r = 0; r < grid.rows(); ++r)
        for (Index c = 0; c < grid.cols(); ++c) {
            const double x = 2 * std::numbers::pi * static_cast<double>(c), shift = static_cast<double>(r * r * 7 + r);
            const double wide =
                std::cos(x / 32 + shift) + 0.5 * std::cos(x / 20 + 2 * shift) + 0.5 * std::cos(x / 13 + shift);
            truth.push_back(static_cast<float>(wide + std::cos(x / 8 + shift)));
            whole.push_back(static_cast<float>(0.9 * (wide + std::cos(x / 8 + shift))));
            coarse.push_back(static_cast<float>(wide + std::cos(x / 8 - 2.3 * shift * shift)));
        }
    Spectrum good(64), poor(64);
    good.add(grid, whole, truth);
    poor.add(grid, coarse, truth);
    CHECK(good.effective_resolution_km() < 60);
    CHECK(poor.effective_resolution_km() > 111);
    CHECK(poor.effective_resolution_km() < 260);
    CHECK(std::isnan(Spectrum(64).effective_resolution_km()));
}

TEST_CASE("amplitude, phase and trend of a made series are found again")
{
    CycleFit fit(2);
    std::vector<geo::Month> months;
    std::vector<double> values;
    for (int k = 0; k < 60; ++k) {
        const geo::Month month = geo::Month::of(2005, 1 + k % 12);
        const geo::Month m{month.index + 12 * (k / 12)};
        const double years = middle_of(m),
                     y = 7 - 3.0 * (years - 15) + 20 * std::cos(2 * std::numbers::pi * (years - 2.5 / 12));
        const std::vector<float> both{static_cast<float>(y), k == 5 ? NAN : static_cast<float>(y)};
        fit.add(m, both);
        months.push_back(m);
        values.push_back(y);
    }
    const Cycle cycle = fit.fit(0);
    CHECK(cycle.trend == Approx(-3).epsilon(1e-4));
    CHECK(cycle.amplitude == Approx(20).epsilon(1e-4));
    CHECK(cycle.phase == Approx(2.5).epsilon(1e-3));
    CHECK(cycle.offset == Approx(7).epsilon(1e-4));
    CHECK(std::isnan(fit.fit(1).trend));
    CHECK(fit_trend(months, values).per_year == Approx(-3));
    CHECK(fit_trend(months, values).standard_error == Approx(0).margin(1e-6));
}

TEST_CASE("the standard error of a trend covers white noise and grows with memory")
{
    std::vector<geo::Month> months;
    std::vector<double> white, red;
    double state = 0;
    for (int k = 0; k < 120; ++k) {
        months.push_back({24000 + k});
        const double noise = normal_quantile(std::fmod(0.5 + 0.6180339887 * k, 1.0) * 0.998 + 0.001);
        state = 0.8 * state + noise;
        white.push_back(noise);
        red.push_back(state);
    }
    const Trend w = fit_trend(months, white), r = fit_trend(months, red);
    // sd 1, 120 months: 1 / sqrt(120) / (10 / sqrt(12)) = 0.0316 a year
    CHECK(w.standard_error == Approx(0.0316).epsilon(0.15));
    CHECK(r.standard_error > w.standard_error);
}

TEST_CASE("phases differ the short way round the year")
{
    CHECK(phase_difference(0.5, 11.5) == Approx(1));
    CHECK(phase_difference(11.5, 0.5) == Approx(-1));
}
