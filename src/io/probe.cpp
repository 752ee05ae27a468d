#include "io/probe.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <mutex>

#include "gwsd/core/error.hpp"
#include "io/netcdf_lock.hpp"

namespace gwsd::io {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true; // the shadow memory is larger than any limit, and everything is slower
#else
constexpr bool sanitized = false;
#endif

constexpr std::uint32_t longest_text = 1u << 20;

/// What the child tells after an item: its exit code (0: fine) and the length of a text that follows.
struct Report {
    int code = 0;
    std::uint32_t length = 0;
};

void set_limit(int resource, rlim_t soft)
{
    rlimit limit{};
    if (::getrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0) return;
    limit.rlim_cur = std::min(soft, limit.rlim_max);
    ::setrlimit(static_cast<__rlimit_resource>(resource), &limit);
}

std::size_t mapped_bytes()
{
    std::size_t pages = 0;
    if (std::FILE* file = std::fopen("/proc/self/statm", "re")) {
        if (std::fscanf(file, "%zu", &pages) != 1) pages = 0;
        std::fclose(file);
    }
    return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

double cpu_used()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + 1;
}

bool write_all(int to, const void* data, std::size_t bytes)
{
    const char* from = static_cast<const char*>(data);
    while (bytes > 0) {
        const ssize_t done = ::write(to, from, bytes);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return false;
        from += done;
        bytes -= static_cast<std::size_t>(done);
    }
    return true;
}

bool send(int to, int code, const std::string& text)
{
    const Report report{code, static_cast<std::uint32_t>(std::min<std::size_t>(text.size(), longest_text))};
    return write_all(to, &report, sizeof report) && write_all(to, text.data(), report.length);
}

[[noreturn]] void child(int to, std::size_t count, const std::function<void(std::size_t)>& work,
                        const ProbeLimits& limits)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (const int number : {SIGINT, SIGTERM, SIGUSR1}) std::signal(number, SIG_DFL);
    // What dies here says so by its status; its last words would only puzzle.
    const int nothing = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nothing >= 0) ::dup2(nothing, STDERR_FILENO);
    set_limit(RLIMIT_CORE, 0);
    if (!sanitized) set_limit(RLIMIT_AS, mapped_bytes() + limits.memory);
    renew_netcdf_lock();
    for (std::size_t i = 0; i < count; ++i) {
        set_limit(RLIMIT_CPU, static_cast<rlim_t>(cpu_used() + limits.cpu_seconds * (sanitized ? 10 : 1)));
        bool sent = false;
        try {
            work(i);
            sent = send(to, 0, {});
        } catch (const Error& error) {
            sent = send(to, static_cast<int>(error.exit_code()), error.what());
        } catch (const std::bad_alloc&) {
            sent = send(to, static_cast<int>(ExitCode::bad_data), {});
        } catch (const std::exception& error) {
            sent = send(to, static_cast<int>(ExitCode::internal), error.what());
        }
        if (!sent) break;
    }
    ::_exit(0);
}

enum class Heard { all, nothing, too_late };

Heard read_all(int from, void* data, std::size_t bytes, double seconds)
{
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + std::chrono::duration<double>(seconds);
    char* to = static_cast<char*>(data);
    while (bytes > 0) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
        if (left <= 0) return Heard::too_late;
        pollfd waiting{from, POLLIN, 0};
        const int ready = ::poll(&waiting, 1, static_cast<int>(left));
        if (ready < 0 && errno == EINTR) continue;
        if (ready == 0) return Heard::too_late;
        if (ready < 0) return Heard::nothing;
        const ssize_t done = ::read(from, to, bytes);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return Heard::nothing;
        to += done;
        bytes -= static_cast<std::size_t>(done);
    }
    return Heard::all;
}

[[noreturn]] void rethrow(int code, const std::string& name, const std::string& text)
{
    if (text.empty())
        throw DataError(name + ": asks for more memory than any real file needs; it is damaged: download it again");
    throw Error(static_cast<ExitCode>(code), text);
}

std::string death(int status)
{
    if (!WIFSIGNALED(status)) return "the reader ended with status " + std::to_string(WEXITSTATUS(status));
    const int number = WTERMSIG(status);
    if (number == SIGXCPU || number == SIGKILL) return "reading it did not come to an end";
    return std::string("the library that reads it crashed (") + ::strsignal(number) + ")";
}

} // namespace

void run_guarded(const std::vector<std::string>& names, const std::function<void(std::size_t)>& work,
                 const ProbeLimits& limits)
{
    if (names.empty()) return;
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0)
        throw IoError(std::string("no pipe to a child process: ") + std::strerror(errno));
    pid_t id = -1;
    {
        const std::lock_guard lock(netcdf_lock()); // no other thread is within netCDF while the process is copied
        id = ::fork();
        if (id == 0) {
            ::close(pipe[0]);
            child(pipe[1], names.size(), work, limits);
        }
    }
    ::close(pipe[1]);
    if (id < 0) {
        const int why = errno;
        ::close(pipe[0]);
        throw IoError(std::string("no child process to open files in: ") + std::strerror(why));
    }
    std::size_t item = 0;
    Report report;
    std::string text;
    Heard heard = Heard::all;
    for (; item < names.size(); ++item) {
        const double seconds = limits.wall_seconds * (sanitized ? 10 : 1);
        heard = read_all(pipe[0], &report, sizeof report, seconds);
        if (heard == Heard::all) {
            text.resize(std::min(report.length, longest_text));
            heard = read_all(pipe[0], text.data(), text.size(), seconds);
        }
        if (heard != Heard::all || report.code != 0) break;
    }
    ::close(pipe[0]);
    // After a report of failure, or no report in time, what the child still does is of no use.
    if (item < names.size() && heard != Heard::nothing) ::kill(id, SIGKILL);
    int status = 0;
    while (::waitpid(id, &status, 0) < 0 && errno == EINTR) {
    }
    if (item == names.size()) return;
    if (heard == Heard::all) rethrow(report.code, names[item], text);
    throw DataError(names[item] + ": is damaged or hostile: " + death(status) + "; download it again");
}

} // namespace gwsd::io
