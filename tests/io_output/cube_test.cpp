#include <cmath>
#include <filesystem>
#include <thread>
#if __has_include(<malloc.h>)
#include <malloc.h>
#endif

#include "gwsd/core/error.hpp"
#include "gwsd/io/cube.hpp"
#include "gwsd/io/memory_cube.hpp"
#include "io_output/scratch.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::io;
using test::Scratch;
using test::write_bytes;

namespace {

CubeInfo example_cube(Index factor = 4)
{
    CubeInfo info;
    info.coarse = geo::regular_grid(0.5, {2, 45, 4, 48});
    info.fine = geo::refine(info.coarse, factor);
    info.factor = factor;
    info.time = geo::TimeAxis::months(geo::Month::of(2002, 11), geo::Month::of(2004, 2));
    info.predictors = {"tp", "t2m"};
    info.predictor_units = {"mm/month", "K"};
    info.statics = {"elevation"};
    info.has_given = info.has_sigma = true;
    info.baseline = "2004-01-01/2009-12-31";
    info.synthetic = true;
    info.sources = R"([{"path":"a.nc","bytes":3}])";
    return info;
}

std::vector<float> field(const geo::Grid& grid, Index t)
{
    std::vector<float> values(static_cast<std::size_t>(grid.cells()));
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = i == 3 ? std::nanf("") : static_cast<float>(100 * t) + static_cast<float>(i);
    return values;
}

void write_example(const std::string& path, const CubeInfo& info)
{
    const auto writer = create_cube(path, info, false);
    writer->write_static("land_fraction", field(info.fine, 1));
    writer->write_static("land_fraction_coarse", field(info.coarse, 1));
    writer->write_static("elevation", field(info.fine, 2));
    for (Index t = 0; t < info.time.size(); ++t) {
        if (t == 4) continue; // a month that is absent altogether
        writer->write("gwsa", t, field(info.coarse, t));
        writer->write("tp", t, field(info.fine, t));
        writer->write("tp_coarse", t, field(info.coarse, t));
    }
    CHECK_FALSE(std::filesystem::exists(path));
    writer->finish();
}

bool same(const std::vector<float>& a, const std::vector<float>& b)
{
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](float x, float y) {
               return (std::isnan(x) && std::isnan(y)) || x == y;
           });
}

} // namespace

TEST_CASE("A cube comes back from a file and from a folder, for any factor")
{
    for (const char* name : {"cube.nc", "cube"})
        for (const Index factor : {1, 3, 4}) {
            INFO(name << " factor " << factor);
            const Scratch folder;
            const CubeInfo info = example_cube(factor);
            write_example(folder / name, info);
            const auto cube = open_cube(folder / name);
            const CubeInfo& back = cube->info();
            CHECK(geo::same_grid(back.fine, info.fine));
            CHECK(geo::same_grid(back.coarse, info.coarse));
            CHECK(back.time.steps == info.time.steps);
            CHECK(back.predictors == info.predictors);
            CHECK(back.predictor_units == info.predictor_units);
            CHECK(back.statics == info.statics);
            CHECK(back.baseline == info.baseline);
            CHECK(back.sources == info.sources);
            CHECK((back.synthetic && back.has_given && back.has_sigma && !back.has_reference && back.factor == factor));
            CHECK(same(*cube->field("tp", 15), field(info.fine, 15)));
            CHECK(same(*cube->field("gwsa", 2), field(info.coarse, 2)));
            CHECK(same(*cube->field("elevation", 99), field(info.fine, 2)));
            for (const float value : *cube->field("gwsa", 4)) REQUIRE(std::isnan(value));
            CHECK_THROWS_WITH(cube->field("reference", 0), Catch::Matchers::Contains("gwsa_sigma"));
            CHECK(folder.names() == std::vector<std::string>{name});
        }
}

TEST_CASE("What is not a cube is refused by name")
{
    const Scratch folder;
    write_bytes(folder / "text.nc", "no netCDF at all");
    CHECK_THROWS_AS(open_cube(folder / "text.nc"), DataError);
    CHECK_THROWS_AS(open_cube(folder / "absent.nc"), InputMissing);
    CHECK_THROWS_AS(open_cube(folder.path()), DataError);
    write_example(folder / "cube", example_cube());
    CHECK_THROWS_AS(create_cube(folder / "cube", example_cube(), false), CannotCreate);
    std::filesystem::remove(folder / "cube/2003.nc");
    CHECK_THROWS_WITH(open_cube(folder / "cube"), Catch::Matchers::Contains("missing"));
    write_bytes(folder / "cube/thesis.txt", "work of years");
    CHECK_THROWS_AS(create_cube(folder / "cube", example_cube(), true), CannotCreate);
}

TEST_CASE("A folder is replaced whole, and kept if the new cube is given up")
{
    const Scratch folder;
    write_example(folder / "cube", example_cube());
    {
        const auto given_up = create_cube(folder / "cube", example_cube(), true);
        given_up->write("tp", 0, field(example_cube().fine, 7));
    }
    CHECK(same(*open_cube(folder / "cube")->field("tp", 0), field(example_cube().fine, 0)));
    const auto writer = create_cube(folder / "cube", example_cube(), true);
    writer->write("tp", 0, field(example_cube().fine, 7));
    writer->finish();
    CHECK(same(*open_cube(folder / "cube")->field("tp", 0), field(example_cube().fine, 7)));
    CHECK(folder.names() == std::vector<std::string>{"cube"});
}

TEST_CASE("Threads read a cube through a small cache")
{
    const Scratch folder;
    const CubeInfo info = example_cube();
    write_example(folder / "cube.nc", info);
    const auto cube = open_cube(folder / "cube.nc", 5000);
    std::vector<int> wrong(4, 0);
    std::vector<std::thread> threads;
    for (std::size_t k = 0; k < wrong.size(); ++k)
        threads.emplace_back([&, k] {
            for (int n = 0; n < 40; ++n) {
                const Index t = (n * 5 + static_cast<Index>(k)) % 16;
                if (t != 4 && !same(*cube->field("gwsa", t), field(info.coarse, t))) ++wrong[k];
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(wrong == std::vector<int>(4, 0));
}

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
TEST_CASE("Reading a cube takes no more memory for more years")
{
    const Scratch folder;
    CubeInfo info = example_cube();
    info.coarse = geo::regular_grid(0.5, {0, 0, 40, 40});
    info.fine = geo::refine(info.coarse, info.factor);
    info.time = geo::TimeAxis::months(geo::Month::of(2002, 1), geo::Month::of(2005, 12));
    write_example(folder / "cube", info);
    const auto cube = open_cube(folder / "cube", 0);
    const auto used = [&](Index from, Index to) {
        for (Index t = from; t < to; ++t) cube->field("tp", t);
        const auto heap = ::mallinfo2();
        return static_cast<double>(heap.uordblks + heap.hblkhd);
    };
    const double year = used(0, 12), years = used(12, 48);
    CHECK(years - year < 2.0 * static_cast<double>(info.fine.cells()) * sizeof(float));
}
#endif

TEST_CASE("A cube in memory gives what was set")
{
    const CubeInfo info = example_cube();
    MemoryCube cube(info);
    cube.set("tp", 3, field(info.fine, 3));
    cube.set_static("land_fraction", field(info.fine, 0));
    CHECK(same(*cube.field("tp", 3), field(info.fine, 3)));
    CHECK(std::isnan((*cube.field("tp", 2))[0]));
    CHECK(same(*cube.field("land_fraction", 9), field(info.fine, 0)));
    CHECK_THROWS_AS(cube.field("gwsa", 0), DataError);
    CHECK_THROWS_AS(cube.set("tp", 0, std::vector<float>(5)), ShapeError);
}
