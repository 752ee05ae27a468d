#include "gwsd/train/schema.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

// The header-only form of toml++: exceptions carry the position of an error.
#include <toml++/toml.h>

#include "gwsd/core/suggest.hpp"

namespace gwsd::train {

namespace {

std::string toml_number(double value)
{
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    std::string result(text, end);
    if (result.find_first_of(".en") == std::string::npos) result += ".0"; // stays a float when read again
    return result;
}

std::string toml_text(const std::string& text)
{
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        if (c == '\n')
            result += "\\n";
        else
            result += c;
    }
    return result + "\"";
}

template <class List, class Text>
std::string list_text(const List& list, Text text)
{
    std::string result = "[";
    for (std::size_t i = 0; i < list.size(); ++i) result += (i ? ", " : "") + text(list[i]);
    return result + "]";
}

struct ValueText {
    std::string operator()(const bool* v) const { return *v ? "true" : "false"; }
    std::string operator()(const Index* v) const { return std::to_string(*v); }
    std::string operator()(const double* v) const { return toml_number(*v); }
    std::string operator()(const std::string* v) const { return toml_text(*v); }
    std::string operator()(const std::vector<std::string>* v) const { return list_text(*v, toml_text); }
    std::string operator()(const std::vector<Index>* v) const
    {
        return list_text(*v, [](Index i) { return std::to_string(i); });
    }
    std::string operator()(const std::vector<geo::Region>* v) const
    {
        return list_text(*v, [](const geo::Region& r) {
            return list_text(std::vector<double>{r.west, r.south, r.east, r.north}, toml_number);
        });
    }
};

struct Expected {
    std::string operator()(const bool*) const { return "true or false"; }
    std::string operator()(const Index*) const { return "a whole number"; }
    std::string operator()(const double*) const { return "a number"; }
    std::string operator()(const std::string*) const { return "a text in quotes"; }
    std::string operator()(const std::vector<std::string>*) const { return "a list of texts"; }
    std::string operator()(const std::vector<Index>*) const { return "a list of whole numbers"; }
    std::string operator()(const std::vector<geo::Region>*) const { return "a list of regions [W, S, E, N]"; }
};

struct BadValue {
    std::string why;
};

void in_range(const Key& key, double value)
{
    if (!std::isfinite(value)) throw BadValue{"is not a finite number"};
    if (value < key.minimum) throw BadValue{"is below " + toml_number(key.minimum)};
    if (value > key.maximum) throw BadValue{"is above " + toml_number(key.maximum)};
}

double number_of(const toml::node& node)
{
    if (const auto whole = node.as_integer()) return static_cast<double>(whole->get());
    if (const auto real = node.as_floating_point()) return real->get();
    throw BadValue{""};
}

/// Puts a TOML value into the object behind a key; throws BadValue.
struct Assign {
    const Key& key;
    const toml::node& node;

    void check_choice(const std::string& value) const
    {
        if (!key.choices.empty() && (", " + key.choices + ", ").find(", " + value + ", ") == std::string::npos)
            throw BadValue{"is none of " + key.choices};
    }

    void operator()(bool* target) const
    {
        if (!node.is_boolean()) throw BadValue{""};
        *target = node.as_boolean()->get();
    }
    void operator()(Index* target) const
    {
        if (!node.is_integer()) throw BadValue{""};
        in_range(key, static_cast<double>(node.as_integer()->get()));
        *target = node.as_integer()->get();
    }
    void operator()(double* target) const
    {
        const double value = number_of(node);
        in_range(key, value);
        *target = value;
    }
    void operator()(std::string* target) const
    {
        if (!node.is_string()) throw BadValue{""};
        const std::string value = node.as_string()->get();
        check_choice(value);
        *target = value;
    }
    void operator()(std::vector<std::string>* target) const
    {
        std::vector<std::string> list;
        if (node.is_string())
            list.push_back(node.as_string()->get()); // one value may stand without brackets
        else
            for (const auto& item : array()) {
                if (!item.is_string()) throw BadValue{""};
                list.push_back(item.as_string()->get());
            }
        for (const std::string& item : list) check_choice(item);
        *target = list;
    }
    void operator()(std::vector<Index>* target) const
    {
        std::vector<Index> list;
        for (const auto& item : array()) {
            if (!item.is_integer()) throw BadValue{""};
            in_range(key, static_cast<double>(item.as_integer()->get()));
            list.push_back(item.as_integer()->get());
        }
        *target = list;
    }
    void operator()(std::vector<geo::Region>* target) const
    {
        std::vector<geo::Region> list;
        for (const auto& item : array()) {
            const auto corners = item.as_array();
            if (!corners || corners->size() != 4) throw BadValue{""};
            const geo::Region r{number_of((*corners)[0]), number_of((*corners)[1]), number_of((*corners)[2]),
                                number_of((*corners)[3])};
            if (!(r.east > r.west) || !(r.north > r.south)) throw BadValue{"has a region that is not W < E and S < N"};
            list.push_back(r);
        }
        *target = list;
    }

    const toml::array& array() const
    {
        if (!node.is_array()) throw BadValue{""};
        return *node.as_array();
    }
};

std::string place(const std::string& name, const toml::source_region& at)
{
    if (!at.begin || name.rfind("--set ", 0) == 0) return name;
    return name + ":" + std::to_string(at.begin.line) + ":" + std::to_string(at.begin.column);
}

void apply(const Schema& schema, const toml::table& table, const std::string& prefix, const std::string& file)
{
    for (const auto& [name, node] : table) {
        const std::string full = prefix + std::string(name.str());
        const auto& keys = schema.keys();
        const auto known = std::find_if(keys.begin(), keys.end(), [&](const Key& k) { return k.name == full; });
        if (known == keys.end()) {
            const bool group =
                std::any_of(keys.begin(), keys.end(), [&](const Key& k) { return k.name.rfind(full + ".", 0) == 0; });
            if (node.is_table() && (group || table.size() > 0)) {
                if (group) {
                    apply(schema, *node.as_table(), full + ".", file);
                    continue;
                }
            }
            std::vector<std::string> names;
            for (const Key& k : keys) {
                names.push_back(k.name);
                for (auto dot = k.name.find('.'); dot != std::string::npos; dot = k.name.find('.', dot + 1))
                    names.push_back(k.name.substr(0, dot));
            }
            const std::string near = closest(full, names);
            throw ConfigError(
                place(file, node.source()) + ": unknown key '" + full + "'" +
                (near.empty() ? "; docs/reference/configuration.md lists all keys" : "; did you mean '" + near + "'?"));
        }
        try {
            std::visit(Assign{*known, node}, known->target);
        } catch (const BadValue& bad) {
            std::ostringstream found;
            found << toml::node_view<const toml::node>(node);
            throw ConfigError(place(file, node.source()) + ": '" + full + "' = " + found.str() + " " +
                              (bad.why.empty() ? "is not what is expected" : bad.why) + "; expected " +
                              std::visit(Expected{}, known->target) +
                              (known->choices.empty() ? "" : " out of " + known->choices));
        }
    }
}

} // namespace

std::string closest(const std::string& word, const std::vector<std::string>& candidates)
{
    std::string best;
    std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const std::string& candidate : candidates)
        if (const std::size_t distance = edit_distance(word, candidate); distance < least)
            best = candidate, least = distance;
    return best;
}

void Schema::read_text(const std::string& text, const std::string& name) const
{
    if (text.size() > (std::size_t{1} << 20))
        throw ConfigError(name + ": has " + std::to_string(text.size()) + " bytes; a configuration has at most 1 MiB");
    toml::table table;
    try {
        table = toml::parse(text, name);
    } catch (const toml::parse_error& error) {
        throw ConfigError(place(name, error.source()) + ": " + std::string(error.description()));
    }
    apply(*this, table, "", name);
}

void Schema::read_file(const std::string& path) const
{
    std::error_code status;
    if (path.empty() || !std::filesystem::exists(path, status))
        throw InputMissing(path + ": no such configuration file");
    if (!std::filesystem::is_regular_file(path, status)) throw ConfigError(path + ": is not a regular file");
    if (std::filesystem::file_size(path, status) > (std::uintmax_t{1} << 20))
        throw ConfigError(path + ": is larger than 1 MiB; is this a configuration file?");
    std::ifstream file(path, std::ios::binary);
    if (!file) throw PermissionError(path + ": cannot be read");
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (text.rfind("\xEF\xBB\xBF", 0) == 0) text.erase(0, 3);
    read_text(text, path);
}

void Schema::set(const std::string& assignment) const
{
    const auto equal = assignment.find('=');
    if (equal == std::string::npos || equal == 0)
        throw ConfigError("--set " + assignment + ": expected key=value, such as --set train.epochs=10");
    const std::string key = assignment.substr(0, equal), value = assignment.substr(equal + 1);
    const std::string name = "--set " + assignment;
    const auto wanted = std::find_if(keys_.begin(), keys_.end(), [&](const Key& k) { return k.name == key; });
    const bool text = wanted != keys_.end() && (std::holds_alternative<std::string*>(wanted->target) ||
                                                std::holds_alternative<std::vector<std::string>*>(wanted->target));
    const bool bare =
        text && (value.empty() || (value.front() != '"' && value.front() != '\'' && value.front() != '['));
    if (bare && std::holds_alternative<std::vector<std::string>*>(wanted->target)) { // a,b,c
        std::vector<std::string> items;
        std::istringstream stream(value);
        for (std::string item; std::getline(stream, item, ',');) items.push_back(toml_text(item));
        return read_text(key + " = " + list_text(items, [](const std::string& s) { return s; }), name);
    }
    read_text(key + " = " + (bare ? toml_text(value) : value), name);
}

std::string Schema::effective() const
{
    // Dotted keys at the top level, in the order of the keys; repeated prefixes are fine in TOML.
    std::string text;
    for (const Key& key : keys_) text += key.name + " = " + std::visit(ValueText{}, key.target) + "\n";
    return text;
}

std::string Schema::reference() const
{
    std::string text = "| key | default | meaning |\n|---|---|---|\n";
    for (const Key& key : keys_)
        text += "| `" + key.name + "` | `" + std::visit(ValueText{}, key.target) + "` | " + key.help +
                (key.choices.empty() ? "" : ": " + key.choices) + " |\n";
    return text;
}

} // namespace gwsd::train
