// Uses gwsd::cuda: an array on a GPU. Exits with 69 where there is none, as the program does.
#include <cstdio>
#include <vector>

#include "gwsd/tensor/tensor.hpp"

int main()
{
    try {
        const auto there = gwsd::Tensor<float, gwsd::Cuda>::full({2, 3}, 7.0F);
        const std::vector<float> here = there.to_vector();
        std::printf("values %zu\n", here.size());
        return here == std::vector<float>(6, 7.0F) ? 0 : 1;
    } catch (const gwsd::Error& error) {
        std::printf("%s\n", error.what());
        return static_cast<int>(error.exit_code());
    }
}
