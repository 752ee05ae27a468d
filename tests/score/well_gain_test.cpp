#include "score/well_gain.hpp"

#include <cmath>

#include "gwsd/core/random.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::score;

namespace {

constexpr int years = 10, months = 12 * years;

/// Cells in a row of 12 degrees at 45 N, one a degree; places of 2 degrees hold two.
WellField cells_in_a_row()
{
    WellField field;
    field.grid = geo::regular_grid(1, {0, 45, 12, 46});
    for (Index col = 0; col < 12; ++col) field.cells.push_back({0, col, 1, {}, {}});
    return field;
}

/// A variant whose cells have wells(cell, t) and field(cell, t).
template <class Wells, class Field>
WellVariant variant_of(const std::string& unit, int length, const Wells& wells, const Field& field)
{
    WellVariant variant{unit == "mm" ? "sy" : "standardised", unit, {}, {}, {}, {}, 0, {}, {}, {}};
    for (int c = 0; c < 12; ++c) {
        SeriesPair pair;
        for (int t = 0; t < length; ++t) {
            pair.months.push_back({12 * 2000 + t});
            pair.wells.push_back(wells(c, t));
            pair.field.push_back(field(c, t));
            pair.weights.push_back(1);
        }
        variant.cells.push_back(pair);
    }
    return variant;
}

double u(int t) { return std::cos(2 * M_PI * t / 12); }
double v(int t) { return std::sin(2 * M_PI * t / 12); }

/// Noise that belongs to a series, a cell and a month.
double noise(std::uint64_t series, int cell, int t)
{
    Random random(series, static_cast<std::uint64_t>(1000 * cell + t));
    return random.normal();
}

} // namespace

TEST_CASE("the gain over the coarse product is that of r, of KGE and of RMSE")
{
    // Wells and field are 100 u mm. The coarse product is 50 u + 50 sqrt(3) v, of the same variance and r = 1/2 with u:
    // KGE = 1 - sqrt((1/2 - 1)^2) = 1/2, and its error 50 u - 50 sqrt(3) v has the mean square (2500 + 7500) / 2.
    const auto wells = [](int, int t) { return 100 * u(t); };
    const auto other = [](int, int t) { return 50 * u(t) + 50 * std::sqrt(3.0) * v(t); };
    const std::vector field{variant_of("mm", months, wells, wells)}, coarse{variant_of("mm", months, wells, other)};
    const VariantGain gain = well_gains(cells_in_a_row(), field, coarse, 1).front();
    CHECK(gain.years == 10);
    CHECK(gain.places == 6);
    for (const GainScores& scores : {gain.region, gain.median, gain.cells[3]}) {
        CHECK(scores[0].field == Approx(1));
        CHECK(scores[0].coarse == Approx(0.5));
        CHECK(scores[0].gain == Approx(0.5));
        CHECK(scores[1].coarse == Approx(0.5));
        CHECK(scores[1].gain == Approx(0.5));
        CHECK(scores[2].coarse == Approx(std::sqrt(5000.0)));
        CHECK(scores[2].gain == Approx(std::sqrt(5000.0)));
        // All years are alike, so no draw of years changes anything.
        CHECK(scores[0].interval.low == Approx(0.5));
        CHECK(scores[2].interval.high == Approx(std::sqrt(5000.0)));
    }
    CHECK(gain.better == 12);
    const std::string text = gain_verdict(field, {gain});
    CHECK(text.find("Course of the region: the field is closer to the wells than the coarse product (r 1.000 against "
                    "0.500, gain 0.500, 95 %: 0.500 to 0.500).") == 0);
    CHECK(text.find("r is larger in 12 of 12") != std::string::npos);

    const VariantGain loss = well_gains(cells_in_a_row(), coarse, field, 1).front();
    CHECK(loss.region[0].gain == Approx(-0.5));
    CHECK(loss.region[2].gain == Approx(-std::sqrt(5000.0)));
    CHECK(loss.better == 0);
    CHECK(gain_verdict(coarse, {loss}).find("is further from the wells") != std::string::npos);
}

TEST_CASE("standardised series have a gain of r alone, and a product gains nothing over itself")
{
    const auto wells = [](int c, int t) { return u(t) + noise(1, c, t); };
    const auto product = [](int c, int t) { return u(t) + noise(2, c, t); };
    const std::vector one{variant_of("sd", months, wells, product)};
    const VariantGain gain = well_gains(cells_in_a_row(), one, one, 1).front();
    CHECK(gain.region[0].gain == 0);
    CHECK(gain.region[0].interval.low == 0);
    CHECK(gain.region[0].interval.high == 0);
    CHECK(std::isnan(gain.region[1].gain));
    CHECK(std::isnan(gain.region[2].gain));
    CHECK(gain.better == 0);
    CHECK(gain_verdict(one, {gain}).find("cannot be told from the coarse product") != std::string::npos);
}

TEST_CASE("the interval of a gain holds zero where there is none, and does not where there is one")
{
    // Field and coarse product are the wells with noise of their own. Of one size, the gain is zero: intervals at 95 %
    // hold it in nearly all of 40 worlds. With twice the noise in the coarse product they hold it in few.
    int hold_equal = 0, hold_worse = 0;
    for (std::uint64_t world = 0; world < 40; ++world) {
        const auto wells = [](int c, int t) { return u(t) + 0.3 * noise(7, c, t); };
        const auto noisy = [&](std::uint64_t series, double size) {
            return [=](int c, int t) { return wells(c, t) + size * noise(1000 + 10 * world + series, c, t); };
        };
        const std::vector field{variant_of("mm", months, wells, noisy(0, 1))};
        const auto holds = [&](double size) {
            const std::vector coarse{variant_of("mm", months, wells, noisy(1, size))};
            const auto interval = well_gains(cells_in_a_row(), field, coarse, 1, 200).front().region[0].interval;
            return interval.low <= 0 && interval.high >= 0;
        };
        hold_equal += holds(1), hold_worse += holds(2);
    }
    CHECK(hold_equal >= 34);
    CHECK(hold_worse <= 6);
}

TEST_CASE("the interval of a gain is the same for the same seed and needs five years")
{
    const auto wells = [](int c, int t) { return u(t) + noise(1, c, t); };
    const auto field = [&](int c, int t) { return wells(c, t) + noise(2, c, t); };
    const auto coarse = [&](int c, int t) { return wells(c, t) + noise(3, c, t); };
    const auto gain = [&](std::uint64_t seed, int length) {
        return well_gains(cells_in_a_row(), {variant_of("mm", length, wells, field)},
                          {variant_of("mm", length, wells, coarse)}, seed)
            .front();
    };
    const VariantGain first = gain(1, months), again = gain(1, months), other = gain(2, months);
    CHECK(first.region[0].interval.low == again.region[0].interval.low);
    CHECK(first.cells[4][2].interval.high == again.cells[4][2].interval.high);
    CHECK(first.region[0].interval.low != other.region[0].interval.low);
    CHECK(first.region[0].interval.low < first.region[0].gain);
    CHECK(first.region[0].interval.high > first.region[0].gain);

    const VariantGain few = gain(1, 48);
    CHECK(few.years == 4);
    CHECK(std::isfinite(few.region[0].gain));
    CHECK(std::isnan(few.region[0].interval.low));
}
