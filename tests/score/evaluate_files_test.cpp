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

TEST_CASE("a region that was held out as a whole has maps")
{
    EvaluationCase c;
    c.attributes["gwsd_holdout_regions"] = "0,40,12,48";
    c.write_cube();
    c.write_prediction([](Index, double, double, double truth) { return std::pair{truth, 1.0}; });
    auto options = c.options();
    options.pictures = true;
    score::evaluate(options);
    CHECK(std::filesystem::exists(c.folder / "scores/maps.png"));
    CHECK(std::filesystem::exists(c.folder / "scores/map_truth.png"));
}

TEST_CASE("gwsd evaluate prints its table, writes its folder and keeps to the exit codes")
{
    const EvaluationCase c;
    c.write_cube();
    c.write_prediction(perfect);
    const std::vector<std::string> line{
        "evaluate", "--prediction",      c.folder / "fine.nc", "--cube", c.folder / "cube.nc",
        "--output", c.folder / "scores", "--bootstrap",        "20",     "--no-pictures"};
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
    CHECK(with({"--overwrite", "--set", "evaluate.bootstrap=20", "--json"}).code == 0);
    CHECK(with({"--overwrite", "--set", "evaluate.bootstraps=0"}).code == 78);
    const auto onto_itself = run_gwsd({"evaluate", "--prediction", c.folder / "fine.nc", "--cube", c.folder / "cube.nc",
                                       "--output", c.folder / "cube.nc", "--overwrite"});
    CHECK(onto_itself.code == 73);
    CHECK(with({"--overwrite", "--also", "nearest=x.nc"}).code == 64);
    CHECK(with({"--overwrite", "--also", "fine.nc"}).code == 64);
    CHECK(with({"--overwrite", "--bootstrap", "-3"}).code == 64);
    const auto misspelt = with({"--overwrite", "--baselines", "nearest,bicubik"});
    CHECK(misspelt.code == 64);
    CHECK_THAT(misspelt.err, Contains("did you mean 'bicubic'?"));
    CHECK(with({"--overwrite", "--set", "evaluate.baselines=bicubik"}).code == 78);
    for (const std::vector<std::string>& few : {std::vector<std::string>{"--baselines", "bilinear"},
                                                std::vector<std::string>{"--set", "evaluate.baselines=bilinear"}}) {
        const auto chosen = with({"--overwrite", "--json", few[0], few[1]});
        const auto scores = nlohmann::json::parse(chosen.out)["unseen_years"];
        CHECK((scores.contains("nearest") && scores.contains("bilinear")));
        CHECK_FALSE(scores.contains("bicubic"));
    }
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

TEST_CASE("a truth from a file gives the scores of the same truth in the cube")
{
    EvaluationCase c;
    c.write_cube();
    c.write_prediction([](Index, double, double, double truth) { return std::pair{truth, 1.0}; }, "truth.nc");
    c.write_prediction([](Index t, double lat, double, double truth) {
        return std::pair{truth + std::sin(static_cast<double>(t) * lat), 1.0};
    });
    const auto from_cube = c.scores();
    auto options = c.options();
    options.output += "2";
    options.truth = c.folder / "truth.nc:gwsa";
    const auto from_file = nlohmann::json::parse(score::evaluate(options).scores);
    CHECK(from_file["unseen_years"] == from_cube["unseen_years"]);
    CHECK_THAT(from_file["truth"].get<std::string>(), Contains("'gwsa' of "));
}

TEST_CASE("a truth of other water, of coarser cells or of other years is refused by name")
{
    EvaluationCase c;
    c.write_cube();
    c.write_prediction(perfect);
    const auto refused = [&](const std::function<void(EvaluationCase&)>& change, const std::string& text) {
        EvaluationCase other;
        change(other);
        other.write_prediction(perfect, "truth.nc");
        auto options = c.options();
        options.truth = other.folder / "truth.nc";
        CHECK_THROWS_WITH(score::evaluate(options), Contains("truth.nc") && Contains(text));
        CHECK_FALSE(std::filesystem::exists(options.output));
    };
    refused([](EvaluationCase& o) { o.info.quantity = "twsa"; }, "total water storage");
    refused([](EvaluationCase& o) { o.info.fine = o.info.coarse; }, "no truth for them");
    refused(
        [](EvaluationCase& o) {
            o.info.time = geo::TimeAxis::months(geo::Month::of(1999, 1), geo::Month::of(1999, 3));
        },
        "no step in common");
    auto options = c.options();
    options.truth = c.folder / "absent.nc";
    CHECK_THROWS_AS(score::evaluate(options), InputMissing);
}

TEST_CASE("the report holds its pictures, refers to nothing outside, and says what the data are")
{
    EvaluationCase c;
    c.info.synthetic = true;
    c.info.sources = R"([{"path":"<script>.nc","bytes":3,"xxh3":"00ff","role":"reference"}])";
    c.write_cube();
    c.write_prediction([](Index t, double lat, double lon, double truth) {
        return std::pair{truth + std::sin(static_cast<double>(t) + 9 * lat * lon), 1.0};
    });
    write_bytes(c.folder / "metrics.csv",
                "epoch,steps,train_loss,train_nll,train_nll (mm),validation_loss,validation_nll,validation_mae "
                "(mm),interpolation_mae (mm)\n1,10,2,1.5,3,2.1,1.6,9,8\n2,20,1,0.5,3,1.1,0.6,7,8\n");
    auto options = c.options();
    options.metrics = c.folder / "metrics.csv";
    options.command = "gwsd evaluate --prediction fine.nc";
    options.pictures = true;
    score::evaluate(options);
    const std::string html = read_bytes(c.folder / "scores/report.html");
    for (const char* reference :
         {"http:", "https:", "src=\"/", "href=", "url(", "@import", "<script", "<link", "<iframe"})
        CHECK_THAT(html, !Contains(reference));
    for (const char* text :
         {"Synthetic data", "Truth mode: <b>reference</b>", "gwsd evaluate --prediction fine.nc", "&lt;script&gt;.nc",
          "00ff", "width=device-width", "color-scheme", "2005-01:2006-12", "8,40,12,48", "netCDF"})
        CHECK_THAT(html, Contains(text));
    std::size_t pictures = 0, found = 0;
    while ((found = html.find("data:image/png;base64,iVBORw0KGgo", found + 1)) != std::string::npos) ++pictures;
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(c.folder / "scores"))
        if (entry.path().extension() == ".png") ++files;
    CHECK(pictures >= 20);
    CHECK(files == pictures + 1); // maps.png shows six of them side by side
    for (const char* name : {"maps.png", "map_error.png", "map_sigma.png", "map_gain.png", "map_trend_truth.png",
                             "series_4.png", "loss.png", "loss_terms.png", "loss_mae.png", "pit_unseen_years.png",
                             "reliability_unseen_regions.png", "spectra_unseen_years.png"})
        CHECK(std::filesystem::file_size(c.folder / "scores/" + name) > 1000);
    CHECK_THAT(read_bytes(c.folder / "scores/spectra.csv"), Contains("unseen_years,smooth_conservative,"));
    CHECK_THAT(read_bytes(c.folder / "scores/calibration.csv"), Contains("unseen_regions,gwsd,coverage,0.90,"));
}

TEST_CASE("metrics that are no metrics of a run are refused before any work")
{
    const EvaluationCase c;
    c.write_cube();
    c.write_prediction(perfect);
    auto options = c.options();
    const auto refused = [&](const std::string& bytes, const std::string& text) {
        write_bytes(c.folder / "metrics.csv", bytes);
        options.metrics = c.folder / "metrics.csv";
        CHECK_THROWS_WITH(score::evaluate(options), Contains("metrics.csv") && Contains(text));
    };
    refused("", "is empty");
    refused("a,b\n1,2\n", "'epoch'");
    refused("epoch,train_loss\n", "no row");
    refused("epoch,train_loss\n1,2,3\n", "row 2 has 3 fields");
    refused("epoch,train_loss\n1,much\n", "'much' is not a number");
    refused("epoch,mae\n1,2\n", "'loss'");
    options.metrics = c.folder / "absent.csv";
    CHECK_THROWS_AS(score::evaluate(options), InputMissing);
    CHECK(c.folder.names().size() == 3);
}
