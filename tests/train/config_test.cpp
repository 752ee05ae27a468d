#include "gwsd/train/config.hpp"

#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::train;

TEST_CASE("a configuration file sets keys, and --set overrides them")
{
    Config config;
    const Schema schema = schema_of(config);
    schema.read_text(
        "[train]\nepochs = 3\nlearning_rate = 1\n[loss.weight]\ntv = 0.5\n[data]\nholdout_regions = [[10, 0, 20, "
        "5.5]]\n",
        "a.toml");
    CHECK(config.train.epochs == 3);
    CHECK(config.train.learning_rate == 1.0);
    CHECK(config.loss.weight.at("tv") == 0.5);
    REQUIRE(config.data.holdout_regions.size() == 1);
    CHECK(config.data.holdout_regions[0].north == 5.5);
    schema.set("train.epochs=7");
    schema.set("data.test_period=2012-01:2013-12");
    schema.set("prepare.predictors=tp,swvl1");
    schema.set("model.channels=[16, 32]");
    CHECK(config.train.epochs == 7);
    CHECK(config.data.test_period == "2012-01:2013-12");
    CHECK(config.prepare.predictors == std::vector<std::string>{"tp", "swvl1"});
    CHECK(config.model.channels == std::vector<Index>{16, 32});
}

TEST_CASE("unknown keys are refused with their place and the nearest key")
{
    Config config;
    const Schema schema = schema_of(config);
    CHECK_THROWS_WITH(schema.read_text("[train]\nepoch = 3\n", "a.toml"),
                      "a.toml:2:9: unknown key 'train.epoch'; did you mean 'train.epochs'?");
    CHECK_THROWS_WITH(schema.read_text("[trian]\nepochs = 3\n", "a.toml"),
                      "a.toml:1:1: unknown key 'trian'; did you mean 'train'?");
    CHECK_THROWS_WITH(schema.set("loss.weight.masss=1"),
                      "--set loss.weight.masss=1: unknown key 'loss.weight.masss'; did you mean 'loss.weight.mass'?");
    CHECK_THROWS_AS(schema.set("zzzzzzzz=1"), ConfigError);
    CHECK_THROWS_WITH(schema.set("train.epochs"),
                      "--set train.epochs: expected key=value, such as --set train.epochs=10");
}

TEST_CASE("values of a wrong type or range are refused, and say what is expected")
{
    Config config;
    const Schema schema = schema_of(config);
    CHECK_THROWS_AS(schema.set("train.epochs=-1"), ConfigError);
    CHECK_THROWS_AS(schema.set("train.epochs=2.5"), ConfigError);
    CHECK_THROWS_AS(schema.set("train.learning_rate=nan"), ConfigError);
    CHECK_THROWS_AS(schema.set("model.preset=huge"), ConfigError);
    CHECK_THROWS_AS(schema.read_text("train.epochs = 1\ntrain.epochs = 2\n", "a.toml"), ConfigError);
    CHECK_THROWS_AS(schema.read_text("[train\nepochs = 1", "a.toml"), ConfigError);
    CHECK_THROWS_WITH(schema.read_text("train.epochs = \"many\"", "a.toml"),
                      "a.toml:1:16: 'train.epochs' = 'many' is not what is expected; expected a whole number");
    CHECK_THROWS_AS(schema.read_text(std::string(2000000, '#'), "big.toml"), ConfigError);
    CHECK_THROWS_AS(schema.read_file("/nonexistent/run.toml"), InputMissing);
    CHECK(config.train.epochs == Config{}.train.epochs);
}

TEST_CASE("the effective configuration reads back to itself")
{
    Config config;
    const Schema schema = schema_of(config);
    schema.set("data.holdout_regions=[[1, 2, 3, 4]]");
    schema.set("prepare.gwsa=a\"b.nc");
    const std::string text = schema.effective();
    Config again;
    const Schema other = schema_of(again);
    other.read_text(text, "effective");
    CHECK(other.effective() == text);
    CHECK(again.prepare.gwsa == std::vector<std::string>{"a\"b.nc"});
}
