#include "cuda/support.hpp"
#include "gwsd/losses/weighted_loss.hpp"

using namespace gwsd;
using test::random_tensor;
using test::relative_difference;

namespace {

struct Case {
    Index batch, rows, cols, factor, region_size;
    std::vector<double> change_weight;
};

/// An input whose masked cells hold no numbers.
losses::LossInput<double, Cpu> input(const Case& c)
{
    const Shape fine{c.batch, c.rows, c.cols},
        coarse{c.batch, (c.rows + c.factor - 1) / c.factor, (c.cols + c.factor - 1) / c.factor};
    const auto mask = [](const Shape& shape, std::uint64_t seed, double share) {
        auto field = random_tensor<double>(shape, seed);
        for (Index i = 0; i < field.elements(); ++i) field.data()[i] = field.data()[i] < share ? 1 : 0;
        if (field.elements() == 1) field.data()[0] = 1;
        return field;
    };
    auto area = random_tensor<double>(fine, 5, 0.1);
    for (Index i = 0; i < area.elements(); ++i) area.data()[i] += 1;
    const auto land = mask(fine, 3, 0.8), valid = mask(fine, 4, 0.8), coarse_valid = mask(coarse, 10, 1.0);
    losses::LossInput<double, Cpu> in{.mean = Variable<double>(random_tensor<double>(fine, 1), true),
                                      .log_variance = Variable<double>(random_tensor<double>(fine, 2, 0.5), true),
                                      .target = random_tensor<double>(fine, 6),
                                      .valid = valid,
                                      .land = land,
                                      .area = area,
                                      .change_reference = random_tensor<double>(fine, 7),
                                      .recharge = random_tensor<double>(fine, 8),
                                      .change_weight = Tensor<double>::from({c.batch}, c.change_weight),
                                      .change_scale = 0.7,
                                      .coarse = random_tensor<double>(coarse, 9),
                                      .coarse_valid = coarse_valid,
                                      .factor = c.factor,
                                      .region_size = c.region_size,
                                      .scale = 30};
    for (Index b = 0; b < c.batch; ++b) in.row_origin.push_back(4 + 17 * b), in.col_origin.push_back(1001 * b);
    const double none = std::nan("");
    for (Index i = 0; i < land.elements(); ++i) {
        valid.data()[i] *= land.data()[i];
        if (!(valid.data()[i] > 0)) in.target.data()[i] = none;
        if (land.data()[i] > 0) continue;
        in.mean.value().data()[i] = in.log_variance.value().data()[i] = none;
        in.change_reference.data()[i] = in.recharge.data()[i] = none;
    }
    for (Index i = 0; i < coarse.elements(); ++i)
        if (!(coarse_valid.data()[i] > 0)) in.coarse.data()[i] = none;
    return in;
}

const std::vector<Case>& cases()
{
    static const std::vector<Case> all{
        {1, 1, 1, 1, 1, {1}},             // a single cell
        {1, 1, 37, 4, 5, {1}},            // one row
        {2, 12, 8, 4, 8, {1, 0.5}},       // several regions, cut by the tile's edge
        {3, 23, 29, 4, 7, {1, 0, 1}},     // ragged in every way; a sample without weight
        {3, 60, 52, 4, 64, {0, 1, 0.25}}, // more blocks than one; regions larger than the tile, half of which is here
        {1, 60, 52, 4, 128, {0}},         // less than half of any region is here; no weight at all
    };
    return all;
}

/// The same input in T on a device.
template <class T, class Device>
losses::LossInput<T, Device> convert(const losses::LossInput<double, Cpu>& from)
{
    const auto tensor = [](const Tensor<double>& t) {
        return t.defined() ? copy_to<Device>(test::convert_to<T>(t)) : Tensor<T, Device>();
    };
    auto to = losses::brought<T, Device>(from, tensor);
    to.mean = Variable<T, Device>(tensor(from.mean.value()), true);
    to.log_variance = Variable<T, Device>(tensor(from.log_variance.value()), true);
    return to;
}

struct Result {
    Tensor<double> figures; ///< loss, its value in the figures, physical figure
    Tensor<double> d_mean, d_log_variance;
};

Tensor<double> to_double(const Tensor<float>& t)
{
    const auto values = t.to_vector();
    return Tensor<double>::from(t.shape(), std::vector<double>(values.begin(), values.end()));
}
Tensor<double> to_double(const Tensor<double>& t) { return t; }

/// A loss with its gradients, seeded with 3, which are added to what is there already.
template <class T, class Device, class Loss>
Result evaluate(const Loss& loss, const losses::LossInput<double, Cpu>& from)
{
    const auto in = convert<T, Device>(from);
    fill(Device{}, in.mean.value().elements(), T(0.25), in.mean.gradient()->sum().data());
    Tape tape;
    const auto value = loss(in);
    const auto [raw, physical] = value.read();
    const auto held = static_cast<double>(value.loss.value().to_vector()[0]);
    backward(tape, value.loss, T{3});
    return {Tensor<double>::from({3}, {held, raw, physical}), to_double(copy_to<Cpu>(in.mean.gradient()->sum())),
            to_double(copy_to<Cpu>(in.log_variance.gradient()->sum()))};
}

void check_same(const Result& a, const Result& b, double tolerance)
{
    CHECK(relative_difference(a.figures, b.figures) < tolerance);
    CHECK(relative_difference(a.d_mean, b.d_mean) < tolerance);
    CHECK(relative_difference(a.d_log_variance, b.d_log_variance) < tolerance);
}

/// A term for the CPU alone, and one whose formula no kernel knows.
struct HostTerm {
    template <class T>
    losses::LossValue<T, Cpu> operator()(const losses::LossInput<T, Cpu>& in) const
    {
        return losses::make_loss(in, 1.0, losses::LossGradient<T, Cpu>(in), 1.0, "mm");
    }
};
struct OtherCell {
    losses::CellLoss operator()(double, double, double) const { return {}; }
};

} // namespace

TEST_CASE("every loss term and its gradients are the same on both devices")
{
    GWSD_NEEDS_CUDA
    losses::for_each_term([]<class Term>(const Term& term) {
        INFO(Term::name);
        for (const Case& c : cases()) {
            auto in = input(c);
            INFO(to_string(in.land.shape()));
            for (const bool of_product : {false, true}) {
                if (of_product && !Term::is_data) continue;
                if (of_product) in.product_variance = Tensor<double>::full(in.land.shape(), 0.3);
                const auto expected = evaluate<double, Cpu>(term, in);
                check_same(evaluate<double, Cuda>(term, in), expected, 1e-12);
                check_same(evaluate<float, Cuda>(term, in), expected, 1e-5);
            }
        }
    });
}

TEST_CASE("a loss term on the device has the same bits twice and follows its value by its slope")
{
    GWSD_NEEDS_CUDA
    losses::for_each_term([]<class Term>(const Term& term) {
        INFO(Term::name);
        const auto in = input(cases()[3]);
        const auto one = evaluate<float, Cuda>(term, in), two = evaluate<float, Cuda>(term, in);
        CHECK(one.figures.to_vector() == two.figures.to_vector());
        CHECK(one.d_mean.to_vector() == two.d_mean.to_vector());
        CHECK(one.d_log_variance.to_vector() == two.d_log_variance.to_vector());
        const Tape::Paused no_recording;
        const auto alone = term(convert<float, Cuda>(in)); // no gradient is made
        CHECK(static_cast<double>(alone.loss.value().to_vector()[0]) == one.figures.data()[0]);
        CHECK(alone.physical() == one.figures.data()[2]);
    });
}

TEST_CASE("a weighted loss on the device gives the terms of the CPU when it is asked")
{
    GWSD_NEEDS_CUDA
    const losses::WeightedLoss loss("beta_nll", {{"sign", 0.1}, {"mag", 0.2}, {"mass", 1.0}, {"tv", 1e-3}});
    const auto here = input(cases()[2]), copy = input(cases()[2]);
    const auto there = losses::copy_to<Cuda>(copy);
    Tape tape_here;
    const auto expected = loss(here, 0.5);
    backward(tape_here, expected.loss);
    Tape tape_there;
    const auto value = loss(there, 0.5);
    backward(tape_there, value.loss);
    CHECK(relative_difference(value.loss.value(), expected.loss.value()) < 1e-12);
    CHECK(relative_difference(there.mean.gradient()->sum(), here.mean.gradient()->sum()) < 1e-12);
    CHECK(relative_difference(there.log_variance.gradient()->sum(), here.log_variance.gradient()->sum()) < 1e-12);
    const auto terms = value.terms(), expected_terms = expected.terms();
    REQUIRE(terms.size() == 5);
    for (std::size_t i = 0; i < terms.size(); ++i) {
        CHECK(terms[i].name == expected_terms[i].name);
        CHECK(terms[i].weight == expected_terms[i].weight);
        CHECK(terms[i].raw == Approx(expected_terms[i].raw).epsilon(1e-12));
        CHECK(terms[i].physical == Approx(expected_terms[i].physical).epsilon(1e-12));
        CHECK(terms[i].physical_unit == expected_terms[i].physical_unit);
    }
}

TEST_CASE("a loss term without a kernel is refused on the device with a word on what to do")
{
    static_assert(std::is_invocable_v<HostTerm, losses::LossInput<float, Cpu>>);
    static_assert(!std::is_invocable_v<HostTerm, losses::LossInput<float, Cuda>>);
    const losses::LossInput<float, Cuda> in;
    CHECK_THROWS_WITH(losses::data_term(in, OtherCell{}),
                      "loss.data: the term has no CUDA kernel; use --device cpu, or add its formula to "
                      "kernels/loss_cells.hpp");
}
