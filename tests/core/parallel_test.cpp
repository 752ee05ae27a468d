#include "gwsd/core/parallel.hpp"

#include <atomic>
#include <numeric>

#include "gwsd/core/random.hpp"
#include "support/catch.hpp"

using namespace gwsd;

TEST_CASE("a loop visits every index once for any number of threads, nested loops too")
{
    for (const int threads : {1, 2, 5}) {
        set_threads(threads);
        std::vector<int> visits(1003, 0);
        parallel_for(1003, 10, [&](Index begin, Index end) {
            for (Index i = begin; i < end; ++i)
                parallel_for(1, 1, [&](Index, Index) { ++visits[static_cast<std::size_t>(i)]; });
        });
        CHECK(visits == std::vector<int>(1003, 1));
    }
    set_threads(default_threads());
}

TEST_CASE("a sum has the same bits for any number of threads")
{
    std::vector<double> values(10007);
    Random random(7);
    for (double& v : values) v = random.normal();
    std::vector<double> sums;
    for (const int threads : {1, 2, 3}) {
        set_threads(threads);
        sums.push_back(parallel_sum(10007, 512, 0.0, [&](Index b, Index e) {
            return std::accumulate(values.begin() + b, values.begin() + e, 0.0);
        }));
    }
    set_threads(default_threads());
    CHECK(sums[0] == sums[1]);
    CHECK(sums[0] == sums[2]);
}

TEST_CASE("an exception in a loop reaches the caller and the pool goes on working")
{
    set_threads(3);
    CHECK_THROWS_WITH(parallel_for(30, 1,
                                   [](Index b, Index) {
                                       if (b > 0) throw DataError("broken");
                                   }),
                      "broken");
    std::atomic<int> count = 0;
    parallel_for(30, 1, [&](Index b, Index e) { count += static_cast<int>(e - b); });
    CHECK(count == 30);
    set_threads(default_threads());
}

TEST_CASE("random numbers depend on seed, stream and position alone")
{
    Random a(1, 2), b(1, 2), c(1, 3);
    const double first = a.uniform();
    CHECK(first == b.uniform());
    CHECK(first != c.uniform());
    a.normal();
    const auto position = a.position();
    const double next = a.uniform();
    b.seek(position);
    CHECK(b.uniform() == next);
    double mean = 0, square = 0;
    for (int i = 0; i < 20000; ++i) {
        const double x = a.normal();
        mean += x / 20000, square += x * x / 20000;
    }
    CHECK(std::abs(mean) < 0.03);
    CHECK(std::abs(square - 1) < 0.04);
}

TEST_CASE("Philox gives the published answer")
{
    // Known-answer test of Random123: zero key and counter.
    const auto x = Philox{0}(0, 0);
    CHECK(x == std::array<std::uint32_t, 4>{0x6627e8d5U, 0xe169c58dU, 0xbc57ac4cU, 0x9b00dbd8U});
}
