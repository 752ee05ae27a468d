#include "gwsd/data/first_guess.hpp"

#include <algorithm>
#include <cmath>

#include "data/small_cube.hpp"
#include "gwsd/core/random.hpp"
#include "gwsd/data/splits.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::data;
using test::learnable_cube;

namespace {

InputSpec single_steps(const io::CubeInfo& info)
{
    return {.predictors = info.predictors,
            .statics = info.statics,
            .window = 1,
            .factor = info.factor,
            .coarse_is_operator = true};
}

/// A maker without a guess, and what it takes to learn one from some steps outside of a held-out strip.
struct Setting {
    std::shared_ptr<io::MemoryCube> cube = learnable_cube();
    Normalisation normalisation = plain(cube->info());
    BatchMaker maker{cube, single_steps(cube->info()), normalisation, 8, 8};
    std::vector<Index> steps;
    std::vector<std::int8_t> learns;

    explicit Setting(Index count)
    {
        for (Index t = 0; t < count; ++t) steps.push_back(t);
        for (const char outside : outside_regions(cube->info().fine, {{0, 0, 4, 16}}, 0))
            learns.push_back(static_cast<std::int8_t>(outside));
    }
    static Normalisation plain(const io::CubeInfo& info)
    {
        Normalisation n;
        n.unit = info.unit;
        for (const auto& name : info.predictors) n.fields[name] = {};
        for (const auto& name : info.statics) n.fields[name] = {};
        return n;
    }
    std::shared_ptr<const FirstGuess> learn(const io::FieldSource& from, bool by_place = true) const
    {
        return FirstGuess::learn({.cube = from,
                                  .predictors = cube->info().predictors,
                                  .steps = steps,
                                  .learns = learns,
                                  .interpolated = [this](Index t) { return maker.base(t); },
                                  .truth = [&](Index t) { return from.field("reference", t); },
                                  .by_place = by_place});
    }
    std::vector<float> guess(const FirstGuess& g, Index t, bool told = false) const
    {
        return g.field(*cube, cube->info().predictors, t, maker.base(t), told);
    }
    /// Root mean square error over the cells that learn (1) or are told (0).
    double error(const std::vector<float>& field, Index t, int learning) const
    {
        const auto truth = cube->field("reference", t);
        double sum = 0, n = 0;
        for (std::size_t i = 0; i < field.size(); ++i)
            if (learns[i] == learning) sum += std::pow(static_cast<double>(field[i] - (*truth)[i]), 2), ++n;
        return std::sqrt(sum / n);
    }
};

} // namespace

TEST_CASE("the first guess knows more of a place than the interpolation, in months it has not seen")
{
    const Setting s(36);
    const auto guess = s.learn(*s.cube);
    REQUIRE(guess);
    for (const Index t : {38, 44}) CHECK(s.error(s.guess(*guess, t), t, 1) < 0.7 * s.error(*s.maker.base(t), t, 1));
    // What a place that was never seen is told is finite, and no place learns from it.
    for (const float v : s.guess(*guess, 40)) CHECK(std::isfinite(v));
    CHECK(s.guess(*guess, 40, true) != s.guess(*guess, 40));
}

TEST_CASE("a training month is guessed without its own truth, and held-out cells teach nothing")
{
    const Setting s(36);
    const auto guess = s.learn(*s.cube);
    // Another truth at one cell in month 20, which lies in the third of four blocks: months 18 to 26 are guessed there
    // as before, the others are not. One cell does not change how firm the regression is.
    auto changed = learnable_cube();
    const auto at = static_cast<std::size_t>(std::find(s.learns.begin(), s.learns.end(), 1) - s.learns.begin());
    std::vector<float> other(*s.cube->field("reference", 20));
    other[at] += 50;
    changed->set("reference", 20, other);
    const auto again = s.learn(*changed);
    REQUIRE(guess->ridge() == again->ridge());
    CHECK(s.guess(*guess, 20) == s.guess(*again, 20));
    CHECK(s.guess(*guess, 3)[at] != s.guess(*again, 3)[at]); // another block learns from it

    auto held_out = learnable_cube();
    for (Index t = 0; t < 36; ++t) {
        std::vector<float> field(*s.cube->field("reference", t));
        for (std::size_t i = 0; i < field.size(); ++i)
            if (s.learns[i] == 0) field[i] = -1e6F;
        held_out->set("reference", t, field);
    }
    CHECK(s.learn(*held_out)->weights().values == guess->weights().values);
}

TEST_CASE("weights from a model file give the same guess on the same places of another grid")
{
    const Setting s(36);
    const auto guess = s.learn(*s.cube);
    const FirstGuess stored(guess->weights(), s.cube->info().fine);
    const auto whole = s.guess(*guess, 40);
    CHECK(s.guess(stored, 40) == whole);

    // A cube of the eastern half and beyond: known cells have the same value, others have none.
    const auto east = learnable_cube({8, 0, 24, 16});
    const BatchMaker maker(east, single_steps(east->info()), s.normalisation, 8, 8);
    const FirstGuess there(guess->weights(), east->info().fine);
    const auto part = there.field(*east, east->info().predictors, 40, maker.base(40), false);
    const Index cols = s.cube->info().fine.cols();
    Index known = 0;
    for (Index r = 0; r < east->info().fine.rows(); ++r)
        for (Index c = 0; c < east->info().fine.cols(); ++c) {
            const float value = part[static_cast<std::size_t>(r * east->info().fine.cols() + c)];
            CHECK(std::isfinite(value) == (c < cols / 2));
            known += std::isfinite(value) ? 1 : 0;
        }
    CHECK(known == std::ssize(whole) / 2);
}

TEST_CASE("a place that was never seen is told more where its relief counts")
{
    const Setting s(36);
    // From month to month the truth follows relief times soil moisture: without the relief a held-out place cannot know
    // the sign of it. What it holds on average nobody can tell it, so only changes are compared.
    const auto error = [&](bool by_place) {
        const auto guess = s.learn(*s.cube, by_place);
        const auto before = s.guess(*guess, 38), after = s.guess(*guess, 44);
        const auto truth_before = s.cube->field("reference", 38), truth_after = s.cube->field("reference", 44);
        double sum = 0;
        for (std::size_t i = 0; i < before.size(); ++i)
            if (s.learns[i] == 0)
                sum +=
                    std::pow(static_cast<double>(after[i] - before[i] - ((*truth_after)[i] - (*truth_before)[i])), 2);
        return std::sqrt(sum);
    };
    CHECK(error(true) < 0.2 * error(false));
}

TEST_CASE("a place keeps of its mean truth what lasts")
{
    const Setting s(48);
    // Each cell gets a level of its own: one that stays, and one that is another after every eight months.
    const auto kept = [&](Index lasts) {
        auto cube = learnable_cube();
        for (Index t = 0; t < cube->info().time.size(); ++t) {
            std::vector<float> truth(*s.cube->field("reference", t));
            Random random(3, static_cast<std::uint64_t>(t / lasts));
            for (float& v : truth) v += 40 * static_cast<float>(random.normal());
            cube->set("reference", t, truth);
        }
        return s.learn(*cube);
    };
    CHECK(kept(48)->ridge().kept == 1);
    const auto passing = kept(8);
    CHECK(passing->ridge().kept <= 0.25);
    // In training it keeps all: over those months its guesses have a mean of their own at each place, and those of a
    // model file, for months to come, hardly.
    const auto means = [&](const FirstGuess& guess) {
        std::vector<double> mean(s.learns.size());
        for (const Index t : s.steps) {
            const auto field = s.guess(guess, t);
            for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += static_cast<double>(field[i]);
        }
        double squares = 0;
        for (std::size_t i = 0; i < mean.size(); ++i)
            if (s.learns[i] == 1) squares += mean[i] * mean[i];
        return std::sqrt(squares);
    };
    CHECK(means(*passing) > 2 * means(FirstGuess(passing->weights(), s.cube->info().fine)));
}

TEST_CASE("the months beside a block that is left out do not choose how firm the regression is")
{
    const Setting s(48);
    // A truth and a predictor that are both slow, and have nothing to do with each other: what a loose regression finds
    // in some months by chance holds for those beside them too, and for no others.
    auto cube = learnable_cube();
    const auto slow = [cells = s.learns.size()](std::uint64_t seed, Index t) {
        constexpr Index knot = 12;
        Random before(seed, static_cast<std::uint64_t>(t / knot)),
            after(seed, static_cast<std::uint64_t>(t / knot + 1));
        const float share = static_cast<float>(t % knot) / knot;
        std::vector<float> field;
        for (std::size_t i = 0; i < cells; ++i)
            field.push_back((1 - share) * static_cast<float>(before.normal()) +
                            share * static_cast<float>(after.normal()));
        return field;
    };
    for (Index t = 0; t < cube->info().time.size(); ++t) {
        cube->set("reference", t, slow(1, t));
        cube->set("swvl1", t, slow(2, t));
        cube->set("tp", t, slow(3, t));
    }
    CHECK(s.learn(*cube)->ridge().penalty == 300);
}
