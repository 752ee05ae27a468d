// An operation with its gradient: a 3 x 3 convolution learns the blur that made a picture. Headers alone.
#include <cmath>
#include <cstdio>

#include "gwsd/core/random.hpp"
#include "gwsd/ops/conv2d.hpp"

using namespace gwsd;

int main()
{
    // Layout is [batch, row, col, channel]; weights are [out, row, col, in].
    auto picture = Tensor<float>::empty({1, 32, 32, 1});
    Random random(1);
    for (Index i = 0; i < picture.elements(); ++i) picture.data()[i] = static_cast<float>(random.normal());
    const Variable<float> x(picture);
    const Variable<float> blur(Tensor<float>::from({1, 3, 3, 1}, {1, 2, 1, 2, 4, 2, 1, 2, 1})); // no gradient wanted
    const Tensor<float> target = ops::conv2d(x, blur, {}, {.padding = 1}).value();

    const Variable<float> weight(Tensor<float>::zeros({1, 3, 3, 1}), true);
    double error = 0;
    for (int step = 0; step < 50; ++step) {
        Tape tape; // operations record while it lives
        const auto y = ops::conv2d(x, weight, {}, {.padding = 1});
        // The gradient of the mean of (y - target)^2 / 2 with respect to y is where the way back begins.
        auto residual = Tensor<float>::empty(y.shape());
        error = 0;
        for (Index i = 0; i < residual.elements(); ++i) {
            const float r = y.value().data()[i] - target.data()[i];
            residual.data()[i] = r / static_cast<float>(residual.elements());
            error += static_cast<double>(r * r);
        }
        error = std::sqrt(error / static_cast<double>(residual.elements()));
        y.gradient()->sum() = residual;
        tape.run_backward();

        for (Index i = 0; i < 9; ++i) weight.value().data()[i] -= 0.2F * weight.gradient()->sum().data()[i];
        weight.gradient()->clear();
        if (step % 10 == 0) std::printf("step %3d: error %.4f\n", step, error);
    }
    std::printf("learnt");
    for (Index i = 0; i < 9; ++i) std::printf(" %.3f", static_cast<double>(weight.value().data()[i]));
    std::printf(", made with 1 2 1 2 4 2 1 2 1\n");
    return error < 1e-3 ? 0 : 1;
}
