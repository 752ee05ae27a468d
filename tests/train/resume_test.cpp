#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "train/run_folder.hpp"
#include "train/small_run.hpp"

using namespace gwsd;
using namespace gwsd::test;

namespace {

/// A cube that sends the process a signal when a field is read for the n-th time.
class SignallingCube : public io::FieldSource {
public:
    SignallingCube(std::shared_ptr<const io::FieldSource> cube, int reads, int signal)
        : cube_(std::move(cube)), left_(reads), signal_(signal)
    {
    }
    const io::CubeInfo& info() const override { return cube_->info(); }
    std::shared_ptr<const std::vector<float>> field(const std::string& variable, Index t) const override
    {
        if (--left_ == 0) std::raise(signal_);
        return cube_->field(variable, t);
    }
    int reads() const { return -left_; }

private:
    std::shared_ptr<const io::FieldSource> cube_;
    mutable std::atomic<int> left_;
    int signal_;
};

/// What a checkpoint decides: arrays and position, without the time that the run took.
std::string fingerprint(const std::string& path)
{
    const auto checkpoint = io::load_checkpoint(path);
    std::string text = checkpoint.metadata.at("gwsd.updates");
    const std::string position = checkpoint.metadata.at("gwsd.position");
    text += position.substr(0, position.find("\"seconds\"")) + position.substr(position.find("\"skipped\""));
    for (const auto& array : checkpoint.arrays)
        text += array.name + std::string(reinterpret_cast<const char*>(array.bytes.data()), array.bytes.size());
    return text;
}

/// metrics.csv without its last column, the seconds.
std::string metrics(const std::string& path)
{
    std::istringstream lines(read_bytes(path));
    std::string text;
    for (std::string line; std::getline(lines, line);) text += line.substr(0, line.rfind(',')) + "\n";
    return text;
}

void check_same_run(const std::string& a, const std::string& b)
{
    CHECK(read_bytes(a + "/best.gwsd") == read_bytes(b + "/best.gwsd"));
    CHECK(fingerprint(a + "/checkpoint_00000018.gwsd") == fingerprint(b + "/checkpoint_00000018.gwsd"));
    CHECK(metrics(a + "/metrics.csv") == metrics(b + "/metrics.csv"));
}

} // namespace

TEST_CASE("a run stopped by a signal and resumed has the same bits as one never stopped")
{
    Scratch scratch;
    const auto cube = learnable_cube();
    const auto counting = std::make_shared<SignallingCube>(cube, 0, SIGUSR1);
    train::Config config = small_config();
    config.model.dropout = 0.3; // whose masks go on where they were
    config.data.scratch = "none";
    const auto in = [&](const std::string& folder) {
        auto options = small_run(folder, config);
        options.field_bytes = 0; // so that fields are read all along, and the signals fall all over the run
        return options;
    };
    train::train(in(scratch / "whole"), counting);
    const int all = counting->reads();
    // The first reads are for the constants; then steps, validation, steps, ...
    int stops = 0;
    for (const int percent : {40, 55, 62, 75, 83, 97}) {
        INFO(percent << " % of " << all << " reads");
        const std::string folder = scratch / ("stopped_" + std::to_string(percent));
        auto options = in(folder);
        options.resume = "auto";
        const auto signal = percent % 2 == 0 ? SIGTERM : SIGINT;
        try {
            train::train(options, std::make_shared<SignallingCube>(cube, all * percent / 100, signal));
        } catch (const StoppedEarly&) {
            ++stops;
            CHECK(nlohmann::json::parse(read_bytes(folder + "/run.json")).at("status") == "stopped");
        }
        const auto summary = train::train(options, cube);
        CHECK(summary.epochs == 3);
        CHECK(summary.steps == 18);
        check_same_run(scratch / "whole", folder);
        CHECK(read_bytes(scratch / "whole/latest") == read_bytes(folder + "/latest"));
    }
    CHECK(stops >= 4);
}

TEST_CASE("a signal while the training months are read stops at once, with nothing to save")
{
    Scratch scratch;
    const auto cube = std::make_shared<SignallingCube>(learnable_cube(), 40, SIGTERM);
    struct sigaction before {
    }, after{};
    sigaction(SIGTERM, nullptr, &before);
    CHECK_THROWS_AS(train::train(small_run(scratch / "run"), cube), StoppedEarly);
    CHECK_FALSE(std::filesystem::exists(scratch / "run/latest"));
    // Signals after a run are again what they were before it.
    sigaction(SIGTERM, nullptr, &after);
    CHECK(after.sa_handler == before.sa_handler);
}

TEST_CASE("the newest checkpoint may be damaged or missing: the one before it gives the same bits")
{
    Scratch scratch;
    const auto cube = learnable_cube();
    train::train(small_run(scratch / "whole"), cube);
    for (const std::string damage : {"cut", "flipped", "gone", "latest"}) {
        const std::string folder = scratch / damage;
        train::train(small_run(folder), cube);
        const std::string newest = folder + "/checkpoint_00000018.gwsd";
        std::string bytes = read_bytes(newest);
        if (damage == "cut") write_bytes(newest, bytes.substr(0, bytes.size() / 2));
        if (damage == "flipped") bytes[bytes.size() - 100] ^= 1, write_bytes(newest, bytes);
        if (damage == "gone") std::remove(newest.c_str());
        if (damage == "latest") write_bytes(folder + "/latest", "nonsense");
        auto options = small_run(folder);
        options.resume = "auto";
        CHECK(train::train(options, cube).steps == 18);
        check_same_run(scratch / "whole", folder);
    }
    const std::string folder = scratch / "cut";
    for (const Index step : {12, 18}) write_bytes(folder + "/" + train::RunFolder::checkpoint_name(step), "nothing");
    auto options = small_run(folder);
    options.resume = "auto";
    CHECK_THROWS_AS(train::train(options, cube), DataError);
}

TEST_CASE("a run goes on from a checkpoint that is named, and from nowhere if there is none")
{
    Scratch scratch;
    const auto cube = learnable_cube();
    train::train(small_run(scratch / "whole", guessing_config()), cube);
    auto options = small_run(scratch / "other", guessing_config());
    options.resume = scratch / "whole/checkpoint_00000012.gwsd";
    train::train(options, cube);
    CHECK(read_bytes(scratch / "whole/latest") == read_bytes(scratch / "other/latest"));
    CHECK(fingerprint(scratch / "whole/checkpoint_00000018.gwsd") ==
          fingerprint(scratch / "other/checkpoint_00000018.gwsd"));
    options.resume = scratch / "no such file.gwsd";
    CHECK_THROWS_AS(train::train(options, cube), InputMissing);
    options.resume = scratch / "whole/best.gwsd";
    CHECK_THROWS_WITH(train::train(options, cube), Catch::Matchers::Contains("not a model"));
    // A run that is finished stays as it is.
    options = small_run(scratch / "whole", guessing_config());
    options.resume = "auto";
    const std::string before = read_bytes(scratch / "whole/metrics.csv");
    CHECK(train::train(options, cube).epochs == 3);
    CHECK(read_bytes(scratch / "whole/metrics.csv") == before);
}

TEST_CASE("a finished run goes on when it is given more epochs, and says so")
{
    Scratch scratch;
    const auto cube = learnable_cube();
    const auto with_epochs = [&](const std::string& folder, Index epochs) {
        auto options = small_run(folder);
        options.config.train.epochs = epochs, options.resume = "auto";
        return options;
    };
    for (const char* folder : {"one", "two"}) {
        CHECK(train::train(with_epochs(scratch / folder, 2), cube).steps == 12);
        const auto summary = train::train(with_epochs(scratch / folder, 3), cube);
        CHECK(summary.epochs == 3);
        CHECK(summary.steps == 18);
    }
    check_same_run(scratch / "one", scratch / "two");
    const auto record = nlohmann::json::parse(read_bytes(scratch / "one/run.json"));
    CHECK(record.at("status") == "done");
    CHECK(record.at("extended") == nlohmann::json::parse(R"([{"epochs_at_most": 2, "after_step": 12}])"));
    // The last epoch's rates are those of three epochs, as in a run of three from the start; its weights are not.
    train::train(with_epochs(scratch / "whole", 3), cube);
    const auto last_rate = [](const std::string& file) {
        const std::string text = read_bytes(file), row = text.substr(text.rfind("\n3,") + 1);
        return row.substr(0, row.find(',', 5));
    };
    CHECK(last_rate(scratch / "one/metrics.csv") == last_rate(scratch / "whole/metrics.csv"));
    CHECK(metrics(scratch / "one/metrics.csv") != metrics(scratch / "whole/metrics.csv"));
    CHECK(nlohmann::json::parse(read_bytes(scratch / "whole/run.json")).at("extended").empty());
    CHECK_THROWS_WITH(train::train(with_epochs(scratch / "one", 2), cube),
                      Catch::Matchers::Contains("train.epochs = 2 (was 3)"));
}

TEST_CASE("a run that was out of patience goes on with more of it")
{
    Scratch scratch;
    const auto cube = learnable_cube();
    auto options = small_run(scratch / "run");
    options.config.train.epochs = 4, options.config.train.patience = 1;
    options.config.train.learning_rate = 0; // no epoch is better than the first
    CHECK(train::train(options, cube).epochs == 2);
    options.resume = "auto";
    CHECK(train::train(options, cube).epochs == 2);
    options.config.train.patience = 2;
    CHECK(train::train(options, cube).epochs == 3);
    options.config.train.patience = 0;
    CHECK(train::train(options, cube).epochs == 4);
}

TEST_CASE("another configuration, seed, precision or cube is refused, with what differs")
{
    Scratch scratch;
    const auto cube = learnable_cube();
    train::train(small_run(scratch / "run"), cube);
    auto options = small_run(scratch / "run");
    options.resume = "auto";
    options.config.train.learning_rate = 1e-4;
    CHECK_THROWS_WITH(train::train(options, cube),
                      Catch::Matchers::Contains("train.learning_rate = 1e-04 (was 0.003)"));
    CHECK_THROWS_AS(train::train(options, cube), ConfigError);
    options = small_run(scratch / "run");
    options.resume = "auto", options.seed = 2;
    CHECK_THROWS_WITH(train::train(options, cube), Catch::Matchers::Contains("--seed 2 (was 1)"));
    options.seed = 1;
    kernels::set_precision(kernels::Precision::bf16);
    CHECK_THROWS_WITH(train::train(options, cube), Catch::Matchers::Contains("--precision bf16 (was f32)"));
    kernels::set_precision(kernels::Precision::f32);
    const auto other = learnable_cube({0, 0, 16, 16}, "2005-01:2008-12", 2, {"2006-05"});
    auto truth = *cube->field("reference", 3);
    truth[5] += 1;
    other->set("reference", 3, truth);
    CHECK_THROWS_AS(train::train(options, other), DataError);
    options.config.train.keep = 5, options.config.downscale.batch = 1; // these change no number
    CHECK_NOTHROW(train::train(options, cube));
}

TEST_CASE("a folder that holds a run is refused without --resume or --overwrite, and belongs to one run at a time")
{
    Scratch scratch;
    const auto cube = learnable_cube();
    auto options = small_run(scratch / "run");
    options.config.train.epochs = 1;
    train::train(options, cube);
    write_bytes(scratch / "run/notes.txt", "mine");
    CHECK_THROWS_AS(train::train(options, cube), CannotCreate);
    options.overwrite = true;
    CHECK_NOTHROW(train::train(options, cube));
    CHECK(read_bytes(scratch / "run/notes.txt") == "mine");
    {
        const train::RunFolder owner(scratch / "run", true, false);
        CHECK_THROWS_WITH(train::train(options, cube),
                          Catch::Matchers::Contains("process " + std::to_string(getpid())));
        CHECK_THROWS_AS(train::RunFolder(scratch / "run", true, false), CannotCreate);
    }
    // The lock of a process that was killed has its pid in it, and no owner.
    write_bytes(scratch / "run/lock", "999999999\n");
    CHECK_NOTHROW(train::train(options, cube));
    write_bytes(scratch / "file", "");
    options.output = scratch / "file";
    CHECK_THROWS_AS(train::train(options, cube), CannotCreate);
    options.output = scratch / "no/such/folder";
    CHECK_THROWS_AS(train::train(options, cube), CannotCreate);
}
