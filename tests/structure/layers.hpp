#pragma once

#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace gwsd::structure {

/// Which rooms a room may look into, itself apart. A room that is not named here may not exist.
inline const std::map<std::string, std::set<std::string>>& may_look_into()
{
    using Rooms = std::set<std::string>;
    const auto join = [](std::initializer_list<Rooms> parts) {
        Rooms all;
        for (const Rooms& part : parts) all.insert(part.begin(), part.end());
        return all;
    };
    static const Rooms tensor{"core", "tensor"};
    static const Rooms ops = join({tensor, {"kernels", "autograd", "ops"}});
    static const Rooms models = join({ops, {"nn", "losses", "models"}});
    static const Rooms world{"core", "geo", "io", "data"};
    static const std::map<std::string, Rooms> table{
        {"core", {}},
        {"tensor", {"core"}},
        {"kernels", tensor},
        {"autograd", tensor},
        {"ops", ops},
        {"nn", ops},
        {"losses", ops},
        {"models", models},
        {"optim", join({tensor, {"kernels", "autograd"}})},
        {"geo", {"core"}},
        {"io", {"core", "geo"}},
        {"data", join({world, {"tensor", "kernels"}})},
        {"train", join({models, world, {"optim", "score"}})}, // score: the picture of its loss
        {"infer", join({models, world, {"train", "score"}})},
        {"score", join({models, world})},
    };
    return table;
}

/// Names of room `gwsd/<room>/` in the include lines of `text` that are in no public header's reach.
inline bool is_foreign(const std::string& included)
{
    // g++ and Eigen alone build a program from the headers.
    static const std::regex foreign(
        R"(^(netcdf|hdf5|H5|cuda|cublas|cudnn|curand|mma\.h|zip\.h|zipconf|udunits|eccodes|grib_api|png|nlohmann|toml|CLI|catch2|xxhash|xxh3|dnnl|oneapi|xgboost|omp\.h))");
    return std::regex_search(included, foreign);
}

/// What is wrong with the includes of a file of `room`, one sentence each; a public header has `is_public`.
inline std::vector<std::string> layering_problems(const std::string& file, const std::string& room, bool is_public,
                                                  const std::string& text)
{
    std::vector<std::string> problems;
    const auto allowed = may_look_into().find(room);
    if (allowed == may_look_into().end())
        return {file + ": room '" + room + "' is not in the table of tests/structure/layers.hpp"};
    static const std::regex include(R"(^\s*#\s*include\s*[<"]([^>"]+)[>"])"), room_of(R"(^gwsd/([a-z]+)/)");
    std::istringstream lines(text);
    int number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        std::smatch match, inner;
        if (!std::regex_search(line, match, include)) continue;
        const std::string included = match[1];
        const std::string place = file + ":" + std::to_string(number) + ": ";
        if (is_public && is_foreign(included)) problems.push_back(place + "a public header includes " + included);
        if (included == "gwsd/gwsd.hpp") problems.push_back(place + "includes everything");
        if (!std::regex_search(included, inner, room_of)) continue;
        const std::string other = inner[1];
        if (other != room && !allowed->second.contains(other))
            problems.push_back(place + room + " may not look into " + other + " (" + included + ")");
    }
    return problems;
}

} // namespace gwsd::structure
