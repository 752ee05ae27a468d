#include "train/stop_signal.hpp"

#include <unistd.h>
#include <array>
#include <csignal>
#include <string>

#include "gwsd/core/error.hpp"

namespace gwsd::train {
namespace {

constexpr std::array<int, 3> handled{SIGINT, SIGTERM, SIGUSR1};
volatile std::sig_atomic_t first_signal = 0;
std::array<struct sigaction, 3> previous;

extern "C" void stop_handler(int signal)
{
    if (first_signal != 0) _exit(128 + signal);
    first_signal = signal;
}

} // namespace

StopSignals::StopSignals()
{
    first_signal = 0;
    struct sigaction action {};
    action.sa_handler = stop_handler;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    for (std::size_t i = 0; i < handled.size(); ++i) sigaction(handled[i], &action, &previous[i]);
}

StopSignals::~StopSignals()
{
    for (std::size_t i = 0; i < handled.size(); ++i) sigaction(handled[i], &previous[i], nullptr);
}

bool StopSignals::requested() { return first_signal != 0; }

const char* StopSignals::name()
{
    switch (first_signal) {
        case SIGINT:
            return "SIGINT";
        case SIGTERM:
            return "SIGTERM";
        case SIGUSR1:
            return "SIGUSR1";
        default:
            return "";
    }
}

void StopSignals::throw_if_requested()
{
    if (requested())
        throw StoppedEarly(std::string("stopped by ") + name() +
                           " before the first step; nothing is lost, start the same command again");
}

} // namespace gwsd::train
