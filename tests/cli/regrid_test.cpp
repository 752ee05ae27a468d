#include <cmath>
#include <fstream>
#include <limits>

#include "gwsd/geo/grid_from_centres.hpp"
#include "gwsd/geo/interpolate.hpp"
#include "gwsd/io/field_writer.hpp"
#include "gwsd/io/series.hpp"
#include "support/catch.hpp"
#include "support/run_command.hpp"

using namespace gwsd;
using namespace gwsd::geo;
using namespace gwsd::test;

namespace {

/// A wavy field with missing cells, different in each step.
std::vector<float> wave(const Grid& grid, Index t)
{
    std::vector<float> field;
    for (Index row = 0; row < grid.rows(); ++row)
        for (Index col = 0; col < grid.cols(); ++col)
            field.push_back((row * 7 + col * 3) % 11 == 0
                                ? std::numeric_limits<float>::quiet_NaN()
                                : static_cast<float>(std::sin(0.1 * grid.lon(col)) * static_cast<double>(2 + t) +
                                                     0.01 * grid.lat(row)));
    return field;
}

/// Writes steps of wave() as `name` in `unit`.
io::FieldInfo write_waves(const std::string& path, const Grid& grid, const TimeAxis& time,
                          const std::string& name = "pr")
{
    io::FieldInfo info{grid,
                       time,
                       true,
                       name,
                       "kg m-2 s-1",
                       {{"long_name", "rain rate"}, {"table", 128.0}},
                       {{"title", "Waves"}, {"history", "made by a test"}},
                       "test"};
    const auto writer = io::create_field(path, info, false);
    for (Index t = 0; t < time.size(); ++t) writer->write(t, wave(grid, t));
    writer->finish();
    return info;
}

TimeAxis three_months()
{
    return {true, {Month::of(2003, 1).index, Month::of(2003, 2).index, Month::of(2003, 5).index}};
}

const io::FieldAttribute* find(const std::vector<io::FieldAttribute>& list, const std::string& name)
{
    for (const auto& attribute : list)
        if (attribute.name == name) return &attribute;
    return nullptr;
}

} // namespace

TEST_CASE("gwsd regrid gives what the library gives, month by month, and keeps name, unit, attributes and gaps")
{
    const TemporaryFolder folder;
    const Grid from = regular_grid(0.4, {10, -20, 18, -12}), to = regular_grid(0.25, {10, -20, 18, -12});
    write_waves(folder / "in.nc", from, three_months());
    for (const std::string method : {"conservative", "nearest", "bilinear", "bicubic"}) {
        const CommandResult run = run_gwsd({"regrid", "--input", folder / "in.nc", "--variable", "pr", "--resolution",
                                            "0.25", "--method", method, "--output", folder / (method + ".nc")});
        INFO(run.err);
        REQUIRE(run.code == 0);
        const auto series = io::open_series({folder / (method + ".nc")}, {.variable = "pr"});
        CHECK(same_grid(series->grid(), to));
        CHECK(series->time().steps == three_months().steps);
        CHECK(series->unit() == "kg m-2 s-1");
        const auto regridder = make_regridder(parse_method(method), from, to);
        std::vector<float> expected(static_cast<std::size_t>(to.cells())), found(expected.size());
        for (Index t = 0; t < 3; ++t) {
            regridder->apply(wave(from, t), expected);
            series->read(t, found);
            for (std::size_t i = 0; i < found.size(); ++i)
                REQUIRE((found[i] == expected[i] || (std::isnan(found[i]) && std::isnan(expected[i]))));
        }
    }
    const io::FieldDescription field = io::describe_field(folder / "conservative.nc");
    CHECK(field.name == "pr");
    REQUIRE(find(field.attributes, "long_name"));
    CHECK(std::get<std::string>(find(field.attributes, "long_name")->value) == "rain rate");
    CHECK(std::get<double>(find(field.attributes, "table")->value) == 128);
    CHECK(std::get<std::string>(find(field.file_attributes, "title")->value) == "Waves");
    const std::string history = std::get<std::string>(find(field.file_attributes, "history")->value);
    CHECK(history.find("regrid --method conservative --resolution 0.25\n") != std::string::npos);
    CHECK(history.find("made by a test") != std::string::npos);
}

TEST_CASE("gwsd regrid snaps a region outward and closes the globe for node-registered fields")
{
    const TemporaryFolder folder;
    std::vector<double> lat, lon;
    for (int i = 0; i <= 18; ++i) lat.push_back(90.0 - 10 * i);
    for (int i = 0; i < 36; ++i) lon.push_back(10.0 * i);
    const Grid nodes = grid_from_centres(lat, lon).grid;
    write_waves(folder / "nodes.nc", nodes, three_months());
    REQUIRE(run_gwsd({"regrid", "--input", folder / "nodes.nc", "--resolution", "4.5", "--output", folder / "globe.nc"})
                .code == 0);
    CHECK(same_grid(io::describe_field(folder / "globe.nc").grid, regular_grid(4.5)));
    write_waves(folder / "region.nc", regular_grid(0.3, {0.3, 0.3, 3.9, 3.9}), three_months());
    REQUIRE(run_gwsd({"regrid", "--input", folder / "region.nc", "--resolution", "0.5", "--output", folder / "half.nc"})
                .code == 0);
    CHECK(same_grid(io::describe_field(folder / "half.nc").grid, regular_grid(0.5, {0, 0, 4, 4})));
    const CommandResult seven =
        run_gwsd({"regrid", "--input", folder / "nodes.nc", "--resolution", "7", "--output", folder / "seven.nc"});
    CHECK(seven.code == 64);
    CHECK(seven.err ==
          "gwsd: --resolution 7 does not divide 180 degrees, but the field reaches around the globe; choose one that "
          "does, such as 0.125, or give a grid with --like\n");
}

TEST_CASE("gwsd regrid takes the grid of another file, and asks for a valid share")
{
    const TemporaryFolder folder;
    write_waves(folder / "in.nc", regular_grid(1, {0, 0, 10, 10}), three_months());
    write_waves(folder / "like.nc", regular_grid(0.7, {350, 3.5, 364, 7}), three_months(), "other");
    REQUIRE(run_gwsd(
                {"regrid", "--input", folder / "in.nc:pr", "--like", folder / "like.nc", "--output", folder / "out.nc"})
                .code == 0);
    CHECK(same_grid(io::describe_field(folder / "out.nc").grid, io::describe_field(folder / "like.nc").grid));
    const auto valid_cells = [&](const std::string& share) {
        const std::string json =
            run_gwsd({"regrid", "--input", folder / "in.nc", "--resolution", "5", "--min-valid-fraction", share,
                      "--overwrite", "--json", "--output", folder / "share.nc"})
                .out;
        const auto at = json.find("\"valid_cells\": ");
        return at == std::string::npos ? -1 : std::stoi(json.substr(at + 15));
    };
    CHECK(valid_cells("0") == 12);
    CHECK(valid_cells("1") == 0);
}

TEST_CASE("a static field stays static, and several files of a field make one series")
{
    const TemporaryFolder folder;
    const Grid grid = regular_grid(2, {0, 0, 8, 8});
    const auto land = io::create_field(folder / "land.nc", {grid, {}, false, "land", "1", {}, {}, "test"}, false);
    land->write(0, wave(grid, 0));
    land->finish();
    REQUIRE(
        run_gwsd({"regrid", "--input", folder / "land.nc", "--resolution", "1", "--output", folder / "fine.nc"}).code ==
        0);
    CHECK_FALSE(io::open_series({folder / "fine.nc"}, {.variable = "land"})->has_time());
    write_waves(folder / "a.nc", grid, {true, {Month::of(2003, 3).index}});
    write_waves(folder / "b.nc", grid, {true, {Month::of(2003, 2).index}});
    REQUIRE(run_gwsd({"regrid", "--input", folder / "a.nc", folder / "b.nc", "--resolution", "1", "--output",
                      folder / "ab.nc"})
                .code == 0);
    CHECK(io::open_series({folder / "ab.nc"}, {.variable = "pr"})->time().steps ==
          std::vector<std::int64_t>{Month::of(2003, 2).index, Month::of(2003, 3).index});
}

TEST_CASE("gwsd regrid ends with the documented exit codes and leaves nothing behind")
{
    const TemporaryFolder folder;
    write_waves(folder / "in.nc", regular_grid(1, {0, 0, 10, 10}), three_months());
    write_waves(folder / "far.nc", regular_grid(1, {50, 0, 60, 10}), three_months());
    const auto code = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"regrid", "--output"});
        return run_gwsd(arguments).code;
    };
    const std::string in = folder / "in.nc", out = folder / "out.nc";
    CHECK(code({out, "--input", in}) == 64);
    CHECK(code({out, "--input", in, "--resolution", "1", "--like", in}) == 64);
    CHECK(code({out, "--input", in}) == 64);
    CHECK(code({out, "--input", in, "--resolution", "-1"}) == 64);
    CHECK(code({out, "--input", in, "--resolution", "1", "--min-valid-fraction", "2"}) == 64);
    CHECK(code({out, "--input", in, "--like", folder / "far.nc"}) == 65);
    CHECK(code({out, "--input", in, "--variable", "rain", "--resolution", "1"}) == 65);
    CHECK(code({out, "--input", folder / "none.nc", "--resolution", "1"}) == 66);
    CHECK(code({in, "--input", in, "--resolution", "1", "--overwrite"}) == 73);
    CHECK(code({folder / "far.nc", "--input", in, "--resolution", "1"}) == 73);
    CHECK(code({folder / "no/folder.nc", "--input", in, "--resolution", "1"}) == 73);
    CHECK(code({out, "--input", in, "--resolution", "1", "--method", "smooth"}) == 64);
    CHECK(code({out, "--input", in, "--resolution", "3", "--method", "smooth_conservative"}) == 64);
    CHECK_FALSE(std::ifstream(out));
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), std::filesystem::directory_iterator{}) ==
          2);
}
