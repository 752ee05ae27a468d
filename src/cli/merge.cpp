#include <memory>

#include "cli/command.hpp"
#include "gwsd/core/message.hpp"
#include "gwsd/io/merge.hpp"

namespace gwsd::cli::merge_command {
namespace {

std::function<void()> define(CLI::App& app)
{
    struct Options {
        std::vector<std::string> shards;
        std::string output;
    };
    const auto options = std::make_shared<Options>();
    app.add_option("shards", options->shards, "Files that gwsd downscale --shard i/n wrote, in any order")
        ->required()
        ->type_name("SHARDS");
    add_output(app, options->output, "The joined file")->required();
    return [options] {
        io::merge_outputs(options->shards, options->output, common().overwrite);
        say("wrote " + options->output);
        print_output(options->output);
    };
}

const Register registered{"merge",
                          "joins the shards of one downscale run into the file that one run would have written",
                          "gwsd merge fine_1.nc fine_2.nc fine_3.nc --output fine.nc", define};

} // namespace
} // namespace gwsd::cli::merge_command
