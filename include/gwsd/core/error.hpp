#pragma once

#include <stdexcept>
#include <string>

namespace gwsd {

/// Exit codes of the command line, after sysexits.h; scripts rely on them (docs/reference/exit_codes.md).
enum class ExitCode : int {
    done = 0,
    usage = 64,
    bad_data = 65,
    input_missing = 66,
    unavailable = 69,
    internal = 70,
    out_of_memory = 71,
    cannot_create = 73,
    io = 74,
    stopped_early = 75,
    permission = 77,
    bad_configuration = 78,
    numerical = 80,
};

/// Every exception that gwsd throws on purpose; `main` catches it once and exits with `exit_code()`.
class Error : public std::runtime_error {
public:
    Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
    ExitCode exit_code() const { return code_; }

private:
    ExitCode code_;
};

template <ExitCode Code>
class ErrorWith : public Error {
public:
    explicit ErrorWith(const std::string& message) : Error(Code, message) {}
};

/// Arguments of an operation do not fit: the message names operation, wanted, got.
struct ShapeError : ErrorWith<ExitCode::internal> {
    using ErrorWith::ErrorWith;
};
/// A command line that cannot be understood.
struct UsageError : ErrorWith<ExitCode::usage> {
    using ErrorWith::ErrorWith;
};
/// A configuration key or value that cannot be used.
struct ConfigError : ErrorWith<ExitCode::bad_configuration> {
    using ErrorWith::ErrorWith;
};
/// An input file whose content is refused: the message names file, variable, expected, found, remedy.
struct DataError : ErrorWith<ExitCode::bad_data> {
    using ErrorWith::ErrorWith;
};
/// An input file that is not there.
struct InputMissing : ErrorWith<ExitCode::input_missing> {
    using ErrorWith::ErrorWith;
};
/// Reading or writing failed in the operating system.
struct IoError : ErrorWith<ExitCode::io> {
    using ErrorWith::ErrorWith;
};
/// An output that cannot be created: it exists already, or its folder is missing or read-only.
struct CannotCreate : ErrorWith<ExitCode::cannot_create> {
    using ErrorWith::ErrorWith;
};
struct PermissionError : ErrorWith<ExitCode::permission> {
    using ErrorWith::ErrorWith;
};
/// A device or backend that this build or this machine does not have.
struct DeviceUnavailable : ErrorWith<ExitCode::unavailable> {
    using ErrorWith::ErrorWith;
};
/// A call of the CUDA runtime or a kernel's launch that failed; the message names the operation and the runtime's word.
struct CudaError : ErrorWith<ExitCode::internal> {
    using ErrorWith::ErrorWith;
};
/// NaN or infinity where training cannot go on.
struct NumericalError : ErrorWith<ExitCode::numerical> {
    using ErrorWith::ErrorWith;
};
struct OutOfMemory : ErrorWith<ExitCode::out_of_memory> {
    using ErrorWith::ErrorWith;
};
/// A signal asked for an end; what was reached is saved and can be resumed.
struct StoppedEarly : ErrorWith<ExitCode::stopped_early> {
    using ErrorWith::ErrorWith;
};

} // namespace gwsd
