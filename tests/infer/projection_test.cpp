#include "gwsd/infer/projection.hpp"

#include <cmath>
#include <limits>

#include "gwsd/core/error.hpp"
#include "gwsd/core/parallel.hpp"
#include "gwsd/core/random.hpp"
#include "gwsd/score/seam.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::infer;

namespace {

constexpr float missing = std::numeric_limits<float>::quiet_NaN();

/// A world of land, a predicted field and a satellite field.
struct ProjectionCase {
    geo::Grid fine, coarse;
    Index factor = 4;
    std::vector<float> land, mean, variance, satellite, sigma;

    ProjectionCase(const geo::Region& region, double resolution = 0.5, Index by = 4)
        : coarse(geo::regular_grid(resolution, region)), factor(by)
    {
        fine = geo::refine(coarse, factor);
        const auto cells = static_cast<std::size_t>(fine.cells()), blocks = static_cast<std::size_t>(coarse.cells());
        land.assign(cells, 1);
        mean.assign(cells, 0);
        variance.assign(cells, 100);
        satellite.assign(blocks, 0);
        sigma.assign(blocks, 10);
    }
    float& of(std::vector<float>& field, Index row, Index col)
    {
        const Index cols = std::ssize(field) == fine.cells() ? fine.cols() : coarse.cols();
        return field[static_cast<std::size_t>(row * cols + col)];
    }
    /// Waves of several lengths, the same on every grid at one place.
    static float wave(double lat, double lon)
    {
        return static_cast<float>(40 * std::sin(0.11 * lat) * std::cos(0.07 * lon) + 15 * std::sin(0.9 * lat + lon));
    }
    void rough_land(std::uint64_t seed)
    {
        Random random(seed);
        for (Index row = 0; row < fine.rows(); ++row)
            for (Index col = 0; col < fine.cols(); ++col) {
                const double height = std::sin(0.5 * fine.lat(row)) + std::cos(0.4 * fine.lon(col)) + random.normal();
                of(land, row, col) = height > 0 ? static_cast<float>(random.uniform(0.05, 1)) : 0;
            }
        of(land, 1, 1) = 0.3F; // an island of one cell, if its surroundings are sea
    }
    void fill(std::uint64_t seed)
    {
        Random random(seed);
        for (Index row = 0; row < fine.rows(); ++row)
            for (Index col = 0; col < fine.cols(); ++col) {
                of(mean, row, col) = wave(fine.lat(row), fine.lon(col));
                of(variance, row, col) = static_cast<float>(random.uniform(50, 200));
            }
        for (Index row = 0; row < coarse.rows(); ++row)
            for (Index col = 0; col < coarse.cols(); ++col)
                of(satellite, row, col) = 0.8F * wave(coarse.lat(row) + 2, coarse.lon(col)) + 7;
    }
    ProjectionInput input(bool weighted) const
    {
        if (weighted) return {satellite, variance, sigma};
        return {satellite, {}, {}};
    }
    MassResidual project(const ProjectionOptions& options, bool weighted = false)
    {
        const Projection projection(fine, factor, land, options);
        projection.apply(mean, input(weighted));
        return projection.residual(mean, satellite);
    }
    double seam() const
    {
        score::SeamIndex index(factor);
        std::vector<float> seen = mean;
        for (std::size_t i = 0; i < seen.size(); ++i)
            if (!(land[i] > 0)) seen[i] = missing;
        index.add(fine, seen);
        return index.value();
    }
};

/// The block means by the definition, with a plain loop.
double worst_cell(ProjectionCase& c)
{
    double worst = 0;
    for (Index row = 0; row < c.coarse.rows(); ++row)
        for (Index col = 0; col < c.coarse.cols(); ++col) {
            double sum = 0, weight = 0;
            for (Index i = 0; i < c.factor * c.factor; ++i) {
                const Index r = row * c.factor + i / c.factor, k = col * c.factor + i % c.factor;
                const double w = c.fine.row_weight(r) * static_cast<double>(c.of(c.land, r, k));
                sum += w * static_cast<double>(c.of(c.mean, r, k));
                weight += w;
            }
            if (weight > 0 && !std::isnan(c.of(c.satellite, row, col)))
                worst = std::max(worst, std::abs(sum / weight - static_cast<double>(c.of(c.satellite, row, col))));
        }
    return worst;
}

} // namespace

TEST_CASE("Cell means come out exactly, with coasts, islands, missing cells and weights")
{
    for (const bool weighted : {false, true})
        for (const auto& [region, factor] : {std::pair{geo::Region{-3, 41, 13, 53}, Index{4}},
                                             {geo::Region{-180, -90, 180, 90}, Index{2}},
                                             {geo::Region{100, -70, 110, -60}, Index{3}},
                                             {geo::Region{0, 0, 0.5, 0.5}, Index{5}}}) {
            INFO("factor " << factor << ", weighted " << weighted);
            ProjectionCase c(region, region.east - region.west > 100 ? 5.0 : 0.5, factor);
            c.rough_land(3);
            c.fill(5);
            if (c.coarse.cells() > 20) c.of(c.satellite, 2, 3) = c.of(c.satellite, 3, 3) = missing;
            const auto before = c.mean;
            const MassResidual residual = c.project({.kind = ProjectionKind::cell}, weighted);
            CHECK(worst_cell(c) < 2e-5); // rounding of values of about 60
            CHECK(residual.cell == Approx(worst_cell(c)).margin(1e-12));
            for (std::size_t i = 0; i < c.land.size(); ++i)
                if (!(c.land[i] > 0)) REQUIRE(c.mean[i] == before[i]);
        }
}

TEST_CASE("A projection shows no edges of its blocks where a constant correction does")
{
    for (const ProjectionKind kind : {ProjectionKind::cell, ProjectionKind::region, ProjectionKind::footprint})
        for (const bool weighted : {false, true}) {
            INFO(to_string(kind) << ", weighted " << weighted);
            ProjectionCase c({-30, 10, 26, 50});
            c.fill(5);
            if (weighted) std::fill(c.variance.begin(), c.variance.end(), 150.0F);
            const double before = c.seam();
            ProjectionCase blocky = c;
            c.project({.kind = kind}, weighted);
            CHECK(c.seam() < 1.05 * before);
            const Projection means(blocky.fine, 4, blocky.land, {.kind = ProjectionKind::cell});
            for (Index row = 0; row < c.fine.rows(); ++row)
                for (Index col = 0; col < c.fine.cols(); ++col)
                    blocky.of(blocky.mean, row, col) +=
                        blocky.of(blocky.satellite, row / 4, col / 4) -
                        ProjectionCase::wave(c.coarse.lat(row / 4), c.coarse.lon(col / 4));
            CHECK(blocky.seam() > 1.2 * before);
        }
}

TEST_CASE("A constant misfit is corrected by that constant, whatever the land")
{
    for (const ProjectionKind kind : {ProjectionKind::cell, ProjectionKind::region, ProjectionKind::footprint}) {
        INFO(to_string(kind));
        ProjectionCase c({-180, -90, 180, 90}, 2.0);
        c.rough_land(8);
        std::fill(c.mean.begin(), c.mean.end(), 3.0F);
        std::fill(c.satellite.begin(), c.satellite.end(), 8.0F);
        c.project({.kind = kind});
        for (std::size_t i = 0; i < c.land.size(); ++i)
            REQUIRE(std::abs(c.mean[i] - (c.land[i] > 0 ? 8.0F : 3.0F)) < 1e-5F);
    }
}

TEST_CASE("A linear misfit is corrected along the line, away from the edges of the region")
{
    ProjectionCase c({0, -10, 20, 10});
    for (Index row = 0; row < c.coarse.rows(); ++row)
        for (Index col = 0; col < c.coarse.cols(); ++col)
            c.of(c.satellite, row, col) = static_cast<float>(3 * c.coarse.lon(col));
    c.project({.kind = ProjectionKind::cell});
    for (Index row = 0; row < c.fine.rows(); ++row)
        for (Index col = 32; col < c.fine.cols() - 32; ++col)
            REQUIRE(std::abs(static_cast<double>(c.of(c.mean, row, col)) - 3 * c.fine.lon(col)) < 1e-4);
}

TEST_CASE("Regions are anchored to the globe: those of a part are those of the whole")
{
    ProjectionCase c({-3, 41, 9, 53}); // regions of 4 degrees start at -2 and 2, at 42 and 46
    c.rough_land(2);
    c.fill(1);
    const MassResidual residual = c.project({.kind = ProjectionKind::region, .region_size = 32});
    CHECK(residual.block < 2e-5);
    CHECK(residual.cell > 0.1);
    for (const double west : {0.0, 4.0})
        for (const double south : {42.0, 46.0}) {
            double difference = 0, weight = 0;
            for (Index row = 0; row < c.fine.rows(); ++row)
                for (Index col = 0; col < c.fine.cols(); ++col) {
                    const double lat = c.fine.lat(row), lon = c.fine.lon(col);
                    if (lat < south || lat > south + 4 || lon < west || lon > west + 4) continue;
                    const double w = c.fine.row_weight(row) * static_cast<double>(c.of(c.land, row, col));
                    difference += w * static_cast<double>(c.of(c.mean, row, col) - c.of(c.satellite, row / 4, col / 4));
                    weight += w;
                }
            CHECK(std::abs(difference / weight) < 2e-5);
        }
}

TEST_CASE("Footprint means approach those of the satellite field; structure below the footprint stays")
{
    ProjectionCase c({-40, -30, 40, 30});
    c.rough_land(4);
    for (Index row = 0; row < c.fine.rows(); ++row)
        for (Index col = 0; col < c.fine.cols(); ++col) c.of(c.mean, row, col) = (row + col) % 2 ? 10.0F : -10.0F;
    for (Index row = 0; row < c.coarse.rows(); ++row)
        for (Index col = 0; col < c.coarse.cols(); ++col)
            c.of(c.satellite, row, col) = static_cast<float>(30 * std::sin(0.2 * c.coarse.lon(col)) + 5);
    const auto before = c.mean;
    const MassResidual residual = c.project({.kind = ProjectionKind::footprint});
    CHECK(residual.block < 1.5);
    double rough = 0;
    for (Index row = 8; row < c.fine.rows() - 8; ++row)
        for (Index col = 8; col + 9 < c.fine.cols(); ++col) {
            const auto i = static_cast<std::size_t>(row * c.fine.cols() + col);
            if (c.land[i] > 0 && c.land[i + 1] > 0)
                rough = std::max(
                    rough, static_cast<double>(std::abs((c.mean[i + 1] - c.mean[i]) - (before[i + 1] - before[i]))));
        }
    CHECK(rough < 2.5); // the correction's own slope: 30 mm * 0.2 per degree * 0.125 degrees, coasts included
}

TEST_CASE("A noisy product is followed less, a sure one fully")
{
    const auto corrected = [](float sigma) {
        ProjectionCase c({0, 0, 20, 20});
        std::fill(c.satellite.begin(), c.satellite.end(), 10.0F);
        std::fill(c.sigma.begin(), c.sigma.end(), sigma);
        c.project({.kind = ProjectionKind::footprint}, true);
        return c.of(c.mean, 80, 80);
    };
    CHECK(corrected(0) == Approx(10).margin(1e-4));
    CHECK(corrected(10) == Approx(5).margin(1e-4)); // variance 100 and sigma^2 100
    CHECK(corrected(1000) < 0.01F);
    CHECK(corrected(missing) == Approx(10).margin(1e-4)); // no sigma anywhere: the field as it is
}

TEST_CASE("A correction goes where the prediction is unsure")
{
    ProjectionCase c({0, 0, 8, 8});
    std::fill(c.satellite.begin(), c.satellite.end(), 10.0F);
    for (Index row = 0; row < c.fine.rows(); ++row)
        for (Index col = 0; col < c.fine.cols(); ++col) c.of(c.variance, row, col) = row % 2 ? 150.0F : 50.0F;
    c.project({.kind = ProjectionKind::cell}, true);
    CHECK(c.of(c.mean, 31, 30) / c.of(c.mean, 30, 30) == Approx(3).epsilon(0.01));
}

TEST_CASE("Over land without a satellite value the correction fades instead of ending at an edge")
{
    for (const ProjectionKind kind : {ProjectionKind::cell, ProjectionKind::footprint}) {
        INFO(to_string(kind));
        ProjectionCase c({0, 0, 30, 10});
        for (Index row = 0; row < c.coarse.rows(); ++row)
            for (Index col = 0; col < c.coarse.cols(); ++col)
                c.of(c.satellite, row, col) = col < c.coarse.cols() / 2 ? 10.0F : missing;
        c.project({.kind = kind});
        float steepest = 0;
        for (Index col = 1; col < c.fine.cols(); ++col)
            steepest = std::max(steepest, std::abs(c.of(c.mean, 40, col) - c.of(c.mean, 40, col - 1)));
        CHECK(steepest < 4.0F);
        CHECK(std::abs(c.of(c.mean, 40, c.fine.cols() - 1)) < 0.01F);
    }
}

TEST_CASE("The result does not depend on the number of threads")
{
    std::vector<std::vector<float>> results;
    for (const int threads : {1, 3}) {
        set_threads(threads);
        for (const ProjectionKind kind : {ProjectionKind::cell, ProjectionKind::footprint}) {
            ProjectionCase c({-20, 0, 20, 30});
            c.rough_land(1);
            c.fill(2);
            c.project({.kind = kind}, true);
            results.push_back(c.mean);
        }
    }
    set_threads(default_threads());
    CHECK(results[0] == results[2]);
    CHECK(results[1] == results[3]);
}

TEST_CASE("Projections are named, and wrong sizes refused")
{
    CHECK(parse_projection("region") == ProjectionKind::region);
    CHECK_THROWS_WITH(parse_projection("regoin"), Catch::Matchers::Contains("did you mean 'region'"));
    ProjectionCase c({0, 0, 4, 4});
    const Projection projection(c.fine, 4, c.land, {});
    std::vector<float> small(3);
    CHECK_THROWS_AS(projection.apply(small, c.input(false)), ShapeError);
    CHECK_THROWS_AS(projection.apply(c.mean, {small, {}, {}}), ShapeError);
    CHECK_THROWS_AS(projection.apply(c.mean, {c.satellite, small, {}}), ShapeError);
    CHECK_THROWS_AS(projection.apply(c.mean, {c.satellite, c.variance, small}), ShapeError);
    CHECK_THROWS_AS(Projection(c.fine, 5, c.land, {}), ShapeError);
}
