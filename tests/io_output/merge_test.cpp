#include <cmath>
#include <cstdlib>

#include "gwsd/core/error.hpp"
#include "gwsd/io/merge.hpp"
#include "gwsd/io/output.hpp"
#include "io/output_read.hpp"
#include "io_output/scratch.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::io;
using test::read_bytes;
using test::Scratch;

namespace {

void write_months(const std::string& path, int first, int last, const std::string& extra = {},
                  const std::string& truth = "none")
{
    OutputInfo info;
    info.grid = geo::refine(geo::regular_grid(0.5, {2, 45, 4, 46}), 4);
    info.time = geo::TimeAxis::months(geo::Month{first}, geo::Month{last});
    info.attributes = {{"gwsd_truth_mode", truth}, {"title", "One run"}};
    info.history = "gwsd downscale" + extra + " --cube c.nc";
    const auto writer = create_output(path, info, false);
    for (int m = first; m <= last; ++m) {
        std::vector<float> values(static_cast<std::size_t>(info.grid.cells()), static_cast<float>(m));
        values[5] = std::nanf("");
        writer->write(m - first, values, values);
    }
    writer->set_attribute("gwsd_seam_index", last == first ? "1.25" : "1.0");
    writer->finish();
}

} // namespace

TEST_CASE("Shards in any order merge into the bytes of one run")
{
    ::setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
    const Scratch folder;
    const int start = geo::Month::of(2003, 1).index;
    write_months(folder / "whole.nc", start, start + 5);
    write_months(folder / "a.nc", start, start + 1, " --shard 1/3");
    write_months(folder / "b.nc", start + 2, start + 3, " --shard 2/3");
    write_months(folder / "c.nc", start + 4, start + 5, " --shard=3/3");
    merge_outputs({folder / "c.nc", folder / "a.nc", folder / "b.nc"}, folder / "merged.nc", false);
    CHECK(read_bytes(folder / "merged.nc") == read_bytes(folder / "whole.nc"));
}

TEST_CASE("Figures over the steps are the largest of the shards'")
{
    const Scratch folder;
    const int start = geo::Month::of(2003, 1).index;
    write_months(folder / "a.nc", start, start + 1);
    write_months(folder / "b.nc", start + 2, start + 2);
    write_months(folder / "c.nc", start + 3, start + 4);
    merge_outputs({folder / "a.nc", folder / "b.nc", folder / "c.nc"}, folder / "m.nc", false);
    CHECK(WrittenFile(folder / "m.nc").attribute("gwsd_seam_index") == "1.25");
}

TEST_CASE("Shards that overlap or belong to different runs are refused by name")
{
    const Scratch folder;
    const int start = geo::Month::of(2003, 1).index;
    write_months(folder / "a.nc", start, start + 2);
    write_months(folder / "b.nc", start + 2, start + 3);
    write_months(folder / "other.nc", start + 5, start + 6, "", "reference");
    CHECK_THROWS_WITH(merge_outputs({folder / "a.nc", folder / "b.nc"}, folder / "m.nc", false),
                      Catch::Matchers::Contains("2003-03"));
    CHECK_THROWS_WITH(merge_outputs({folder / "a.nc", folder / "other.nc"}, folder / "m.nc", false),
                      Catch::Matchers::Contains("gwsd_truth_mode"));
    CHECK_THROWS_AS(merge_outputs({folder / "a.nc", folder / "b.nc"}, folder / "a.nc", true), CannotCreate);
}
