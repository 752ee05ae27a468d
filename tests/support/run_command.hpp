#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace gwsd::test {

/// What a program did: its exit code (128 + signal if a signal ended it) and all that it printed.
struct CommandResult {
    int code = 0;
    std::string out, err;
};

struct CommandOptions {
    std::string folder;                                           ///< to run in; empty: the current one
    std::vector<std::pair<std::string, std::string>> environment; ///< set in addition
};

/// Runs arguments[0] (a path, or a name on PATH) without a shell and without standard input, and waits for its end.
inline CommandResult run_command(const std::vector<std::string>& arguments, const CommandOptions& options = {})
{
    std::array<int, 2> out{}, err{};
    if (pipe2(out.data(), O_CLOEXEC) != 0 || pipe2(err.data(), O_CLOEXEC) != 0)
        throw std::runtime_error("run_command: no pipe");
    std::vector<char*> argv;
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    const pid_t child = fork();
    if (child < 0) throw std::runtime_error("run_command: cannot fork");
    if (child == 0) {
        const int nothing = open("/dev/null", O_RDONLY);
        if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(out[1], 1) < 0 || dup2(err[1], 2) < 0) _exit(126);
        if (!options.folder.empty() && chdir(options.folder.c_str()) != 0) _exit(126);
        for (const auto& [name, value] : options.environment) setenv(name.c_str(), value.c_str(), 1);
        execvp(argv[0], argv.data());
        _exit(127);
    }
    close(out[1]);
    close(err[1]);
    CommandResult result;
    // Both pipes are read as they fill, so that a program that prints much does not wait for ever.
    std::array<pollfd, 2> pipes{{{out[0], POLLIN, 0}, {err[0], POLLIN, 0}}};
    const std::array<std::string*, 2> texts{&result.out, &result.err};
    for (int left = 2; left > 0;) {
        if (poll(pipes.data(), pipes.size(), -1) < 0) {
            if (errno == EINTR) continue;
            throw std::runtime_error("run_command: poll failed");
        }
        for (std::size_t i = 0; i < pipes.size(); ++i) {
            if (pipes[i].fd < 0 || pipes[i].revents == 0) continue;
            std::array<char, 4096> buffer{};
            const ssize_t count = read(pipes[i].fd, buffer.data(), buffer.size());
            if (count > 0) {
                texts[i]->append(buffer.data(), static_cast<std::size_t>(count));
            } else {
                close(pipes[i].fd);
                pipes[i].fd = -1;
                --left;
            }
        }
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return result;
}

/// Runs the gwsd of this build.
inline CommandResult run_gwsd(std::vector<std::string> arguments, const CommandOptions& options = {})
{
    arguments.insert(arguments.begin(), GWSD_BINARY);
    return run_command(arguments, options);
}

/// True if a program is on PATH and answers to `argument` with exit code 0.
inline bool has_program(const std::string& name, const std::string& argument = "--version")
{
    return run_command({name, argument}).code == 0;
}

/// An empty folder that is removed with its content when this object goes.
class TemporaryFolder {
public:
    TemporaryFolder()
    {
        std::string pattern = (std::filesystem::temp_directory_path() / "gwsd-test-XXXXXX").string();
        if (!mkdtemp(pattern.data())) throw std::runtime_error("no temporary folder at " + pattern);
        path_ = pattern;
    }
    ~TemporaryFolder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::string operator/(const std::string& name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

} // namespace gwsd::test
