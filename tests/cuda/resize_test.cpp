#include "gwsd/ops/resize.hpp"
#include "cuda/adjoint.hpp"
#include "cuda/support.hpp"
#include "gwsd/ops/pointwise.hpp"

using namespace gwsd;
using test::check_devices_agree;
using test::random_tensor;

namespace {

struct ResizeCase {
    Shape shape;
    Index rows, cols;
};

} // namespace

TEST_CASE("bilinear resizing is the same on both devices up and down and to odd sizes")
{
    GWSD_NEEDS_CUDA
    for (const auto& [shape, rows, cols] :
         {ResizeCase{{1, 1, 1, 3}, 5, 4}, ResizeCase{{3, 4, 5, 8}, 8, 10}, ResizeCase{{1, 5, 7, 5}, 13, 11},
          ResizeCase{{2, 9, 11, 4}, 4, 3}, ResizeCase{{1, 3, 3, 260}, 7, 1}, ResizeCase{{1, 2, 70, 1}, 2, 277},
          ResizeCase{{1, 6, 6, 2}, 48, 48}, ResizeCase{{1, 40, 3, 2}, 1, 3}, ResizeCase{{2, 6, 5, 4}, 6, 5}}) {
        INFO(to_string(shape) << " to " << rows << " x " << cols);
        check_devices_agree(
            [rows = rows, cols = cols](const auto& v) { return ops::resize_bilinear(v[0], rows, cols); },
            {random_tensor<double>(shape, 1)});
    }
}

TEST_CASE("the gradient of resizing adds to what is there and is the adjoint of resizing on the device")
{
    GWSD_NEEDS_CUDA
    check_devices_agree(
        [](const auto& v) {
            // The backward pass runs from the end: the input has a gradient when the first operation adds its own.
            const auto first = ops::resize_bilinear(v[0], 9, 14);
            return ops::add(first, ops::resize_bilinear(ops::add(v[0], v[0]), 9, 14));
        },
        {random_tensor<double>({2, 4, 5, 6}, 1)});

    const auto operation = [](const auto& v) { return ops::resize_bilinear(v[0], 12, 9); };
    const std::vector<Tensor<double>> x{random_tensor<double>({2, 5, 7, 3}, 1)};
    test::check_adjoint(operation, x);
    const auto once = test::outcome<float, Cuda>(operation, x), again = test::outcome<float, Cuda>(operation, x);
    for (std::size_t i = 0; i < once.size(); ++i) CHECK(once[i].to_vector() == again[i].to_vector());
}
