#include "gwsd/ops/group_norm.hpp"
#include "cuda/support.hpp"
#include "gwsd/ops/pointwise.hpp"

using namespace gwsd;
using test::check_devices_agree;
using test::random_tensor;

namespace {

struct NormCase {
    Shape shape;
    Index groups;
};

} // namespace

TEST_CASE("group normalisation is the same on both devices with and without SiLU")
{
    GWSD_NEEDS_CUDA
    // One pixel more than a chunk of 256; groups that packs of four cross; widths that are no power of two; 256
    // channels.
    for (const auto& [shape, groups] :
         {NormCase{{1, 1, 2, 3}, 1}, NormCase{{3, 5, 7, 12}, 4}, NormCase{{2, 1, 257, 6}, 2},
          NormCase{{1, 9, 31, 40}, 8}, NormCase{{2, 3, 3, 256}, 8}, NormCase{{1, 2, 3, 76}, 1}}) {
        INFO(to_string(shape));
        auto x = random_tensor<double>(shape, 1);
        for (Index i = 0; i < x.elements(); ++i) x.data()[i] += 3;
        const std::vector<Tensor<double>> inputs{x, random_tensor<double>({shape[3]}, 2),
                                                 random_tensor<double>({shape[3]}, 3)};
        for (const bool silu : {false, true})
            check_devices_agree(
                [groups = groups, silu](const auto& v) {
                    return ops::group_norm(v[0], v[1], v[2], {.groups = groups}, silu);
                },
                inputs);
    }
}

TEST_CASE("the gradient of group normalisation adds to what its input has already")
{
    GWSD_NEEDS_CUDA
    const std::vector<Tensor<double>> inputs{random_tensor<double>({2, 6, 5, 8}, 1), random_tensor<double>({8}, 2),
                                             random_tensor<double>({8}, 3)};
    // The backward pass runs from the end: the input has a gradient when the first operation adds its own.
    check_devices_agree(
        [](const auto& v) {
            const auto first = ops::group_norm_silu(v[0], v[1], v[2], {.groups = 2});
            return ops::add(ops::multiply(first, v[0]), ops::group_norm(v[0], v[1], v[2], {.groups = 4}));
        },
        inputs);
}

TEST_CASE("group normalisation of values with a large mean loses nothing on the device")
{
    GWSD_NEEDS_CUDA
    const Shape shape{1, 33, 29, 4};
    auto x = random_tensor<float>(shape, 1);
    for (Index i = 0; i < x.elements(); ++i) x.data()[i] += 1000;
    const auto normalised = [&]<class Device>(Device) {
        const auto constant = [](const Tensor<float>& t) { return Variable<float, Device>(copy_to<Device>(t)); };
        return ops::group_norm(constant(x), constant(Tensor<float>::full({4}, 1)), constant(Tensor<float>::zeros({4})),
                               {.groups = 2})
            .value();
    };
    const auto on_cuda = normalised(Cuda{});
    CHECK(test::relative_difference(on_cuda, normalised(Cpu{})) < 2e-4); // as far as floats near 1000 tell
    CHECK(on_cuda.to_vector() == normalised(Cuda{}).to_vector());
}
