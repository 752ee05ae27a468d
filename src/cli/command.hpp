#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gwsd/core/error.hpp"

namespace gwsd::cli {

/// Options that every command has.
struct CommonOptions {
    int threads = 0; ///< 0: all cores
    std::uint64_t seed = 1;
    std::string device = "auto";
    std::string precision = "f32";
    bool json = false;
    bool overwrite = false;
    std::string config;           ///< --config FILE
    std::vector<std::string> set; ///< --set key=value
};

/// Options given on the command line, whatever the command.
CommonOptions& common();

/// A subcommand lives in one file of this folder and registers itself:
///     const Register registered{"inspect", "what gwsd understands of a file", "gwsd inspect era5.nc", define};
/// `define` adds options to the CLI11 app and returns the function that runs the command; it throws gwsd::Error.
struct Command {
    std::string name, summary, examples;
    std::function<std::function<void()>(CLI::App&)> define;
    bool configurable = false; ///< reads keys of the configuration
};

constexpr bool reads_configuration = true;

std::vector<Command>& commands();

struct Register {
    Register(std::string name, std::string summary, std::string examples,
             std::function<std::function<void()>(CLI::App&)> define, bool configurable = false)
    {
        commands().push_back(
            {std::move(name), std::move(summary), std::move(examples), std::move(define), configurable});
    }
};

/// Reads an option's text with `parse`; what it cannot read is a usage error, not a bad configuration.
template <class Parse>
auto parsed(const Parse& parse)
{
    try {
        return parse();
    } catch (const ConfigError& error) {
        throw UsageError(error.what());
    }
}

/// With --json, what a command that has nothing else to tell wrote.
void print_output(const std::string& path);

/// Adds `--output` and its other name `--out`.
inline CLI::Option* add_output(CLI::App& app, std::string& path, const std::string& help)
{
    return app.add_option("-o,--output,--out", path, help)->type_name("PATH");
}

} // namespace gwsd::cli
