#include "score/baselines/area_to_point_kriging.hpp"

#include <Eigen/Dense>
#include <array>
#include <cmath>

#include "gwsd/core/error.hpp"
#include "gwsd/core/parallel.hpp"
#include "gwsd/core/random.hpp"
#include "gwsd/geo/block_mean.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using score::AreaToPointKriging;
using score::SphericalCovariance;

namespace {

constexpr Index factor = 4;

std::vector<float> random_field(Index cells, std::uint64_t seed)
{
    Random random(seed);
    std::vector<float> field(static_cast<std::size_t>(cells));
    for (float& v : field) v = static_cast<float>(30 * random.normal());
    return field;
}

std::vector<float> estimates(const geo::Grid& coarse, const std::vector<float>& field, const SphericalCovariance& model,
                             std::span<const float> wanted = {})
{
    const AreaToPointKriging kriging(coarse, factor, model, wanted);
    std::vector<float> fine(static_cast<std::size_t>(coarse.cells() * factor * factor));
    kriging.apply(field, fine);
    return fine;
}

/// The fine cells of the middle of a grid of 5 x 5 by writing the whole system down: every point as a vector of the
/// unit sphere, every covariance as a double sum over points.
std::vector<double> directly(const geo::Grid& coarse, const std::vector<float>& field, const SphericalCovariance& model)
{
    const geo::Grid fine = geo::refine(coarse, factor);
    struct Point {
        std::array<double, 3> at;
        double area;
    };
    std::vector<std::vector<Point>> cells(25);
    for (Index r = 0; r < fine.rows(); ++r)
        for (Index c = 0; c < fine.cols(); ++c) {
            const double lat = fine.lat(r) * M_PI / 180, lon = fine.lon(c) * M_PI / 180;
            cells[static_cast<std::size_t>(r / factor * 5 + c / factor)].push_back(
                {{std::cos(lat) * std::cos(lon), std::cos(lat) * std::sin(lon), std::sin(lat)}, fine.area(r, c)});
        }
    const auto covariance = [&](const Point& a, const Point& b) {
        double dot = 0;
        for (std::size_t i = 0; i < 3; ++i) dot += a.at[i] * b.at[i];
        const double h = 6371 * std::acos(std::min(1.0, dot)) / model.range_km;
        return h < 1 ? model.sill * (1 - 1.5 * h + 0.5 * h * h * h) : 0.0;
    };
    const auto mean = [&](const std::vector<Point>& a, const std::vector<Point>& b) {
        double sum = 0, area = 0;
        for (const Point& p : a)
            for (const Point& q : b) sum += p.area * q.area * covariance(p, q), area += p.area * q.area;
        return sum / area;
    };
    std::vector<std::size_t> valid;
    for (std::size_t i = 0; i < 25; ++i)
        if (std::isfinite(field[i])) valid.push_back(i);
    const auto n = std::ssize(valid);
    Eigen::MatrixXd matrix = Eigen::MatrixXd::Ones(n + 1, n + 1);
    matrix(n, n) = 0;
    for (Index i = 0; i < n; ++i)
        for (Index j = 0; j < n; ++j)
            matrix(i, j) = mean(cells[valid[static_cast<std::size_t>(i)]], cells[valid[static_cast<std::size_t>(j)]]);
    const Eigen::FullPivLU<Eigen::MatrixXd> solver(matrix);
    std::vector<double> result;
    for (const Point& u : cells[12]) {
        Eigen::VectorXd right = Eigen::VectorXd::Ones(n + 1);
        for (Index i = 0; i < n; ++i) right(i) = mean(cells[valid[static_cast<std::size_t>(i)]], {u});
        const Eigen::VectorXd weights = solver.solve(right);
        double sum = 0;
        for (Index i = 0; i < n; ++i)
            sum += weights(i) * static_cast<double>(field[valid[static_cast<std::size_t>(i)]]);
        result.push_back(sum);
    }
    return result;
}

} // namespace

TEST_CASE("area-to-point kriging is the solution of the whole system, with all neighbours and with some missing")
{
    const geo::Grid coarse = geo::regular_grid(0.5, {10, 58, 12.5, 60.5});
    for (const double range : {60.0, 400.0, 5000.0})
        for (const bool missing : {false, true}) {
            auto field = random_field(25, 3);
            if (missing)
                for (const std::size_t i : {0, 1, 7, 13, 18, 24}) field[i] = std::nanf("");
            const SphericalCovariance model{900, range};
            const auto fine = estimates(coarse, field, model);
            const auto expected = directly(coarse, field, model);
            CAPTURE(range, missing);
            for (Index p = 0; p < factor * factor; ++p) {
                const auto at = (2 * factor + p / factor) * coarse.cols() * factor + 2 * factor + p % factor;
                CHECK(static_cast<double>(fine[static_cast<std::size_t>(at)]) ==
                      Approx(expected[static_cast<std::size_t>(p)]).epsilon(1e-4).margin(1e-3));
            }
        }
}

TEST_CASE("the mean of the estimates over a coarse cell is the coarse value, next to gaps too")
{
    const geo::Grid coarse = geo::regular_grid(0.5, {-180, 50, 180, 60});
    auto field = random_field(coarse.cells(), 7);
    for (std::size_t i = 0; i < field.size(); i += 5) field[i] = std::nanf("");
    const auto fine = estimates(coarse, field, {1, 700});
    std::vector<float> means(field.size());
    geo::block_mean(geo::refine(coarse, factor), factor, fine, {}, means);
    double largest = 0;
    for (std::size_t i = 0; i < field.size(); ++i)
        if (std::isfinite(field[i])) largest = std::max(largest, std::abs(static_cast<double>(means[i] - field[i])));
    CHECK(largest < 2e-4); // of values of 30
    // A cell without a value is estimated from those around it.
    CHECK(std::none_of(fine.begin(), fine.end(), [](float v) { return std::isnan(v); }));
}

TEST_CASE("estimates are made where they are wanted and where a neighbour is known")
{
    const geo::Grid coarse = geo::regular_grid(0.5, {0, 0, 6, 4});
    std::vector<float> field(static_cast<std::size_t>(coarse.cells()), std::nanf("")), wanted(field.size(), 1.0F);
    field[2 * 12 + 2] = 17;
    wanted[2 * 12 + 3] = 0;
    const auto fine = estimates(coarse, field, {1, 300}, wanted);
    const auto at = [&](Index row, Index col) {
        return fine[static_cast<std::size_t>(row * factor * coarse.cols() * factor + col * factor)];
    };
    CHECK(at(2, 2) == Approx(17));
    CHECK(at(4, 4) == Approx(17)); // two cells away: the mean of what is known
    CHECK(std::isnan(at(2, 3)));
    CHECK(std::isnan(at(2, 5)));
}

TEST_CASE("a constant is reproduced, and a slope but for an error that is odd about the middle of each cell")
{
    const geo::Grid coarse = geo::regular_grid(0.5, {0, -3, 10, 3}), fine_grid = geo::refine(coarse, factor);
    std::vector<float> field(static_cast<std::size_t>(coarse.cells()), 12.5F);
    for (const float v : estimates(coarse, field, {1, 400})) CHECK(v == Approx(12.5));

    // A line in longitude is its own mean at the middle of a cell. The weights of a point and of its mirror image in
    // the middle column are mirror images, so the two errors cancel. Nothing makes either of them 0: ordinary kriging
    // has one constraint, on constants. A covariance that is a line itself comes close, in one dimension exactly.
    for (Index i = 0; i < coarse.cells(); ++i)
        field[static_cast<std::size_t>(i)] = static_cast<float>(10 * coarse.lon(i % coarse.cols()));
    double short_range = 0, long_range = 0;
    for (double* error : {&short_range, &long_range}) {
        const auto fine = estimates(coarse, field, {1, error == &short_range ? 60.0 : 3000.0});
        for (Index row = 2 * factor; row < 10 * factor; ++row)
            for (Index col = 2 * factor; col < 18 * factor; ++col) {
                const auto at = [&](Index c) {
                    return static_cast<double>(fine[static_cast<std::size_t>(row * fine_grid.cols() + c)]) -
                           10 * fine_grid.lon(c);
                };
                const Index mirror = col / factor * factor + factor - 1 - col % factor;
                REQUIRE(at(col) + at(mirror) == Approx(0).margin(1e-4));
                *error = std::max(*error, std::abs(at(col)));
            }
    }
    CHECK(long_range < 0.25); // of 5 from cell to cell
    CHECK(short_range > 2 * long_range);
}

TEST_CASE("estimates wrap around the globe, and are the same bits with one thread and two, first time and second")
{
    const geo::Grid coarse = geo::regular_grid(2, {-180, 0, 180, 20});
    const Index cols = coarse.cols();
    auto field = random_field(coarse.cells(), 11), turned = field;
    for (Index i = 0; i < coarse.cells(); ++i)
        turned[static_cast<std::size_t>(i / cols * cols + (i + 7) % cols)] = field[static_cast<std::size_t>(i)];
    const int before = thread_pool().threads();
    set_threads(1);
    const auto fine = estimates(coarse, field, {1, 900});
    set_threads(2);
    const AreaToPointKriging kriging(coarse, factor, {1, 900});
    std::vector<float> again(fine.size()), of_turned(fine.size());
    kriging.apply(turned, of_turned);
    kriging.apply(field, again);
    set_threads(before);
    CHECK(again == fine);
    const Index wide = cols * factor;
    for (Index i = 0; i < std::ssize(fine); ++i)
        REQUIRE(of_turned[static_cast<std::size_t>(i / wide * wide + (i + 7 * factor) % wide)] ==
                fine[static_cast<std::size_t>(i)]);
}

TEST_CASE("kriging refuses fields of other sizes and neighbourhoods that it has no bits for")
{
    const geo::Grid coarse = geo::regular_grid(0.5, {0, 0, 6, 4});
    std::vector<float> fine(96 * 16), few(5);
    const AreaToPointKriging kriging(coarse, factor, {1, 300});
    CHECK_THROWS_WITH(kriging.apply(few, fine),
                      "area-to-point kriging: expects 96 coarse and 1536 fine cells, got 5 and 1536");
    CHECK_THROWS_AS(AreaToPointKriging(coarse, factor, {1, 300}, {}, {.radius = 4}), ShapeError);
}
