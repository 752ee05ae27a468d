#include <unistd.h>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>

#include "gwsd/core/error.hpp"
#include "gwsd/io/checkpoint.hpp"
#include "io_output/scratch.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::io;
using test::read_bytes;
using test::Scratch;
using test::write_bytes;

namespace {

NamedArray floats(const std::string& name, const std::vector<float>& values)
{
    NamedArray array{name, "F32", {static_cast<Index>(values.size())}, std::vector<std::byte>(4 * values.size())};
    std::memcpy(array.bytes.data(), values.data(), array.bytes.size());
    return array;
}

Checkpoint example_checkpoint()
{
    Checkpoint checkpoint;
    checkpoint.metadata = {{"gwsd.config", "epochs = 3 # \"quoted\""}, {"empty", ""}};
    checkpoint.arrays = {floats("model.w", {1, -2, 3.5F}),
                         {"rng", "U64", {1}, std::vector<std::byte>(8, std::byte{7})},
                         floats("optimizer.m", {0.25F})};
    return checkpoint;
}

/// What loading does with these bytes: "whole", or the class of the refusal.
std::string outcome(const std::string& path, const std::string& bytes)
{
    write_bytes(path, bytes);
    try {
        load_checkpoint(path);
        return "whole";
    } catch (const DataError&) {
        return "DataError";
    }
}

} // namespace

TEST_CASE("A checkpoint comes back as it was saved")
{
    const Scratch folder;
    const std::string path = folder / "a.gwsd";
    save_checkpoint(path, example_checkpoint());
    const Checkpoint back = load_checkpoint(path);
    CHECK(back.metadata == example_checkpoint().metadata);
    REQUIRE(back.arrays.size() == 3);
    CHECK(back.arrays[1].name == "rng");
    CHECK(back.at("model.w").bytes == example_checkpoint().arrays[0].bytes);
    CHECK(back.at("model.w").shape == Shape{3});
    CHECK_THROWS_AS(back.at("nothing"), DataError);
    CHECK(model_hash(back) == model_hash(example_checkpoint()));
    CHECK_THROWS_AS(save_checkpoint(path, example_checkpoint(), false), CannotCreate);
    CHECK(folder.names() == std::vector<std::string>{"a.gwsd"});
}

TEST_CASE("The hash of a model follows its parameters, not its optimiser")
{
    Checkpoint other = example_checkpoint();
    other.arrays[2] = floats("optimizer.m", {9});
    CHECK(model_hash(other) == model_hash(example_checkpoint()));
    other.arrays[0] = floats("model.w", {1, -2, 3.25F});
    CHECK(model_hash(other) != model_hash(example_checkpoint()));
}

TEST_CASE("A checkpoint cut short anywhere or with any bit flipped is refused")
{
    const Scratch folder;
    const std::string path = folder / "a.gwsd", damaged = folder / "b.gwsd";
    save_checkpoint(path, example_checkpoint());
    const std::string whole = read_bytes(path);
    REQUIRE(outcome(damaged, whole) == "whole");
    for (std::size_t length = 0; length < whole.size(); ++length) {
        INFO("cut to " << length);
        REQUIRE(outcome(damaged, whole.substr(0, length)) == "DataError");
    }
    for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
        std::string flipped = whole;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
        INFO("bit " << bit);
        REQUIRE(outcome(damaged, flipped) == "DataError");
    }
    CHECK(outcome(damaged, whole + "x") == "DataError");
    std::string huge = whole;
    huge.replace(0, 8, std::string("\0\0\0\0\0\0\0\x80", 8));
    CHECK(outcome(damaged, huge) == "DataError");
    CHECK(outcome(damaged, "") == "DataError");
    CHECK(outcome(damaged, std::string("\x40\0\0\0\0\0\0\0", 8) + std::string(64, '[')) == "DataError");
}

TEST_CASE("Weights that are not finite, newer formats and absent files are refused by name")
{
    const Scratch folder;
    const std::string path = folder / "a.gwsd";
    Checkpoint sick = example_checkpoint();
    sick.arrays[0] = floats("model.w", {1, std::nanf(""), 2});
    save_checkpoint(path, sick);
    CHECK_THROWS_WITH(load_checkpoint(path), Catch::Matchers::Contains("model.w") && Catch::Matchers::Contains("NaN"));
    sick = example_checkpoint();
    sick.arrays[2] = floats("optimizer.m", {std::numeric_limits<float>::infinity()});
    save_checkpoint(path, sick);
    CHECK_NOTHROW(load_checkpoint(path));
    std::string newer = read_bytes(path);
    const std::string version = "\"gwsd.format_version\":\"1\"";
    newer.replace(newer.find(version), version.size(), "\"gwsd.format_version\":\"7\"");
    write_bytes(path, newer);
    CHECK_THROWS_WITH(load_checkpoint(path), Catch::Matchers::Contains("newer"));
    CHECK_THROWS_AS(load_checkpoint(folder / "absent"), InputMissing);
}

TEST_CASE("Python's safetensors reads a checkpoint")
{
    if (std::system("python3 -c 'import safetensors.numpy' 2>/dev/null") != 0) {
        WARN("SKIPPED: python3 has no safetensors");
        std::puts("SKIPPED: python3 has no safetensors");
        return;
    }
    const Scratch folder;
    const std::string path = folder / "a.gwsd";
    save_checkpoint(path, example_checkpoint());
    const std::string command = "python3 -c \"import safetensors.numpy as s; d = s.load_file('" + path +
                                "'); assert d['model.w'].tolist() == [1, -2, 3.5] and len(d) == 3\"";
    CHECK(std::system(command.c_str()) == 0);
}
