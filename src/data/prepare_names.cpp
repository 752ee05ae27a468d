#include "prepare_names.hpp"

#include <glob.h>
#include <algorithm>
#include <cctype>
#include <filesystem>

#include "gwsd/core/error.hpp"
#include "gwsd/data/prepare.hpp"
#include "io/input_name.hpp"

namespace gwsd::data::prepare_detail {

bool is_variable_name(const std::string& name)
{
    return !name.empty() &&
           std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; }) &&
           !std::isdigit(static_cast<unsigned char>(name[0]));
}

NamedInput split_named(const std::string& text)
{
    const auto equals = text.find('=');
    std::error_code error;
    if (equals == std::string::npos || !is_variable_name(text.substr(0, equals)) ||
        std::filesystem::exists(io::split_input(text).path, error))
        return {"", text};
    return {text.substr(0, equals), text.substr(equals + 1)};
}

std::vector<std::string> expanded(const std::vector<std::string>& names)
{
    std::vector<std::string> result;
    for (const std::string& text : names) {
        const NamedInput given = split_named(text);
        const io::InputName input = io::split_input(given.file);
        std::error_code error;
        if (input.path.find_first_of("*?[") == std::string::npos || std::filesystem::exists(input.path, error)) {
            result.push_back(text);
            continue;
        }
        glob_t matches{};
        const int status = ::glob(input.path.c_str(), 0, nullptr, &matches);
        for (std::size_t i = 0; status == 0 && i < matches.gl_pathc; ++i)
            result.push_back((given.name.empty() ? "" : given.name + "=") + matches.gl_pathv[i] +
                             (input.variable.empty() ? "" : ":" + input.variable));
        ::globfree(&matches);
        if (status != 0) throw InputMissing(input.path + ": no file matches");
    }
    return result;
}

} // namespace gwsd::data::prepare_detail

namespace gwsd::data {

std::vector<std::string> input_files(const PrepareOptions& options)
{
    using namespace prepare_detail;
    std::vector<std::string> files;
    const auto add = [&](const std::string& text) {
        const std::string path = io::split_input(split_named(text).file).path;
        if (std::find(files.begin(), files.end(), path) == files.end()) files.push_back(path);
    };
    for (const auto* list : {&options.gwsa, &options.era5, &options.reference, &options.statics, &options.subtract})
        for (const std::string& text : expanded(*list)) add(text);
    for (const std::string& text : expanded(options.predictors))
        if (!split_named(text).name.empty()) add(text);
    if (!options.land.empty()) add(options.land);
    return files;
}

} // namespace gwsd::data
