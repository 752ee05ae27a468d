#pragma once

#include <string>
#include <vector>

namespace gwsd::data::prepare_detail {

/// Path and variable of "PATH", "PATH:VARIABLE" or "NAME=PATH:VARIABLE"; an equals sign inside a path that exists is
/// part of it.
struct NamedInput {
    std::string name, file;
};
NamedInput split_named(const std::string& text);

/// Letters, digits and _, not a digit first.
bool is_variable_name(const std::string& name);

/// Patterns such as era5/*.nc, which a configuration may hold, become the files that match, in order of name; a name
/// that exists is taken as it is. Throws InputMissing if nothing matches.
std::vector<std::string> expanded(const std::vector<std::string>& names);

} // namespace gwsd::data::prepare_detail
