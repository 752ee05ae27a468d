#include <limits>

#include "cuda/support.hpp"
#include "gwsd/data/cuda_regridder.hpp"

using namespace gwsd;
using test::random_tensor;

namespace {

/// Largest difference of two fields; infinite where only one of them is missing.
template <class T>
double largest_difference(const std::vector<T>& a, const std::vector<float>& b)
{
    REQUIRE(a.size() == b.size());
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (std::isnan(a[i]) && std::isnan(b[i])) continue;
        const double difference = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
        largest = std::max(largest, std::isnan(difference) ? std::numeric_limits<double>::infinity() : difference);
    }
    return largest;
}

/// `count` fields with holes, a third of them in the lower left quarter.
Tensor<float> fields(Index count, const geo::Grid& grid)
{
    const auto values = random_tensor<float>({count, grid.rows(), grid.cols()}, 1);
    const auto holes = random_tensor<float>({count, grid.rows(), grid.cols()}, 2);
    for (Index i = 0; i < values.elements(); ++i) {
        const Index col = i % grid.cols(), row = i / grid.cols() % grid.rows();
        const bool corner = 2 * col < grid.cols() && 2 * row < grid.rows();
        if (holes.data()[i] < (corner ? 0.9F : -0.8F)) values.data()[i] = std::nanf("");
    }
    return values;
}

} // namespace

TEST_CASE("conservative regridding on the device is that of the CPU with every hole")
{
    GWSD_NEEDS_CUDA
    const geo::Region ragged{20.3, -2.4, 21.9, -0.7}, wide{-5, 10, 40, 10.5}, beyond{19, -1.5, 21, 2};
    struct Pair {
        geo::Grid from, to;
        Index count;
    };
    const std::vector<Pair> pairs{
        {geo::regular_grid(0.1, ragged), geo::regular_grid(0.125, ragged), 3},   // smaller than a block
        {geo::regular_grid(0.1, wide), geo::regular_grid(0.125, wide), 1},       // larger than a block
        {geo::regular_grid(0.1, ragged), geo::regular_grid(0.125, beyond), 1},   // partly without source
        {geo::regular_grid(10), geo::regular_grid(7.5, {170, -60, 530, 60}), 2}, // across the date line
        {geo::regular_grid(0.1, ragged), geo::Grid{{-2.2, -1.31}, {20.4, 20.5, 21.84, 21.9}}, 1}}; // one row
    for (const auto& [from, to, count] : pairs) {
        const geo::ConservativeRegridder here(from, to);
        const data::CudaRegridder there(from, to);
        const auto in = fields(count, from);
        for (const double least : {0.0, 0.6, 1.0}) {
            INFO(from.cells() << " to " << to.cells() << ", at least " << least);
            std::vector<float> expected(static_cast<std::size_t>(count * to.cells()));
            for (Index f = 0; f < count; ++f)
                here.apply(std::span(in.data() + f * from.cells(), static_cast<std::size_t>(from.cells())),
                           std::span(expected).subspan(static_cast<std::size_t>(f * to.cells()),
                                                       static_cast<std::size_t>(to.cells())),
                           least);
            const auto out = there(copy_to<Cuda>(in), least);
            CHECK(out.shape() == Shape{count, to.rows(), to.cols()});
            CHECK(largest_difference(out.to_vector(), expected) < 2e-7);
            const auto values = in.to_vector();
            const auto precise = Tensor<double>::from(in.shape(), std::vector<double>(values.begin(), values.end()));
            CHECK(largest_difference(there(copy_to<Cuda>(precise), least).to_vector(), expected) < 2e-7);
            CHECK(largest_difference(there(copy_to<Cuda>(in), least).to_vector(), out.to_vector()) == 0);
        }
    }
}

TEST_CASE("conservative regridding on the device keeps the integral and refuses other sizes")
{
    GWSD_NEEDS_CUDA
    const geo::Region region{20, -2, 21, -0.5};
    const auto from = geo::regular_grid(0.1, region), to = geo::regular_grid(0.125, region);
    const data::CudaRegridder regridder(from, to);
    const auto in = random_tensor<double>({from.rows(), from.cols()}, 5);
    const auto out = copy_to<Cpu>(regridder(copy_to<Cuda>(in)));
    const auto integral = [](const geo::Grid& grid, const Tensor<double>& field) {
        double sum = 0;
        for (Index row = 0; row < grid.rows(); ++row)
            for (Index col = 0; col < grid.cols(); ++col)
                sum += grid.area(row, col) * field.data()[row * grid.cols() + col];
        return sum;
    };
    CHECK(integral(to, out) == Approx(integral(from, in)).epsilon(1e-10));
    CHECK_THROWS_WITH(regridder(Tensor<float, Cuda>::zeros({2, 15, 9})),
                      "conservative: expects fields [..., 15, 10], got [2, 15, 9]");
}
