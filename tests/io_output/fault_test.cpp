#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cerrno>

#include "gwsd/core/error.hpp"
#include "gwsd/io/checkpoint.hpp"
#include "gwsd/io/output.hpp"
#include "io_output/scratch.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::io;
using test::read_bytes;
using test::Scratch;

namespace {

/// Lets the n-th call of the five system calls below fail while it is armed; n = 0 only counts.
struct Fault {
    bool armed = false, once_short = false;
    int calls = 0, fail_at = 0, code = 0;

    bool hit() { return armed && ++calls == fail_at; }
};
Fault fault;

bool fails()
{
    if (!fault.hit()) return false;
    errno = fault.code;
    return true;
}

} // namespace

// Definitions in the program come before those of the C library, so that the code under test calls these.
extern "C" {
ssize_t write(int file, const void* bytes, size_t count)
{
    if (fails()) return -1;
    if (fault.armed && fault.once_short && count > 1) count /= 2;
    return syscall(SYS_write, file, bytes, count);
}
int fsync(int file) { return fails() ? -1 : static_cast<int>(syscall(SYS_fsync, file)); }
int close(int file)
{
    const int status = static_cast<int>(syscall(SYS_close, file));
    return fails() ? -1 : status;
}
int rename(const char* from, const char* to) noexcept
{
    return fails() ? -1 : static_cast<int>(syscall(SYS_rename, from, to));
}
int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) noexcept
{
    return fails() ? -1 : static_cast<int>(syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
}
}

namespace {

Checkpoint example(std::byte value)
{
    Checkpoint checkpoint;
    checkpoint.arrays = {{"a", "U8", {100}, std::vector<std::byte>(100, value)},
                         {"b", "U8", {3}, std::vector<std::byte>(3, value)}};
    return checkpoint;
}

/// Runs save with the n-th call failing; true if it was reported as an I/O error.
template <class Save>
bool refused(int n, int code, const Save& save)
{
    fault = {true, false, 0, n, code};
    bool error = false;
    try {
        save();
    } catch (const IoError&) {
        error = true;
    }
    fault.armed = false;
    return error;
}

} // namespace

TEST_CASE("Whatever call fails, a checkpoint is the old or the new one and nothing is left over")
{
    for (const int code : {ENOSPC, EIO, EDQUOT, EFBIG}) {
        int failures = 0;
        for (int n = 1; n < 40; ++n) {
            INFO("call " << n << ", errno " << code);
            const Scratch folder;
            const std::string path = folder / "a.gwsd";
            save_checkpoint(path, example(std::byte{1}));
            const bool error = refused(n, code, [&] { save_checkpoint(path, example(std::byte{2})); });
            failures += error;
            REQUIRE(folder.names() == std::vector<std::string>{"a.gwsd"});
            const auto value = load_checkpoint(path).at("b").bytes[0];
            REQUIRE((value == std::byte{1} || value == std::byte{2}));
            if (!error) REQUIRE(value == std::byte{2});
        }
        CHECK(failures >= 7); // four writes, fsync, close and rename at least
    }
}

TEST_CASE("Whatever call fails, a new text file is whole or absent")
{
    for (const int code : {ENOSPC, EIO})
        for (int n = 1; n < 10; ++n) {
            INFO("call " << n << ", errno " << code);
            const Scratch folder;
            const bool error = refused(n, code, [&] { write_text(folder / "a.txt", "whole", false); });
            if (n <= 4) REQUIRE(error);
            const auto names = folder.names();
            REQUIRE((names.empty() ||
                     (names == std::vector<std::string>{"a.txt"} && read_bytes(folder / "a.txt") == "whole")));
            if (!error) REQUIRE(names.size() == 1);
        }
}

TEST_CASE("Short writes and interruptions are invisible")
{
    const Scratch folder;
    fault = {true, true, 0, 0, 0};
    write_text(folder / "a.txt", std::string(1000, 'x'), false);
    fault = {true, false, 0, 1, EINTR};
    write_text(folder / "b.txt", "whole", false);
    fault.armed = false;
    CHECK(read_bytes(folder / "a.txt") == std::string(1000, 'x'));
    CHECK(read_bytes(folder / "b.txt") == "whole");
}
