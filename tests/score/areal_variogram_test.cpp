#include "score/baselines/areal_variogram.hpp"

#include <Eigen/Dense>
#include <cmath>

#include "gwsd/core/random.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using score::ArealVariogram;
using score::SphericalCovariance;

namespace {

constexpr Index fine_of_coarse = 3;

/// Means over coarse cells of Gaussian fields of points with a covariance that is known.
class Fields {
public:
    Fields(const geo::Grid& coarse, const SphericalCovariance& model) : coarse_(coarse)
    {
        const geo::Grid fine = geo::refine(coarse, fine_of_coarse);
        const score::BlockCovariance distances(coarse, fine_of_coarse, model);
        const Index n = fine.cells(), cols = fine.cols();
        Eigen::MatrixXd covariance(n, n);
        for (Index i = 0; i < n; ++i)
            for (Index j = 0; j < n; ++j)
                covariance(i, j) =
                    model(distances.distance_km(i / cols, j / cols, static_cast<double>(i % cols - j % cols)));
        root_ = covariance.llt().matrixL();
    }

    std::vector<float> next()
    {
        Eigen::VectorXd noise(root_.rows());
        for (Index i = 0; i < noise.size(); ++i) noise(i) = random_.normal();
        const Eigen::VectorXd points = root_ * noise;
        std::vector<float> means(static_cast<std::size_t>(coarse_.cells()));
        const Index cols = coarse_.cols() * fine_of_coarse;
        for (Index i = 0; i < points.size(); ++i)
            means[static_cast<std::size_t>(i / cols / fine_of_coarse * coarse_.cols() + i % cols / fine_of_coarse)] +=
                static_cast<float>(points(i) / (fine_of_coarse * fine_of_coarse));
        return means;
    }

private:
    geo::Grid coarse_;
    Eigen::MatrixXd root_;
    Random random_{5};
};

} // namespace

TEST_CASE("sill and range of points are found from the variogram of cells, which shows less", "[slow]")
{
    const geo::Grid coarse = geo::regular_grid(0.5, {0, 0, 5, 4});
    const SphericalCovariance truth{400, 180};
    Fields fields(coarse, truth);
    ArealVariogram variogram(coarse, fine_of_coarse), as_points(coarse, 1);
    for (int step = 0; step < 300; ++step) {
        auto field = fields.next();
        field[17] = std::nanf(""); // a pair with a gap does not count
        variogram.add(field), as_points.add(field);
    }
    const auto found = variogram.point_model(), cells = as_points.point_model();
    REQUIRE(found);
    CHECK(found->sill == Approx(truth.sill).epsilon(0.06));
    CHECK(found->range_km == Approx(truth.range_km).epsilon(0.08));
    CHECK(cells->sill < 0.93 * found->sill); // without deconvolution

    const auto lags = variogram.lags();
    const auto model = variogram.regularised(truth);
    REQUIRE(lags.size() == model.size());
    for (std::size_t k = 0; k < lags.size(); ++k) CHECK(lags[k].value == Approx(model[k]).epsilon(0.08));
}

TEST_CASE("a field that does not vary has no covariance to fit")
{
    const geo::Grid coarse = geo::regular_grid(0.5, {0, 0, 5, 4});
    ArealVariogram variogram(coarse, fine_of_coarse);
    CHECK_FALSE(variogram.point_model());
    variogram.add(std::vector<float>(static_cast<std::size_t>(coarse.cells()), 3.0F));
    CHECK_FALSE(variogram.point_model());
    CHECK(variogram.lags().front().pairs > 100);
    CHECK(variogram.lags().front().value == 0);
}

TEST_CASE("the variogram of a slope grows with the square of the distance")
{
    const geo::Grid coarse = geo::regular_grid(1, {0, -3, 20, 3});
    ArealVariogram variogram(coarse, fine_of_coarse, 6, 8);
    std::vector<float> field(static_cast<std::size_t>(coarse.cells()));
    for (Index i = 0; i < coarse.cells(); ++i)
        field[static_cast<std::size_t>(i)] = static_cast<float>(coarse.lat(i / coarse.cols()));
    variogram.add(field);
    // Of the pairs a degree apart those to the west differ by 0, those to the south by 1, the diagonal ones are of the
    // same class, 1.41 degrees, and differ by 1: half of the mean square is (60 + 2 * 57 and so on) counted below.
    double n = 0, squares = 0;
    for (Index row = 0; row < 6; ++row)
        for (Index col = 0; col < 20; ++col)
            for (const auto& [south, west] : {std::pair{0, 1}, {1, 0}, {1, 1}, {1, -1}}) {
                if (row + south >= 6 || col + west < 0 || col + west >= 20) continue;
                n += 1, squares += south;
            }
    CHECK(variogram.lags().front().pairs == n);
    CHECK(variogram.lags().front().value == Approx(0.5 * squares / n));
    CHECK(variogram.lags().front().km > 111);
}
