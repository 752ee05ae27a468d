#include "conv2d_mma.hpp"

#include <bit>

#include "cuda/support.hpp"
#include "gwsd/kernels/conv2d.hpp"

using namespace gwsd;
using kernels::Conv2dOptions;
using kernels::Precision;
using kernels::mma::BlockTile;
using test::random_tensor;
using test::relative_difference;

namespace {

/// A convolution and whether its results are added to what is there.
struct Case {
    Index batch, rows, cols, in, out, kernel, stride, padding;
    bool add = false;
    BlockTile tile = BlockTile::automatic;
    Index further_cols = 0; ///< of a kernel wider than high

    Conv2dOptions options(Precision precision) const { return {stride, padding, precision}; }
    Shape x() const { return {batch, rows, cols, in}; }
    Shape w() const { return {out, kernel, kernel + further_cols, in}; }
    Shape y() const
    {
        const auto size = [&](Index n) { return (n + 2 * padding - kernel) / stride + 1; };
        return {batch, size(rows), size(cols - further_cols), out};
    }
};

std::string to_string(const Case& c)
{
    return "x " + gwsd::to_string(c.x()) + ", w " + gwsd::to_string(c.w()) + ", stride " + std::to_string(c.stride) +
           ", padding " + std::to_string(c.padding) + (c.add ? ", adding" : "") + ", tile " +
           std::to_string(static_cast<int>(c.tile));
}

template <class T>
Tensor<double> widened(const Tensor<T>& from)
{
    const auto values = from.to_vector();
    return Tensor<double>::from(from.shape(), std::vector<double>(values.begin(), values.end()));
}

template <class T>
Tensor<T> narrowed(const Tensor<double>& from)
{
    auto to = Tensor<T>::empty(from.shape());
    for (Index i = 0; i < from.elements(); ++i) to.data()[i] = static_cast<T>(static_cast<float>(from.data()[i]));
    return to;
}

/// Values that T can hold.
template <class T>
Tensor<double> random_of(const Shape& shape, std::uint64_t seed)
{
    return widened(narrowed<T>(random_tensor<double>(shape, seed)));
}

template <class T>
TensorView<const T, 4> constant(const Tensor<T, Cuda>& tensor)
{
    return tensor.template view<4>();
}
inline TensorView<const double, 4> constant(const Tensor<double>& tensor) { return tensor.view<4>(); }

/// Output and both gradients of one case, from x, w, grad_y, the bias and what the results are added to.
struct Results {
    Tensor<double> y, grad_x, grad_w;
};

struct Inputs {
    Tensor<double> x, w, grad_y, bias_y, bias_x, y, grad_x, grad_w;

    /// Operands that Stored can hold, the rest as `Result` and float can.
    template <class Stored, class Result>
    static Inputs of(const Case& c)
    {
        return {random_of<Stored>(c.x(), 1),  random_of<Stored>(c.w(), 2), random_of<Stored>(c.y(), 3),
                random_of<float>({c.out}, 4), random_of<float>({c.in}, 5), random_of<Result>(c.y(), 6),
                random_of<Result>(c.x(), 7),  random_of<float>(c.w(), 8)};
    }
};

Results expected(const Case& c, const Inputs& inputs)
{
    const Results r{inputs.y.clone(), inputs.grad_x.clone(), inputs.grad_w.clone()};
    const Conv2dOptions o = c.options(Precision::f32);
    const auto into = [&](const Tensor<double>& bias) {
        return kernels::Conv2dInto<double>{c.add, c.add ? nullptr : bias.data()};
    };
    kernels::conv2d_forward<double>(Cpu{}, constant(inputs.x), constant(inputs.w), o, r.y.view<4>(),
                                    into(inputs.bias_y));
    kernels::conv2d_backward_input<double>(Cpu{}, constant(inputs.grad_y), constant(inputs.w), o, r.grad_x.view<4>(),
                                           into(inputs.bias_x));
    kernels::conv2d_backward_weight<double>(Cpu{}, constant(inputs.x), constant(inputs.grad_y), o, r.grad_w.view<4>());
    return r;
}

template <class Stored, class Result>
Results computed(const Case& c, const Inputs& inputs, Precision precision)
{
    const auto stored = [](const Tensor<double>& t) { return copy_to<Cuda>(narrowed<Stored>(t)); };
    const auto x = stored(inputs.x), w = stored(inputs.w), grad_y = stored(inputs.grad_y);
    const auto y = copy_to<Cuda>(narrowed<Result>(inputs.y)), grad_x = copy_to<Cuda>(narrowed<Result>(inputs.grad_x));
    const auto grad_w = copy_to<Cuda>(narrowed<float>(inputs.grad_w));
    const auto bias_y = copy_to<Cuda>(narrowed<float>(inputs.bias_y)),
               bias_x = copy_to<Cuda>(narrowed<float>(inputs.bias_x));
    const auto into = [&](const Tensor<float, Cuda>& bias) {
        return kernels::Conv2dInto<float>{c.add, c.add ? nullptr : bias.data()};
    };
    const Conv2dOptions o = c.options(precision);
    kernels::mma::conv2d_forward(constant(x), constant(w), o, into(bias_y), y.template view<4>(), c.tile);
    kernels::mma::conv2d_backward_input(constant(grad_y), constant(w), o, into(bias_x), grad_x.template view<4>(),
                                        c.tile);
    kernels::mma::conv2d_backward_weight(constant(x), constant(grad_y), o, grad_w.template view<4>(), c.tile);
    return {widened(copy_to<Cpu>(y)), widened(copy_to<Cpu>(grad_x)), widened(copy_to<Cpu>(grad_w))};
}

/// Both precisions, and operands stored in bf16, agree with the CPU's double results of what their operands hold.
void check_case(const Case& c)
{
    INFO(to_string(c));
    const auto near = [](const Results& a, const Results& b, double tolerance) {
        CHECK(relative_difference(a.y, b.y) < tolerance);
        CHECK(relative_difference(a.grad_x, b.grad_x) < tolerance);
        CHECK(relative_difference(a.grad_w, b.grad_w) < 1e-6);
    };
    const auto exact = Inputs::of<float, float>(c), rounded = Inputs::of<bfloat16, float>(c),
               halves = Inputs::of<bfloat16, bfloat16>(c);
    near(computed<float, float>(c, exact, Precision::f32_fast), expected(c, exact), 1e-6);
    near(computed<float, float>(c, rounded, Precision::bf16), expected(c, rounded), 1e-6);
    near(computed<bfloat16, float>(c, rounded, Precision::bf16), expected(c, rounded), 1e-6);
    // Rounding to the nearest of numbers with 8 significant bits changes none by more than 2^-8.
    near(computed<bfloat16, bfloat16>(c, halves, Precision::bf16), expected(c, halves), 1.0 / 256);
}

template <class T>
double dot(const Tensor<T>& a, const Tensor<T>& b)
{
    double sum = 0;
    for (Index i = 0; i < a.elements(); ++i) sum += static_cast<double>(a.data()[i]) * static_cast<double>(b.data()[i]);
    return sum;
}

} // namespace

TEST_CASE("convolutions on tensor cores are those of the CPU for every kernel and stride")
{
    GWSD_NEEDS_CUDA
    check_case({3, 7, 9, 17, 6, 1, 1, 0});
    check_case({1, 5, 6, 3, 1, 3, 1, 1, true});
    check_case({3, 7, 9, 6, 17, 3, 1, 1});
    check_case({1, 6, 10, 8, 6, 2, 2, 0});
    check_case({1, 7, 5, 6, 8, 5, 1, 2, true});
    check_case({3, 8, 7, 3, 6, 3, 2, 1});
    check_case({1, 9, 11, 1, 3, 2, 3, 0, true});
    check_case({1, 7, 10, 6, 3, 5, 3, 2});
    check_case({3, 4, 9, 6, 8, 1, 1, 0, true, BlockTile::automatic, 4});  // a kernel of 1 x 5
    check_case({1, 5, 7, 3, 6, 2, 2, 1, false, BlockTile::automatic, 1}); // and of 2 x 3
}

TEST_CASE("convolutions on tensor cores take images smaller than the kernel and rows of one pixel")
{
    GWSD_NEEDS_CUDA
    check_case({1, 1, 1, 1, 1, 3, 1, 1});
    check_case({3, 2, 2, 8, 6, 5, 1, 2});
    check_case({1, 1, 40, 6, 8, 3, 1, 1});
    check_case({1, 40, 1, 6, 8, 3, 2, 1});
    check_case({1, 3, 4, 6, 17, 3, 1, 0});
    check_case({1, 4, 5, 3, 6, 1, 3, 2}); // nothing but padding in the first row
}

TEST_CASE("convolutions on tensor cores are right over several tiles and one pixel more")
{
    GWSD_NEEDS_CUDA
    check_case({1, 5, 13, 24, 33, 3, 1, 1, true, BlockTile::small});    // 65 pixels and 33 columns
    check_case({1, 1, 257, 17, 65, 1, 1, 0, false, BlockTile::medium}); // 257 pixels and 65 columns
    check_case({1, 9, 15, 64, 64, 3, 1, 1});
}

TEST_CASE("convolutions on tensor cores are right with many channels and large tiles")
{
    GWSD_NEEDS_CUDA
    check_case({1, 3, 43, 96, 129, 1, 1, 0, true, BlockTile::large}); // 129 pixels and 129 columns
    check_case({3, 8, 6, 6, 64, 3, 2, 1, false, BlockTile::large});
    check_case({3, 5, 10, 8, 96, 3, 1, 1, false, BlockTile::medium});
}

TEST_CASE("operands that are not on multiples of 16 bytes are convolved too")
{
    GWSD_NEEDS_CUDA
    const Case c{1, 5, 6, 8, 8, 3, 1, 1};
    const auto inputs = Inputs::of<float, float>(c);
    const auto shifted = [](const Shape& shape, const Tensor<double>& values) {
        const auto room = Tensor<float, Cuda>::zeros({shape.elements() + 1});
        copy(Cuda{}, shape.elements(), copy_to<Cuda>(narrowed<float>(values)).data(), room.data() + 1);
        return room.slice(1, shape.elements() + 1).reshape(shape);
    };
    const auto x = shifted(c.x(), inputs.x), w = shifted(c.w(), inputs.w), y = shifted(c.y(), inputs.y),
               bias = shifted({8}, inputs.bias_y);
    for (const Precision precision : {Precision::f32_fast, Precision::bf16}) {
        kernels::mma::conv2d_forward(constant(x), constant(w), c.options(precision), {false, bias.data()}, y.view<4>());
        CHECK(relative_difference(copy_to<Cpu>(y), expected(c, inputs).y) <
              (precision == Precision::bf16 ? 1e-2 : 1e-6));
    }
}

TEST_CASE("what is no number reaches every result on tensor cores that it belongs to")
{
    GWSD_NEEDS_CUDA
    const Case c{1, 6, 7, 8, 6, 3, 1, 1};
    // As a host and as a GPU writes it; and more than any number.
    for (const std::uint32_t bits : {0x7FC00000U, 0x7FFFFFFFU, 0x7F800000U}) {
        auto inputs = Inputs::of<float, float>(c);
        inputs.x.view<4>()(0, 2, 3, 1) = static_cast<double>(std::bit_cast<float>(bits));
        const auto finite = [](const Tensor<double>& t) {
            std::vector<bool> all;
            for (const double value : t.to_vector()) all.push_back(std::isfinite(value));
            return all;
        };
        const auto reference = expected(c, inputs);
        for (const Precision precision : {Precision::f32_fast, Precision::bf16}) {
            const auto r = computed<float, float>(c, inputs, precision);
            CHECK(finite(r.y) == finite(reference.y));
            CHECK(finite(r.grad_w) == finite(reference.grad_w));
        }
    }
}

TEST_CASE("gradients on tensor cores are the adjoints of the convolution")
{
    GWSD_NEEDS_CUDA
    for (const Case& c : {Case{3, 7, 9, 6, 17, 3, 2, 1}, Case{1, 9, 8, 17, 3, 5, 1, 2}}) {
        INFO(to_string(c));
        for (const Precision precision : {Precision::f32_fast, Precision::bf16}) {
            auto inputs = Inputs::of<bfloat16, float>(c);
            inputs.bias_y = Tensor<double>::zeros({c.out}), inputs.bias_x = Tensor<double>::zeros({c.in});
            inputs.grad_w = Tensor<double>::zeros(c.w());
            const auto r = computed<float, float>(c, inputs, precision);
            const double forward = dot(r.y, inputs.grad_y);
            const double size = std::sqrt(dot(r.y, r.y) * dot(inputs.grad_y, inputs.grad_y));
            CHECK(std::abs(dot(r.grad_x, inputs.x) - forward) < 1e-6 * size);
            CHECK(std::abs(dot(r.grad_w, inputs.w) - forward) < 1e-6 * size);
        }
    }
}

TEST_CASE("convolutions on tensor cores give the same bits again")
{
    GWSD_NEEDS_CUDA
    const Case c{3, 11, 13, 6, 17, 3, 1, 1, true};
    const auto inputs = Inputs::of<float, float>(c);
    for (const Precision precision : {Precision::f32_fast, Precision::bf16}) {
        const auto first = computed<float, float>(c, inputs, precision),
                   second = computed<float, float>(c, inputs, precision);
        CHECK(first.y.to_vector() == second.y.to_vector());
        CHECK(first.grad_x.to_vector() == second.grad_x.to_vector());
        CHECK(first.grad_w.to_vector() == second.grad_w.to_vector());
    }
}
