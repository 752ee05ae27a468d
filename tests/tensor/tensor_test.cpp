#include "gwsd/tensor/convert.hpp"

#include <limits>

#include "support/catch.hpp"

using namespace gwsd;

TEST_CASE("copies of a tensor share values, clones do not")
{
    auto a = Tensor<float>::from({2, 3}, {1, 2, 3, 4, 5, 6});
    const auto handle = a;
    const auto copy = a.clone();
    a.view<2>()(1, 2) = 9;
    CHECK(handle.data()[5] == 9);
    CHECK(copy.data()[5] == 6);
    CHECK(reinterpret_cast<std::uintptr_t>(a.data()) % 64 == 0);
    CHECK(a.slice(1, 2).reshape({3}).to_vector() == std::vector<float>{4, 5, 9});
}

TEST_CASE("a tensor names the shapes that do not fit")
{
    CHECK_THROWS_WITH(Tensor<float>::from({2, 2}, {1, 2, 3}), "tensor: shape [2, 2] needs 4 values, got 3");
    CHECK_THROWS_WITH(Tensor<float>::zeros({2, 3}).reshape({4}), "reshape: [2, 3] has 6 values, [4] needs 4");
    CHECK_THROWS_WITH(Tensor<float>::zeros({2, 3}).slice(1, 4), "slice: [1, 4) of the first axis of [2, 3]");
    CHECK_THROWS_WITH((Tensor<float>::zeros({2, 3}).view<3>()), "view: expects 3 axes, tensor has shape [2, 3]");
}

TEST_CASE("bfloat16 rounds to nearest even and keeps special values")
{
    CHECK(float(bfloat16(1.0F)) == 1.0F);
    CHECK(float(bfloat16(1.00390625F)) == 1.0F);      // halfway, down to even
    CHECK(float(bfloat16(1.01171875F)) == 1.015625F); // halfway, up to even
    CHECK(std::isnan(float(bfloat16(std::numeric_limits<float>::quiet_NaN()))));
    CHECK(float(bfloat16(-std::numeric_limits<float>::infinity())) == -std::numeric_limits<float>::infinity());
    CHECK(float(bfloat16(3.4e38F)) == std::numeric_limits<float>::infinity());
}

TEST_CASE("values convert between double, float and bfloat16")
{
    const auto x = Tensor<double>::from({3}, {1.0, -2.5, 1.01171875});
    CHECK(convert<float>(x).to_vector() == std::vector<float>{1.0F, -2.5F, 1.01171875F});
    const auto narrow = convert<bfloat16>(convert<float>(x));
    CHECK(narrow.shape() == Shape{3});
    CHECK(convert<float>(narrow).to_vector() == std::vector<float>{1.0F, -2.5F, 1.015625F});
    CHECK(convert<double>(convert<bfloat16>(x)).to_vector() == std::vector<double>{1.0, -2.5, 1.015625});
}
