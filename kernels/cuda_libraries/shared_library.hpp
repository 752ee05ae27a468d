#pragma once

// Libraries that are loaded when they are asked for: they take hundreds of megabytes of address space and a tenth of a
// second, which no other command shall pay for, and a machine without them still runs everything else.

#include <dlfcn.h>

#include <string>

#include "gwsd/core/error.hpp"

namespace gwsd::kernels {

/// What kind of failure a library's status is.
enum class Failure { out_of_memory, no_device, other };

/// Throws what a user should see of a library's failure: "conv2d: cuDNN: text".
[[noreturn]] inline void fail(Failure kind, const char* operation, const char* library, const std::string& text)
{
    const std::string said = std::string(operation) + ": " + library + ": " + text;
    if (kind == Failure::out_of_memory) throw OutOfMemory(said + "; use a smaller batch or tile");
    if (kind == Failure::no_device) throw DeviceUnavailable(said);
    throw CudaError(said);
}

class SharedLibrary {
public:
    /// By its name where the loader looks, else where it lay when gwsd was built. Never unloaded.
    SharedLibrary(const char* name, const char* built_with) : handle_(dlopen(name, RTLD_NOW | RTLD_LOCAL))
    {
        if (handle_) return;
        const char* said = dlerror();
        const std::string reason = said ? said : name;
        handle_ = dlopen(built_with, RTLD_NOW | RTLD_LOCAL);
        if (!handle_) throw DeviceUnavailable("cuda.convolution: cannot load " + reason);
    }

    /// Sets `function`, whose type the library's header gives, to the one of that name.
    template <class Function>
    void find(Function*& function, const char* name) const
    {
        function = reinterpret_cast<Function*>(dlsym(handle_, name));
        if (!function) throw DeviceUnavailable(std::string("cuda.convolution: the library has no function ") + name);
    }

private:
    void* handle_;
};

} // namespace gwsd::kernels

#define GWSD_TEXT_OF(x) #x
#define GWSD_TEXT(x) GWSD_TEXT_OF(x)
