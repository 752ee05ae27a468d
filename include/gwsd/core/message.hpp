#pragma once

#include <cstdio>
#include <string>
#include <unistd.h>

namespace gwsd {

/// What a run tells its user, on standard error; data go to standard output.
enum class Verbosity { quiet, normal, verbose };

inline Verbosity& verbosity()
{
    static Verbosity level = Verbosity::normal;
    return level;
}

/// A sentence that matters for the result: clipped values, a dropped column, a guessed convention.
inline void note(const std::string& text)
{
    if (verbosity() != Verbosity::quiet) std::fprintf(stderr, "note: %s\n", text.c_str());
}

/// A sentence about something the user should not overlook; printed even with --quiet.
inline void warn(const std::string& text) { std::fprintf(stderr, "warning: %s\n", text.c_str()); }

/// Progress and details, shown with -v.
inline void detail(const std::string& text)
{
    if (verbosity() == Verbosity::verbose) std::fprintf(stderr, "%s\n", text.c_str());
}

/// A line of progress that everyone but --quiet sees.
inline void say(const std::string& text)
{
    if (verbosity() != Verbosity::quiet) std::fprintf(stderr, "%s\n", text.c_str());
}

inline bool on_terminal() { return isatty(STDERR_FILENO) != 0; }

} // namespace gwsd
