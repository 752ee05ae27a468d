#include "gwsd/models/downscaler_config.hpp"
#include "gwsd/train/config.hpp"

namespace gwsd::train {
namespace {

void read(Config& config, const std::string& file, const std::vector<std::string>& set, const std::string& preset)
{
    const Schema schema = schema_of(config);
    if (!file.empty()) schema.read_file(file);
    for (const std::string& assignment : set) schema.set(assignment);
    if (!preset.empty()) config.model.preset = preset;
}

} // namespace

void apply_preset(Config& config, const std::string& name)
{
    models::preset(name); // throws for a name that there is not
    config.model.preset = name;
    if (name == "paper") { // as the paper's network reads and balances
        config.data.memory = {};
        config.data.coarse_memory = 0;
        config.loss.weight["subgrid"] = 0;
        config.loss.balance = std::string("satellite"); // a literal draws a false warning of GCC 12
    }
    if (name.starts_with("cnn")) { // nothing but the fields and the data term
        config.data.memory = {};
        config.data.coarse_memory = 0;
        config.model.first_guess = std::string("none");
        for (auto& [term, weight] : config.loss.weight) weight = 0;
    }
    if (name != "small" && name != "cnn_small") return;
    // Half an hour on two cores for five years of a region of 64 x 48 coarse cells.
    config.data.tile = 16, config.data.stride = 8;
    config.train.batch = 8, config.train.samples_per_epoch = 512;
    config.train.epochs = 24, config.train.patience = 6;
    config.train.learning_rate = 1e-3;
}

Config load_config(const std::string& file, const std::vector<std::string>& set, const std::string& preset)
{
    Config probe;
    read(probe, file, set, preset);
    Config config;
    apply_preset(config, probe.model.preset);
    read(config, file, set, preset);
    return config;
}

} // namespace gwsd::train
