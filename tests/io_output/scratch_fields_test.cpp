#include <atomic>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>
#include <thread>

#include "gwsd/core/random.hpp"
#include "gwsd/io/memory_cube.hpp"
#include "gwsd/io/scratch.hpp"
#include "io_output/scratch.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::io;
using test::Scratch;

namespace {

constexpr Index step_count = 30;

CubeInfo small_info()
{
    CubeInfo info;
    info.coarse = geo::regular_grid(0.5, {0, 0, 4, 3}); // 6 x 8; fine 18 x 24 cells, no multiple of 64
    info.factor = 3;
    info.fine = geo::refine(info.coarse, info.factor);
    info.time = geo::TimeAxis::months(geo::Month::of(2002, 1), geo::Month::of(2004, 6));
    info.predictors = {"tp"};
    return info;
}

/// Fields with gaps, zeros of both signs, infinities and numbers of every size; counts how often one is made.
class Counted : public FieldSource {
public:
    const CubeInfo& info() const override { return info_; }
    std::shared_ptr<const std::vector<float>> field(const std::string& variable, Index t) const override
    {
        ++made;
        const bool coarse = variable == "tp_coarse";
        std::vector<float> values(static_cast<std::size_t>((coarse ? info_.coarse : info_.fine).cells()));
        const Philox philox{7};
        for (std::size_t i = 0; i < values.size(); ++i) {
            const auto bits = philox(i, static_cast<std::uint64_t>(t) + (coarse ? 1000 : 0));
            values[i] = bits[0] % 3 == 0   ? std::numeric_limits<float>::quiet_NaN()
                        : bits[0] % 7 == 0 ? -0.0F
                        : bits[0] % 11 == 0
                            ? std::numeric_limits<float>::infinity()
                            : std::ldexp(static_cast<float>(bits[1]), static_cast<int>(bits[2] % 100) - 90);
        }
        if (t == 3) std::fill(values.begin(), values.end(), std::numeric_limits<float>::quiet_NaN());
        if (t == 4) std::fill(values.begin(), values.end(), 1.5F);
        return std::make_shared<const std::vector<float>>(std::move(values));
    }
    mutable std::atomic<int> made{0};

private:
    CubeInfo info_ = small_info();
};

/// Equal bit by bit, a NaN where a NaN is.
bool same_bits(const std::vector<float>& a, const std::vector<float>& b)
{
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (std::isnan(a[i]) ? !std::isnan(b[i]) : std::memcmp(&a[i], &b[i], sizeof a[i]) != 0) return false;
    return true;
}

constexpr std::size_t three_fields = 3 * 18 * 24 * sizeof(float);

} // namespace

TEST_CASE("fields that do not fit in memory come back from the scratch file, bit by bit, made once")
{
    const Scratch folder;
    const Counted expected;
    const auto source = std::make_shared<Counted>();
    const auto kept = with_scratch(source, {.memory_bytes = three_fields, .folder = folder.path(), .leave_free = 0});
    CHECK(kept->info().predictors == source->info().predictors);
    for (int round = 0; round < 3; ++round)
        for (Index k = 0; k < step_count; ++k) {
            const Index t = round == 1 ? step_count - 1 - k : k;
            INFO("round " << round << ", step " << t);
            CHECK(same_bits(*kept->field("tp", t), *expected.field("tp", t)));
            CHECK(same_bits(*kept->field("tp_coarse", t), *expected.field("tp_coarse", t)));
        }
    CHECK(source->made == 2 * step_count);
    CHECK(std::filesystem::is_empty(folder.path())); // the file has no name
}

TEST_CASE("without a scratch file fields are made again, and what fits in memory needs none")
{
    const auto source = std::make_shared<Counted>();
    const auto without = with_scratch(source, {.memory_bytes = three_fields, .folder = ""});
    for (int round = 0; round < 2; ++round)
        for (Index t = 0; t < step_count; ++t) without->field("tp", t);
    CHECK(source->made == 2 * step_count);

    source->made = 0;
    const auto all = with_scratch(source, {.memory_bytes = step_count * three_fields, .folder = ""});
    for (int round = 0; round < 2; ++round)
        for (Index t = 0; t < step_count; ++t) all->field("tp", t);
    CHECK(source->made == step_count);
}

TEST_CASE("a scratch file that cannot be made or grow leaves the fields right")
{
    const Scratch folder;
    const Counted expected;
    const auto source = std::make_shared<Counted>();
    ScratchOptions options{.memory_bytes = three_fields, .folder = folder.path() + "/absent"};
    SECTION("no such folder") {}
    SECTION("no room is left free") { options.folder = folder.path(), options.leave_free = 1; }
    const auto kept = with_scratch(source, options);
    for (int round = 0; round < 2; ++round)
        for (Index t = 0; t < step_count; ++t) CHECK(same_bits(*kept->field("tp", t), *expected.field("tp", t)));
    CHECK(source->made == 2 * step_count);
}

TEST_CASE("threads that ask at once get the same fields")
{
    const Scratch folder;
    const Counted expected;
    const auto kept = with_scratch(std::make_shared<Counted>(),
                                   {.memory_bytes = three_fields, .folder = folder.path(), .leave_free = 0});
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (Index k = 0; k < 4; ++k)
        threads.emplace_back([&, k] {
            for (Index i = 0; i < 200; ++i) {
                const Index t = (i * (2 * k + 3)) % step_count;
                if (!same_bits(*kept->field("tp", t), *expected.field("tp", t))) ++wrong;
            }
        });
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong == 0);
}
