#include <unistd.h>
#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <nlohmann/json.hpp>
#include <set>
#if __has_include(<malloc.h>)
#include <malloc.h>
#endif

#include "cli/command.hpp"
#include "gwsd/core/compute_device.hpp"
#include "gwsd/core/error.hpp"
#include "gwsd/core/interrupt.hpp"
#include "gwsd/core/message.hpp"
#include "gwsd/core/parallel.hpp"
#include "gwsd/kernels/precision.hpp"
#include "gwsd/train/config.hpp"
#include "gwsd/train/predictor.hpp"

namespace gwsd::cli {

CommonOptions& common()
{
    static CommonOptions options;
    return options;
}

std::vector<Command>& commands()
{
    static std::vector<Command> list;
    return list;
}

void print_output(const std::string& path)
{
    if (common().json) std::printf("%s\n", nlohmann::json{{"output", path}}.dump(2).c_str());
}

namespace {

/// strtoull, which CLI11 uses, takes "-1" and numbers that are too large for the largest number there is.
std::string whole_number(const std::string& text)
{
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc{} && end == text.data() + text.size()) return {};
    return "'" + text + "' is not a whole number from 0 to 18446744073709551615";
}

/// The list of commands is one line each; the help of a command begins with its examples.
class Formatter : public CLI::Formatter {
public:
    std::string make_description(const CLI::App* app) const override
    {
        for (const Command& command : commands())
            if (app->get_parent() && command.name == app->get_name())
                return command.name + ": " + command.summary + "\n\nExamples:\n  " + command.examples + "\n\n";
        return CLI::Formatter::make_description(app);
    }
};

void add_common(CLI::App& app, bool& quiet, bool& verbose)
{
    CommonOptions& options = common();
    const std::string group = "Common options";
    app.add_option("--threads", options.threads, "Threads to use; all cores by default")
        ->check(CLI::PositiveNumber)
        ->group(group);
    app.add_option("--seed", options.seed, "Seed of every random choice")
        ->check(whole_number)
        ->capture_default_str()
        ->group(group);
    app.add_option("--device", options.device, "Where to compute: cpu, cuda or auto")
        ->check(CLI::IsMember({"cpu", "cuda", "auto"}))
        ->capture_default_str()
        ->group(group);
    app.add_option("--precision", options.precision,
                   "Arithmetic of convolutions: f32 (exact to rounding), f32_fast (error below 1e-5), bf16")
        ->check(CLI::IsMember({"f32", "f32_fast", "bf16"}))
        ->capture_default_str()
        ->group(group);
    app.add_option("--config", options.config, "TOML file with the configuration")->type_name("FILE")->group(group);
    app.add_option("--set", options.set, "Sets one configuration key: --set key=value; may be repeated")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false) // what follows the value is not another one
        ->group(group);
    app.add_flag("--overwrite", options.overwrite, "Replace an output that exists")->group(group);
    app.add_flag("--json", options.json, "Machine-readable output on standard output")->group(group);
    app.add_flag("-q,--quiet", quiet, "Only warnings and errors")->group(group);
    app.add_flag("-v,--verbose", verbose, "More detail")->group(group);
}

/// Chooses where networks compute. "auto" takes the first GPU that will do, and says why not where a command that
/// computes has to do without.
void choose_device(const Command& command, const CommonOptions& options, const train::Config& config)
{
    if (options.device == "cpu" || (options.device == "auto" && !train::built_with_cuda())) return;
    static const std::set<std::string> computing{"demo", "downscale", "evaluate", "run", "train"};
    if (!computing.contains(command.name) && options.device == "auto") return;
    try {
        train::require_cuda();
        set_compute_device(ComputeDevice::cuda);
        train::choose_cuda_convolution(config.cuda.convolution);
        note("computing on " + train::cuda_devices().front().name);
    } catch (const DeviceUnavailable& error) {
        if (options.device == "cuda") throw;
        note("computing on the CPU: " + std::string(error.what()));
    }
}

/// A configuration that cannot be used is refused before any work, by commands that read none of it too, so that one
/// set of options serves a whole script.
train::Config check_configuration(const Command& command, const CommonOptions& options)
{
    train::Config config;
    const train::Schema schema = train::schema_of(config);
    if (!options.config.empty()) schema.read_file(options.config);
    for (const std::string& assignment : options.set) schema.set(assignment);
    if (!command.configurable && !(options.config.empty() && options.set.empty()))
        note("gwsd " + command.name + " has no configuration: --config and --set were checked and change nothing here");
    return config;
}

/// A field of a global month (16.6 MB) goes back to the system when a cache lets go of it. glibc would learn to keep
/// such blocks, and a global training would need a fifth more memory.
void return_large_fields()
{
#ifdef M_MMAP_THRESHOLD
    mallopt(M_MMAP_THRESHOLD, 16'000'000);
#endif
}

extern "C" void interrupt_handler(int signal)
{
    if (interruptible_work == 0 || interrupting_signal != 0) { // nobody would look, or not soon enough
        std::signal(signal, SIG_DFL);
        std::raise(signal);
        return;
    }
    interrupting_signal = signal;
    constexpr char text[] = "\ngwsd: stopping after this step; a second signal ends at once\n";
    if (::write(STDERR_FILENO, text, sizeof text - 1) < 0) return; // nothing to be done about it
}

/// Ctrl-C and kill end long work between two of its steps, so that no half of a file or folder stays behind. Training
/// has signals of its own, which save.
void end_between_steps()
{
    struct sigaction action {
    }, before{};
    action.sa_handler = interrupt_handler;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        // Of a program in the background or under nohup the shell has had some ignored.
        if (sigaction(signal, nullptr, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(signal, &action, nullptr);
}

int run(int argc, char** argv)
{
    return_large_fields();
    end_between_steps();
    CLI::App app{"gwsd refines satellite groundwater storage anomalies from 0.5 to 0.125 degrees."};
    app.name("gwsd");
    app.formatter(std::make_shared<Formatter>());
    app.set_version_flag("--version", std::string("gwsd ") + GWSD_VERSION);
    app.require_subcommand(0, 1);
    app.footer(
        "First steps:\n  gwsd demo --output gwsd-demo      the whole job on a built-in world, no data needed\n"
        "  gwsd inspect FILE                 what gwsd understands of a file\n"
        "  gwsd COMMAND --help               options and examples of a command");
    bool quiet = false, verbose = false;
    std::function<void()> chosen;
    const Command* chosen_command = nullptr;
    auto list = commands();
    std::sort(list.begin(), list.end(), [](const Command& a, const Command& b) { return a.name < b.name; });
    for (const Command& command : list) {
        CLI::App* sub = app.add_subcommand(command.name, command.summary);
        sub->footer(""); // not that of the program; a command may set its own
        const auto body = command.define(*sub);
        add_common(*sub, quiet, verbose);
        sub->callback([&, body, which = &command] { chosen = body, chosen_command = which; });
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::usage);
    }
    if (!chosen) {
        std::fputs(app.help().c_str(), stderr);
        return static_cast<int>(ExitCode::usage);
    }
    verbosity() = quiet ? Verbosity::quiet : verbose ? Verbosity::verbose : Verbosity::normal;
    choose_device(*chosen_command, common(), check_configuration(*chosen_command, common()));
    if (common().threads > 0) set_threads(common().threads);
    kernels::set_precision(kernels::precision_of(common().precision));
    chosen();
    if (std::fflush(stdout) != 0) throw IoError("standard output: cannot write; is the disk full or the pipe closed?");
    return 0;
}

} // namespace
} // namespace gwsd::cli

int main(int argc, char** argv)
{
    const auto fail = [](gwsd::ExitCode code, const char* text) {
        std::fprintf(stderr, "gwsd: %s\n", text);
        return static_cast<int>(code);
    };
    try {
        return gwsd::cli::run(argc, argv);
    } catch (const gwsd::Error& error) {
        return fail(error.exit_code(), error.what());
    } catch (const gwsd::Interrupted& interrupted) {
        std::fprintf(stderr, "gwsd: stopped by a signal; nothing of the output is left\n");
        std::signal(interrupted.signal, SIG_DFL); // the shell shall see what ended it
        std::raise(interrupted.signal);
        return 128 + interrupted.signal;
    } catch (const std::bad_alloc&) {
        return fail(gwsd::ExitCode::out_of_memory, "out of memory; try a smaller region, batch or tile");
    } catch (const std::exception& error) {
        return fail(gwsd::ExitCode::internal, error.what());
    }
}
