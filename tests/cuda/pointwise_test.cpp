#include "gwsd/ops/pointwise.hpp"
#include "cuda/support.hpp"
#include "gwsd/ops/slices.hpp"

using namespace gwsd;
using test::check_devices_agree;
using test::random_tensor;

TEST_CASE("tensors come to the device and back, and are filled, added and exchanged there")
{
    GWSD_NEEDS_CUDA
    const auto x = random_tensor<float>({3, 5, 67}, 1);
    const auto on_device = copy_to<Cuda>(x);
    CHECK(on_device.to_vector() == x.to_vector());
    CHECK(on_device.clone().slice(1, 2).to_vector() == x.slice(1, 2).to_vector());
    CHECK(Tensor<double, Cuda>::full({300}, 2.5).to_vector() == std::vector<double>(300, 2.5));
    const auto a = Tensor<float, Cuda>::full({300}, 1), b = Tensor<float, Cuda>::full({300}, 4);
    exchange(Cuda{}, 300, a.data(), b.data());
    accumulate(Cuda{}, 299, b.data(), a.data());
    CHECK(a.slice(0, 299).to_vector() == std::vector<float>(299, 5));
    CHECK(a.slice(299, 300).to_vector() == std::vector<float>{4});
}

TEST_CASE("pointwise operations are the same on both devices")
{
    GWSD_NEEDS_CUDA
    for (const Shape& shape : {Shape{1}, Shape{3, 7, 31}}) {
        const std::vector<Tensor<double>> one{random_tensor<double>(shape, 1)},
            two{random_tensor<double>(shape, 1), random_tensor<double>(shape, 2)};
        check_devices_agree([](const auto& v) { return ops::relu(v[0]); }, one);
        check_devices_agree([](const auto& v) { return ops::sigmoid(v[0]); }, one);
        check_devices_agree([](const auto& v) { return ops::tanh(v[0]); }, one);
        check_devices_agree([](const auto& v) { return ops::silu(v[0]); }, one);
        check_devices_agree([](const auto& v) { return ops::softplus(v[0]); }, one);
        check_devices_agree([](const auto& v) { return ops::exp(v[0]); }, one);
        check_devices_agree(
            []<class V>(const V& v) {
                using T = std::remove_pointer_t<decltype(v[0].value().data())>;
                return ops::add_scalar(ops::scale(ops::clamp(v[0], T(-0.5), T(0.5)), T(3)), T(-1));
            },
            one);
        check_devices_agree(
            [](const auto& v) { return ops::multiply(ops::add(v[0], v[1]), ops::subtract(v[0], v[1])); }, two);
    }
}

TEST_CASE("slices and joins are the same on both devices")
{
    GWSD_NEEDS_CUDA
    const std::vector<Tensor<double>> inputs{random_tensor<double>({3, 5, 11, 7}, 1),
                                             random_tensor<double>({3, 5, 11, 3}, 2)};
    check_devices_agree(
        []<class V>(const std::vector<V>& v) {
            const auto joined = ops::concatenate_channels(std::vector<V>{v[0], v[1]});
            const auto part = ops::slice_channels(joined, 4, 9);
            return ops::concatenate_first(std::vector<V>{ops::slice_first(part, 1, 3), part});
        },
        inputs);
}
