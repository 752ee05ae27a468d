#include <fstream>

#include "gwsd/core/error.hpp"
#include "score/evaluation_case.hpp"
#include "score/report_folder.hpp"
#include "support/catch.hpp"
#include "support/run_command.hpp"

using namespace gwsd;
using namespace gwsd::test;
using Catch::Matchers::Contains;

TEST_CASE("a report folder appears whole, and not at all where it is given up")
{
    const Scratch folder;
    {
        score::ReportFolder report(folder / "out", false, {"a.txt", "b.txt"});
        report.write("a.txt", "one");
        CHECK_FALSE(std::filesystem::exists(folder / "out"));
    }
    CHECK(folder.names().empty());
    {
        score::ReportFolder report(folder / "out/", false, {"a.txt", "b.txt"});
        report.write("a.txt", "one");
        report.publish();
    }
    CHECK(folder.names() == std::vector<std::string>{"out"});
    CHECK(read_bytes(folder / "out/a.txt") == "one");
}

TEST_CASE("an existing report is replaced only on demand, and foreign files stay")
{
    const Scratch folder;
    const std::vector<std::string> names{"a.txt", "b.txt"};
    const auto write = [&](const std::string& name, bool overwrite) {
        score::ReportFolder report(folder / "out", overwrite, names);
        report.write(name, name);
        report.publish();
    };
    write("a.txt", false);
    CHECK_THROWS_AS(write("b.txt", false), CannotCreate);
    write("b.txt", true);
    CHECK_FALSE(std::filesystem::exists(folder / "out/a.txt"));
    CHECK(read_bytes(folder / "out/b.txt") == "b.txt");

    write_bytes(folder / "out/thesis.txt", "work of years");
    write("a.txt", true);
    CHECK(read_bytes(folder / "out/thesis.txt") == "work of years");
    CHECK(read_bytes(folder / "out/a.txt") == "a.txt");
    CHECK_FALSE(std::filesystem::exists(folder / "out/b.txt"));
    CHECK(folder.names() == std::vector<std::string>{"out"});

    write_bytes(folder / "file", "x");
    CHECK_THROWS_AS(score::ReportFolder(folder / "file", true, names), CannotCreate);
    CHECK_THROWS_AS(score::ReportFolder(folder / "absent/out", true, names), CannotCreate);
}

TEST_CASE("gwsd evaluate prints its table, writes its folder and keeps to the exit codes")
{
    const EvaluationCase c;
    c.write_cube();
    c.write_prediction(perfect);
    const std::vector<std::string> line{
        "evaluate", "--prediction",      c.folder / "fine.nc", "--cube", c.folder / "cube.nc",
        "--output", c.folder / "scores", "--bootstrap",        "20"};
    const auto with = [&](std::vector<std::string> more) {
        more.insert(more.begin(), line.begin(), line.end());
        return run_gwsd(more);
    };
    const auto first = with({});
    CHECK(first.code == 0);
    for (const char* word : {"unseen_years", "unseen_regions", "smooth_conservative", "sub-grid R2", "seam index"})
        CHECK_THAT(first.out, Contains(word));
    CHECK(read_bytes(c.folder / "scores/table.txt") == first.out);
    CHECK_THAT(read_bytes(c.folder / "scores/scores.csv"), Contains("unseen_years,gwsd,model,mae,0,"));

    CHECK(with({}).code == 73);
    const auto json = with({"--overwrite", "--json"});
    CHECK(json.code == 0);
    CHECK(nlohmann::json::parse(json.out)["unseen_years"]["gwsd"]["mae"] == 0.0);

    const auto missing = run_gwsd({"evaluate", "--prediction", c.folder / "absent.nc", "--cube", c.folder / "cube.nc",
                                   "--output", c.folder / "other"});
    CHECK(missing.code == 66);
    CHECK_THAT(missing.err, Contains("absent.nc"));
    CHECK_FALSE(std::filesystem::exists(c.folder / "other"));
    CHECK(with({"--overwrite", "--also", "nearest=x.nc"}).code == 64);
    CHECK(with({"--overwrite", "--also", "fine.nc"}).code == 64);
    CHECK(with({"--overwrite", "--bootstrap", "-3"}).code == 64);
}

TEST_CASE("a prediction of another grid, quantity, unit, baseline or time is refused by name")
{
    const EvaluationCase c;
    c.write_cube();
    const auto refused = [&](const std::function<void(EvaluationCase&)>& change, const std::string& text) {
        EvaluationCase other;
        change(other);
        other.write_prediction(perfect);
        auto options = c.options();
        options.prediction = other.folder / "fine.nc";
        CHECK_THROWS_WITH(score::evaluate(options), Contains("fine.nc") && Contains(text));
        CHECK_THROWS_AS(score::evaluate(options), DataError);
        CHECK_FALSE(std::filesystem::exists(options.output));
    };
    refused([](EvaluationCase& o) { o.info.fine = geo::regular_grid(0.125, {1, 40, 13, 48}); }, "64 x 96");
    refused([](EvaluationCase& o) { o.info.quantity = "twsa"; }, "has no variable 'gwsa'");
    refused([](EvaluationCase& o) { o.unit = std::string("%"); }, "'mm'");
    refused([](EvaluationCase& o) { o.info.baseline = "2006-01-01/2006-12-31"; }, "2006-01-01/2006-12-31");
    refused(
        [](EvaluationCase& o) {
            o.info.time = geo::TimeAxis::months(geo::Month::of(2015, 1), geo::Month::of(2015, 3));
        },
        "no step in common");
    refused([](EvaluationCase& o) { o.attributes["gwsd_coarse"] = "given"; }, "'gwsa'");
    refused([](EvaluationCase& o) { o.attributes["gwsd_holdout_regions"] = "1,2,3"; }, "W,S,E,N");
}
