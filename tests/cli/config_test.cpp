#include <fstream>
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/run_command.hpp"

using Catch::Matchers::Contains;
using gwsd::test::run_gwsd;
using gwsd::test::TemporaryFolder;

TEST_CASE("config prints what is in effect: defaults, then the file, then --set")
{
    const TemporaryFolder folder;
    std::ofstream(folder / "run.toml") << "[train]\nepochs = 3\nbatch = 2\n";
    const auto result =
        run_gwsd({"config", "train.epochs", "train.batch", "--config", folder / "run.toml", "--set", "train.epochs=7"});
    CHECK(result.code == 0);
    CHECK(result.err.empty());
    CHECK(result.out == "train.epochs = 7\ntrain.batch = 2\n");
}

TEST_CASE("config shows what a preset sets, and lets --set win over it")
{
    const auto epochs = [](std::vector<std::string> set) {
        set.insert(set.begin(), {"config", "train.epochs"});
        return run_gwsd(set).out;
    };
    CHECK(epochs({"--set", "model.preset=small"}) != epochs({}));
    CHECK(epochs({"--set", "model.preset=small", "--set", "train.epochs=3"}) == "train.epochs = 3\n");
}

TEST_CASE("what config prints can be read back and gives the same, with comments too")
{
    const TemporaryFolder folder;
    const std::string all = run_gwsd({"config", "--set", "data.holdout_regions=[[1, 2, 3, 4.5]]"}).out;
    const auto again = [&](const std::string& text) {
        std::ofstream(folder / "again.toml") << text;
        return run_gwsd({"config", "--config", folder / "again.toml"}).out;
    };
    CHECK_THAT(all, Contains("data.holdout_regions = [[1.0, 2.0, 3.0, 4.5]]"));
    CHECK(again(all) == all);
    const std::string explained = run_gwsd({"config", "--explain"}).out;
    CHECK_THAT(explained, Contains("# epochs at most\ntrain.epochs = 30\n"));
    CHECK(again(explained) == run_gwsd({"config"}).out);
}

TEST_CASE("config gives JSON with the types of the keys")
{
    const auto json =
        nlohmann::json::parse(run_gwsd({"config", "--json", "--set", "data.holdout_regions=[[1, 2, 3, 4]]"}).out);
    CHECK(json["train.epochs"] == 30);
    CHECK(json["data.allow_leakage"] == false);
    CHECK(json["model.preset"] == "default");
    CHECK(json["prepare.predictors"].is_array());
    CHECK(json["data.holdout_regions"][0] == nlohmann::json({1.0, 2.0, 3.0, 4.0}));
}

TEST_CASE("config refuses an unknown key or group and names the nearest, and forms that exclude each other")
{
    const auto result = run_gwsd({"config", "lss"});
    CHECK(result.code == 78);
    CHECK_THAT(result.err, Contains("unknown key 'lss'; did you mean 'loss'?"));
    CHECK(run_gwsd({"config", "--json", "--explain"}).code == 64);
    CHECK(run_gwsd({"config", "--reference", "--explain"}).code == 64);
}

TEST_CASE("a configuration that cannot be used is refused by every command, before its work")
{
    CHECK(run_gwsd({"doctor", "--set", "train.epoch=3"}).code == 78);
    CHECK(run_gwsd({"doctor", "--config", "absent.toml"}).code == 66);
    CHECK(run_gwsd({"doctor", "--set", "train.epochs=3"}).code == 0);
    // One value an option: the command's own arguments may follow.
    CHECK_THAT(run_gwsd({"config", "--set", "train.epochs=3", "train.epochs"}).out, Contains("train.epochs = 3"));
}
