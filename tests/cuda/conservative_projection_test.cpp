#include "gwsd/ops/conservative_projection.hpp"

#include <array>

#include "cuda/adjoint.hpp"
#include "cuda/support.hpp"
#include "gwsd/ops/block_mean.hpp"
#include "gwsd/ops/pointwise.hpp"

using namespace gwsd;
using test::positive_tensor;
using test::random_tensor;

namespace {

struct ProjectionCase {
    Shape shape;
    ops::BlockOptions block;
    Shape blocks() const
    {
        return {shape[0], (shape[1] + block.rows - 1) / block.rows, (shape[2] + block.cols - 1) / block.cols};
    }
};

/// One block; fewer rows than columns of blocks and the other way; ragged edges; larger blocks; odd sizes.
const std::vector<ProjectionCase> cases{{{1, 1, 1}, {4, 4}},  {{3, 8, 8}, {4, 4}},     {{1, 10, 23}, {4, 4}},
                                        {{2, 31, 7}, {5, 3}}, {{1, 35, 70}, {32, 32}}, {{1, 3, 40}, {4, 4}},
                                        {{1, 18, 18}, {3, 3}}};

/// Gaps in the weight and one block without any; weights of different size.
Tensor<double> rugged_weight(const ProjectionCase& of)
{
    auto weight = positive_tensor(of.shape, 5);
    const Index rows = of.shape[1], cols = of.shape[2];
    for (Index i = 0; i < weight.elements(); ++i) {
        const Index r = i / cols % rows, c = i % cols;
        if (i % 7 == 3) weight.data()[i] = 0;
        if (r / of.block.rows == 0 && c / of.block.cols == 1) weight.data()[i] = 0;
        if (r % of.block.rows == 0 && c % of.block.cols == 0) weight.data()[i] *= 20;
    }
    return weight;
}

/// The operation with inputs mean, coarse, share; NaN where nothing may be read.
auto projection(const ProjectionCase& of, bool smooth, bool shared, bool exact)
{
    const auto weight = rugged_weight(of), variance = positive_tensor(of.blocks(), 4);
    auto known = Tensor<double>::full(of.blocks(), 1);
    for (Index i = 2; i < known.elements(); i += 5) known.data()[i] = 0;
    const ops::ProjectionOptions options{.block = of.block, .smooth = smooth};
    return [=]<class T, class Device>(const std::vector<Variable<T, Device>>& v) {
        const auto here = [](const Tensor<double>& t) { return copy_to<Device>(test::convert_to<T>(t)); };
        ops::ProjectionInput<T, Device> in{.coarse = v[1], .known = here(known), .weight = here(weight)};
        if (shared) in.share = v[2];
        if (!exact) in.variance = here(variance);
        return ops::conservative_projection(v[0], in, options);
    };
}

/// Shares of neighbouring blocks differ by much, so that rows of the matrix must be exchanged.
std::vector<Tensor<double>> inputs(const ProjectionCase& of)
{
    auto share = positive_tensor(of.shape, 3);
    for (Index i = 0; i < share.elements(); ++i) {
        const Index r = i / of.shape[2] % of.shape[1], c = i % of.shape[2];
        if ((r / of.block.rows + c / of.block.cols) % 2 == 1) share.data()[i] *= 30;
    }
    return {random_tensor<double>(of.shape, 1), random_tensor<double>(of.blocks(), 2), share};
}

/// As check_devices_agree, but rounding is amplified by the matrix: weights and shares of single precision are not
/// quite those of double precision.
template <class Operation>
void check_agree(const Operation& operation, const std::vector<Tensor<double>>& in)
{
    const auto expected = test::outcome<double, Cpu>(operation, in), exact = test::outcome<double, Cuda>(operation, in);
    const auto single = test::outcome<float, Cuda>(operation, in), beside = test::outcome<float, Cpu>(operation, in);
    for (std::size_t n = 0; n < expected.size(); ++n) {
        INFO((n == 0 ? std::string("output") : "gradient of input " + std::to_string(n - 1)));
        CHECK(test::relative_difference(exact[n], expected[n]) < 1e-11);
        CHECK(test::relative_difference(single[n], beside[n]) < 1e-6);
    }
}

} // namespace

TEST_CASE("the conservative projection is the same on both devices with gaps and shares and unknown blocks")
{
    GWSD_NEEDS_CUDA
    for (const ProjectionCase& of : cases)
        for (const auto& [smooth, shared, exact] :
             {std::array{true, true, true}, {true, false, false}, {true, true, false}, {false, true, true}}) {
            INFO(to_string(of.shape) << " blocks of " << of.block.rows << " x " << of.block.cols << " smooth " << smooth
                                     << " shared " << shared << " exact " << exact);
            check_agree(projection(of, smooth, shared, exact), inputs(of));
        }
}

TEST_CASE("block means come out on the device and gradients of the projection add to what is there")
{
    GWSD_NEEDS_CUDA
    const ProjectionCase of{{2, 16, 12}, {4, 4}};
    check_agree(
        [&]<class V>(const std::vector<V>& v) {
            // The backward pass runs from the end: the inputs have gradients when the projection adds its own.
            const V first = projection(of, true, true, true)(v);
            return ops::add(first, ops::multiply(v[0], v[2]));
        },
        inputs(of));
    test::check_adjoint(projection(of, true, false, true), {inputs(of)[0], inputs(of)[1]}); // linear in both
    const auto ones = [](const Shape& shape) { return Tensor<double, Cuda>::full(shape, 1); };
    const auto in = inputs(of);
    const Variable<double, Cuda> mean(copy_to<Cuda>(in[0])), coarse(copy_to<Cuda>(in[1]));
    const auto weight = copy_to<Cuda>(positive_tensor(of.shape, 7));
    const auto projected = ops::conservative_projection(mean, {.coarse = coarse,
                                                               .known = ones(of.blocks()),
                                                               .weight = weight,
                                                               .share = Variable<double, Cuda>(copy_to<Cuda>(in[2]))});
    const auto means = ops::block_mean(projected, weight, of.block).value();
    CHECK(test::relative_difference(means, in[1]) < 1e-12);
}

TEST_CASE("a projection whose rows at work do not fit shared memory has the same bits as one whose rows do")
{
    GWSD_NEEDS_CUDA
    const ProjectionCase of{{2, 31, 23}, {4, 4}};
    const auto in = inputs(of);
    const auto mean = copy_to<Cuda>(in[0]), x = copy_to<Cuda>(in[1]), weight = copy_to<Cuda>(rugged_weight(of));
    const auto known = Tensor<double, Cuda>::full(of.blocks(), 1);
    const auto projected = [&](Index shared_bytes) {
        const kernels::ProjectionShape shape{2, 31, 23, of.blocks()[1], of.blocks()[2], {}, shared_bytes};
        kernels::Projection<double, Cuda> one(shape, {.known = known, .weight = weight, .share = {}, .variance = {}});
        const auto result = Tensor<double, Cuda>::empty(of.shape);
        one.forward(mean.data(), x.data(), result.data());
        return result.to_vector();
    };
    CHECK(projected(0) == projected(48 << 10));
}

TEST_CASE("the projection has the same bits every time on the device")
{
    GWSD_NEEDS_CUDA
    const auto operation = projection(cases[3], true, true, false);
    const auto first = test::outcome<float, Cuda>(operation, inputs(cases[3])),
               second = test::outcome<float, Cuda>(operation, inputs(cases[3]));
    for (std::size_t i = 0; i < first.size(); ++i) CHECK(first[i].to_vector() == second[i].to_vector());
}
