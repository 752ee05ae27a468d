#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "cli/command.hpp"
#include "gwsd/core/error.hpp"
#include "gwsd/train/config.hpp"

namespace gwsd::cli::config_command {
namespace {

using Json = nlohmann::ordered_json;

Json value_of(const train::Target& target)
{
    return std::visit(
        [](const auto* value) -> Json {
            if constexpr (std::is_same_v<decltype(value), const std::vector<geo::Region>*>) {
                Json list = Json::array();
                for (const geo::Region& r : *value) list.push_back({r.west, r.south, r.east, r.north});
                return list;
            } else {
                return *value;
            }
        },
        target);
}

bool belongs(const std::string& key, const std::string& wanted)
{
    return key == wanted || key.rfind(wanted + ".", 0) == 0;
}

/// The keys that were asked for by name or group, all of them if none was.
train::Schema chosen(const train::Schema& all, const std::vector<std::string>& wanted)
{
    if (wanted.empty()) return all;
    train::Schema part;
    for (const std::string& name : wanted)
        if (std::none_of(all.keys().begin(), all.keys().end(), [&](const auto& k) { return belongs(k.name, name); })) {
            std::vector<std::string> names;
            for (const train::Key& key : all.keys()) {
                names.push_back(key.name);
                names.push_back(key.name.substr(0, key.name.find('.')));
            }
            const std::string near = train::closest(name, names);
            throw ConfigError("config: unknown key '" + name + "'" +
                              (near.empty() ? "; gwsd config lists all keys" : "; did you mean '" + near + "'?"));
        }
    for (const train::Key& key : all.keys())
        if (std::any_of(wanted.begin(), wanted.end(), [&](const auto& name) { return belongs(key.name, name); }))
            part.add(key);
    return part;
}

std::string as_json(const train::Schema& schema)
{
    Json json = Json::object();
    for (const train::Key& key : schema.keys()) json[key.name] = value_of(key.target);
    return json.dump(2) + "\n";
}

/// Each key with its meaning as a comment before it: a file to start from.
std::string explained(const train::Schema& schema)
{
    std::string text;
    for (const train::Key& key : schema.keys()) {
        train::Schema one;
        one.add(key);
        text += (text.empty() ? "# " : "\n# ") + key.help + (key.choices.empty() ? "" : ": " + key.choices) + "\n" +
                one.effective();
    }
    return text;
}

std::function<void()> define(CLI::App& app)
{
    struct Options {
        std::vector<std::string> keys;
        bool explain = false, reference = false;
    };
    const auto options = std::make_shared<Options>();
    app.add_option("keys", options->keys, "Keys or groups to print, such as train.epochs or loss; all by default")
        ->type_name("KEYS");
    const auto explain = app.add_flag("--explain", options->explain, "Also print what each key means, as comments");
    app.add_flag("--reference", options->reference, "Print a Markdown table of keys, defaults and meanings")
        ->excludes(explain);
    return [options] {
        if (common().json && (options->explain || options->reference))
            throw UsageError(
                "config: --json, --explain and --reference are three forms of one output; give one of them");
        train::Config config = train::load_config(common().config, common().set);
        const train::Schema schema = train::schema_of(config);
        const train::Schema part = chosen(schema, options->keys);
        const std::string text = options->reference ? part.reference()
                                 : options->explain ? explained(part)
                                 : common().json    ? as_json(part)
                                                    : part.effective();
        std::fputs(text.c_str(), stdout);
    };
}

const Register registered{"config", "the configuration in effect, every key with its value, as TOML",
                          "gwsd config --config run.toml --set train.epochs=10\n"
                          "  gwsd config --explain > run.toml     a file to start from\n"
                          "  gwsd config loss train.epochs",
                          define, reads_configuration};

} // namespace
} // namespace gwsd::cli::config_command
