#include "io/output_sink.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <map>

#include "gwsd/core/error.hpp"
#include "gwsd/core/interrupt.hpp"
#include "gwsd/io/output.hpp"
#include "io/atomic_file.hpp"
#include "io/hash.hpp"
#include "io/netcdf_lock.hpp"
#include "io/output_netcdf.hpp"

namespace gwsd::io {
namespace {

/// Small files: the whole file is made in memory, then written at once.
class ImageSink : public NetcdfSink {
public:
    ImageSink(const std::string& path, const plan::File& file, bool overwrite)
        : path_(path), overwrite_(overwrite), file_(path, file, true)
    {
    }
    void put(std::size_t variable, Index t, std::span<const std::byte> values) override
    {
        file_.put(variable, t, values);
    }
    void put_attribute(const std::string& name, const std::string& text) override { file_.put_global({name, text}); }
    void finish() override
    {
        const NC_memio image = file_.close_image();
        const std::unique_ptr<void, decltype(&std::free)> owner(image.memory, std::free);
        write_file(path_, std::span(static_cast<const std::byte*>(image.memory), image.size), overwrite_);
    }

private:
    std::string path_;
    bool overwrite_;
    PlannedFile file_;
};

struct Order {
    std::uint64_t variable = 0; ///< `end_of_file` ends it; `attribute_follows` is followed by name, '\0' and text
    std::int64_t t = 0;
    std::uint64_t bytes = 0;
};
constexpr std::uint64_t end_of_file = ~std::uint64_t{0}, attribute_follows = end_of_file - 1;

bool receive(int socket, void* to, std::size_t bytes)
{
    auto* out = static_cast<char*>(to);
    while (bytes > 0) {
        const auto got = ::recv(socket, out, bytes, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        out += got;
        bytes -= static_cast<std::size_t>(got);
    }
    return true;
}

bool send_all(int socket, std::span<const std::byte> bytes)
{
    while (!bytes.empty()) {
        const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
    return true;
}

/// The child's side: writes what it is sent, closes, reads every slab back. An empty answer means success.
class Child {
public:
    Child(int socket, std::string path, const plan::File& file) : socket_(socket), path_(std::move(path)), file_(file)
    {
    }

    [[noreturn]] void run()
    {
        // Ctrl-C and a batch system's signals reach the whole group: this process ends when its parent does.
        for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_IGN);
        std::string answer;
        try {
            if (!write()) { // the parent is gone or gave up
                ::unlink(path_.c_str());
                ::_exit(1);
            }
            compare();
        } catch (const std::exception& error) {
            answer = error.what();
            if (answer.empty()) answer = "unknown error";
        }
        const std::uint64_t length = answer.size();
        send_all(socket_, std::as_bytes(std::span(&length, 1)));
        send_all(socket_, std::as_bytes(std::span(answer)));
        ::_exit(answer.empty() ? 0 : 1); // no exit handlers: those of HDF5 would touch the parent's open files
    }

private:
    bool write()
    {
        // After an error the file is left as it is: closing it would write again, and the parent removes it.
        auto* out = new PlannedFile(path_, file_, false);
        std::vector<std::byte> slab;
        Order order;
        while (receive(socket_, &order, sizeof order)) {
            if (order.variable == end_of_file) {
                out->close();
                return true;
            }
            slab.resize(order.bytes);
            if (!receive(socket_, slab.data(), slab.size())) return false;
            if (order.variable == attribute_follows) {
                const std::string text(reinterpret_cast<const char*>(slab.data()), slab.size());
                const auto end = text.find('\0');
                out->put_global({text.substr(0, end), text.substr(end + 1)});
                continue;
            }
            out->put(order.variable, order.t, slab);
            hashes_[{order.variable, order.t}] = {hash_text(slab), slab.size()};
        }
        return false;
    }

    void compare() const
    {
        int id = 0;
        const auto check = [&](int status) {
            if (status != NC_NOERR)
                throw IoError(path_ + ": reading back what was written failed: " + nc_strerror(status));
        };
        check(nc_open(path_.c_str(), NC_NOWRITE, &id));
        std::vector<std::byte> slab;
        for (const auto& [key, expected] : hashes_) {
            const plan::Variable& variable = file_.variables[key.first];
            int variable_id = 0;
            check(nc_inq_varid(id, variable.name.c_str(), &variable_id));
            std::vector<std::size_t> start(variable.dimensions.size(), 0), count;
            for (const std::string& name : variable.dimensions)
                for (const plan::Dimension& dimension : file_.dimensions)
                    if (dimension.name == name) count.push_back(static_cast<std::size_t>(dimension.size));
            if (key.second >= 0) {
                start[0] = static_cast<std::size_t>(key.second);
                count[0] = 1;
            }
            slab.resize(expected.second);
            check(nc_get_vara(id, variable_id, start.data(), count.data(), slab.data()));
            if (hash_text(slab) != expected.first)
                throw IoError(path_ + ": '" + variable.name + "' does not read back as written");
        }
        check(nc_close(id));
    }

    int socket_;
    std::string path_;
    const plan::File& file_;
    std::map<std::pair<std::uint64_t, std::int64_t>, std::pair<std::string, std::size_t>> hashes_;
};

/// Large files, by a child process.
class ChildSink : public NetcdfSink {
public:
    ChildSink(const std::string& path, const plan::File& file, bool overwrite)
        : path_(target_of(path)), overwrite_(overwrite)
    {
        temporary_ = path_ + ".tmp." + std::to_string(::getpid());
        int sockets[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) fail("socketpair", errno);
        const std::lock_guard lock(netcdf_lock()); // no other thread is inside netCDF while the process forks
        child_ = ::fork();
        if (child_ < 0) {
            const int code = errno;
            ::close(sockets[0]);
            ::close(sockets[1]);
            fail("starting a process that writes the file", code);
        }
        if (child_ == 0) {
            ::close(sockets[0]);
            renew_netcdf_lock();
            Child(sockets[1], temporary_, file).run();
        }
        ::close(sockets[1]);
        socket_ = sockets[0];
    }
    ~ChildSink() override
    {
        end_child();
        if (!published_) ::unlink(temporary_.c_str());
    }

    void put(std::size_t variable, Index t, std::span<const std::byte> values) override
    {
        const Order order{variable, t, values.size()};
        if (!send_all(socket_, std::as_bytes(std::span(&order, 1))) || !send_all(socket_, values)) fail_with_answer();
    }

    void put_attribute(const std::string& name, const std::string& text) override
    {
        const std::string pair = name + '\0' + text;
        put(attribute_follows, 0, std::as_bytes(std::span(pair)));
    }

    void finish() override
    {
        const Order order{end_of_file, 0, 0};
        if (!send_all(socket_, std::as_bytes(std::span(&order, 1)))) fail_with_answer();
        if (const std::string why = answer(); !why.empty()) throw IoError(path_ + ": " + why);
        end_child();
        publish_temporary();
        published_ = true;
    }

private:
    [[noreturn]] void fail(const char* what, int code) const
    {
        throw IoError(path_ + ": " + what + " failed: " + std::strerror(code));
    }
    [[noreturn]] void fail_with_answer()
    {
        const std::string why = answer();
        throw IoError(path_ + ": " + (why.empty() ? "the process that writes the file ended early" : why));
    }

    std::string answer()
    {
        std::uint64_t length = 0;
        if (!receive(socket_, &length, sizeof length) || length > 65536)
            return "the process that writes the file ended early";
        std::string text(length, '\0');
        if (!receive(socket_, text.data(), text.size())) return "the process that writes the file ended early";
        return text;
    }

    void end_child()
    {
        if (child_ <= 0) return;
        ::close(socket_);
        int status = 0;
        while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
        }
        child_ = -1;
    }

    void publish_temporary()
    {
        const int descriptor = ::open(temporary_.c_str(), O_RDWR | O_CLOEXEC);
        if (descriptor < 0) fail("opening the temporary file", errno);
        if (::fsync(descriptor) != 0) {
            const int code = errno;
            ::close(descriptor);
            fail("fsync", code);
        }
        if (::close(descriptor) != 0) fail("closing", errno);
        if (!overwrite_) check_output(path_, false);
        if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail("renaming the temporary file", errno);
        sync_folder(folder_of(path_));
    }

    std::string path_, temporary_;
    bool overwrite_, published_ = false;
    InterruptibleWork work_; ///< so that the temporary file is removed: large files are made step by step
    pid_t child_ = -1;
    int socket_ = -1;
};

} // namespace

std::unique_ptr<NetcdfSink> create_netcdf(const std::string& path, const plan::File& file, bool overwrite,
                                          std::size_t memory_limit)
{
    check_output(path, overwrite);
    if (file.raw_bytes() > memory_limit) return std::make_unique<ChildSink>(path, file, overwrite);
    return std::make_unique<ImageSink>(path, file, overwrite);
}

} // namespace gwsd::io
