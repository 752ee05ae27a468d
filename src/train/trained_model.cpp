#include "gwsd/train/trained_model.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <span>

#include "train/model_description.hpp"
#include "train/parameter_array.hpp"

namespace gwsd::train {
namespace {

using nlohmann::json;

const std::string prefix = "model.";

Tensor<float> tensor_of(const io::NamedArray& array)
{
    if (array.dtype != "F32") throw DataError("parameter '" + array.name + "' is not in 32-bit floats");
    auto tensor = Tensor<float>::empty(array.shape);
    std::memcpy(tensor.data(), array.bytes.data(), array.bytes.size());
    return tensor;
}

/// The weights count among the parameters, and so in the model's hash.
const std::string place_cells = "place.cells", place_weights = "model.place_weights";

io::NamedArray array_of(const std::string& name, const std::string& dtype, const Shape& shape,
                        std::span<const std::byte> bytes)
{
    return {name, dtype, shape, {bytes.begin(), bytes.end()}};
}

/// Parameters of the second network of an ensemble are "model.member2.NAME", and so on.
constexpr Index most_members = 64;
std::string member_prefix(std::size_t number) { return "member" + std::to_string(number) + "."; }

void add_parameter(TrainedModel& model, const std::string& name, const Tensor<float>& tensor)
{
    for (std::size_t k = 0; k < model.others.size(); ++k)
        if (const std::string own = member_prefix(k + 2); name.rfind(own, 0) == 0) {
            model.others[k].emplace_back(name.substr(own.size()), tensor);
            return;
        }
    model.parameters.emplace_back(name, tensor);
}

data::FirstGuess::Weights place_from(const io::Checkpoint& file, const json& grid)
{
    const io::NamedArray &cells = file.at(place_cells), &values = file.at(place_weights);
    data::FirstGuess::Weights place;
    place.grid.lat_edges = grid.at("lat_edges").get<std::vector<double>>();
    place.grid.lon_edges = grid.at("lon_edges").get<std::vector<double>>();
    const bool fits = cells.dtype == "I64" && values.dtype == "F64" && cells.shape.rank() == 1 &&
                      values.shape.rank() == 2 && values.shape[0] == cells.shape[0] && values.shape[1] >= 2 &&
                      place.grid.lat_edges.size() >= 2 && place.grid.lon_edges.size() >= 2;
    if (!fits) throw DataError("the weights of its places do not fit each other");
    std::vector<std::int64_t> numbers(static_cast<std::size_t>(cells.shape[0]));
    std::memcpy(numbers.data(), cells.bytes.data(), cells.bytes.size());
    for (const std::int64_t n : numbers) {
        if (n < 0 || n >= place.grid.cells()) throw DataError("a place lies outside of its grid");
        place.cells.push_back(static_cast<std::uint32_t>(n));
    }
    place.features = static_cast<std::size_t>(values.shape[1]) - 1;
    place.values.resize(static_cast<std::size_t>(values.shape.elements()));
    std::memcpy(place.values.data(), values.bytes.data(), values.bytes.size());
    return place;
}

} // namespace

io::Checkpoint to_checkpoint(const TrainedModel& model)
{
    json about{{"network", network_json(model.network)},
               {"input", input_json(model.input)},
               {"normalisation", json::parse(model.normalisation.to_json())},
               {"quantity", model.quantity},
               {"truth_mode", model.truth_mode},
               {"train_period", model.train_period},
               {"validation_period", model.validation_period},
               {"test_period", model.test_period},
               {"holdout_regions", model.holdout_regions},
               {"holdout_buffer", model.holdout_buffer},
               {"resolution", model.resolution},
               {"variance_scale", model.variance_scale},
               {"leakage_allowed", model.leakage_allowed},
               {"bilinear_subgrid_r2", number_json(model.bilinear_subgrid_r2)},
               {"bicubic_subgrid_r2", number_json(model.bicubic_subgrid_r2)},
               {"synthetic", model.synthetic}};
    if (model.recalibration) about["recalibration"] = json::parse(model.recalibration->to_json());
    if (!model.others.empty()) about["members"] = model.others.size() + 1;
    if (model.input.first_guess)
        about["place"] = {{"lat_edges", model.place.grid.lat_edges}, {"lon_edges", model.place.grid.lon_edges}};
    io::Checkpoint file;
    file.metadata = {{"gwsd.model", about.dump()}, {"gwsd.config", model.config}, {"gwsd.sources", model.sources}};
    for (const auto& [name, tensor] : model.parameters) file.arrays.push_back(array_of(prefix + name, tensor));
    for (std::size_t k = 0; k < model.others.size(); ++k)
        for (const auto& [name, tensor] : model.others[k])
            file.arrays.push_back(array_of(prefix + member_prefix(k + 2) + name, tensor));
    if (model.input.first_guess) {
        const data::FirstGuess::Weights& place = model.place;
        const std::vector<std::int64_t> cells(place.cells.begin(), place.cells.end());
        const auto count = static_cast<Index>(cells.size());
        file.arrays.push_back(array_of(place_cells, "I64", {count}, std::as_bytes(std::span(cells))));
        file.arrays.push_back(array_of(place_weights, "F64", {count, static_cast<Index>(place.features) + 1},
                                       std::as_bytes(std::span(place.values))));
    }
    return file;
}

TrainedModel from_checkpoint(const io::Checkpoint& file, const std::string& path)
{
    if (!file.metadata.contains("gwsd.model"))
        throw DataError(path +
                        ": was written by gwsd, but holds no trained model; expected best.gwsd of a training "
                        "run");
    try {
        const json about = json::parse(file.metadata.at("gwsd.model"));
        TrainedModel model;
        model.network = network_from(about.at("network"));
        model.input = input_from(about.at("input"));
        model.normalisation = data::Normalisation::from_json(about.at("normalisation").dump());
        model.quantity = about.at("quantity").get<std::string>();
        model.truth_mode = about.at("truth_mode").get<std::string>();
        model.train_period = about.at("train_period").get<std::string>();
        model.validation_period = about.at("validation_period").get<std::string>();
        model.test_period = about.at("test_period").get<std::string>();
        model.holdout_regions = about.at("holdout_regions").get<std::string>();
        model.holdout_buffer = about.at("holdout_buffer").get<double>();
        model.resolution = about.value("resolution", 0.0);
        model.variance_scale = about.at("variance_scale").get<double>();
        model.leakage_allowed = about.at("leakage_allowed").get<bool>();
        model.bilinear_subgrid_r2 = number_from(about.at("bilinear_subgrid_r2"));
        model.bicubic_subgrid_r2 = number_from(about.at("bicubic_subgrid_r2"));
        model.synthetic = about.at("synthetic").get<bool>();
        if (!std::isfinite(model.variance_scale) || !(model.variance_scale > 0))
            throw DataError("'variance_scale' is not a finite number above 0");
        if (model.network.coarse_channels != model.input.coarse_channels() ||
            model.network.fine_channels != model.input.fine_channels() || model.network.factor != model.input.factor)
            throw DataError("the network's channels are not those of its inputs");
        const auto text = [&](const char* key) {
            const auto found = file.metadata.find(key);
            return found == file.metadata.end() ? std::string() : found->second;
        };
        model.config = text("gwsd.config"), model.sources = text("gwsd.sources");
        if (about.contains("recalibration"))
            model.recalibration = Recalibration::from_json(about.at("recalibration").dump());
        if (about.contains("members"))
            model.others.resize(static_cast<std::size_t>(bounded(about, "members", most_members)) - 1);
        for (const io::NamedArray& array : file.arrays)
            if (array.name.rfind(prefix, 0) == 0 && array.name != place_weights)
                add_parameter(model, array.name.substr(prefix.size()), tensor_of(array));
        if (model.input.first_guess) model.place = place_from(file, about.at("place"));
        model.hash = io::model_hash(file);
        return model;
    } catch (const json::exception& error) {
        throw DataError(path + ": the description of the model cannot be read: " + error.what());
    } catch (const Error& error) {
        throw DataError(path + ": " + error.what());
    }
}

void save_model(const std::string& path, TrainedModel& model, bool overwrite)
{
    const io::Checkpoint file = to_checkpoint(model);
    model.hash = io::model_hash(file);
    io::save_checkpoint(path, file, overwrite);
}

TrainedModel load_model(const std::string& path) { return from_checkpoint(io::load_checkpoint(path), path); }

TrainedModel member(const TrainedModel& model, std::size_t k)
{
    TrainedModel one = model;
    one.others.clear();
    if (k > 0) one.parameters = model.others.at(k - 1);
    return one;
}

template <class Device>
models::Downscaler<float, Device> make_network(const TrainedModel& model)
{
    const auto refuse = [](const std::string& why) {
        return DataError("model: " + why + "; the file's parameters are not those of the network it describes");
    };
    // A network that the file's parameters cannot fill is not made at all: its sizes may be absurd.
    const auto& c = model.network;
    Index held = 0, least = 9 * 4 * c.hidden * c.hidden * c.encoder_layers + 9 * c.bottleneck * c.bottleneck;
    if (c.residual_blocks > 0) least = 2 * 9 * c.channels.front() * c.channels.front() * (c.residual_blocks - 1);
    for (const Index width : c.channels) least += 2 * 9 * width * width;
    for (const auto& [name, tensor] : model.parameters) held += tensor.elements();
    if (held < least)
        throw refuse("holds " + std::to_string(held) + " values where more than " + std::to_string(least) +
                     " are needed");
    models::Downscaler<float, Device> network(c, 0);
    std::map<std::string, const Tensor<float>*> given;
    for (const auto& [name, tensor] : model.parameters) given[name] = &tensor;
    for (const auto& [name, variable] : network.parameters()) {
        const auto found = given.find(name);
        if (found == given.end()) throw refuse("lacks parameter '" + name + "'");
        if (!(found->second->shape() == variable.shape()))
            throw refuse("parameter '" + name + "' has shape " + to_string(found->second->shape()) + ", expected " +
                         to_string(variable.shape()));
        copy_from_host(Device{}, variable.value().elements(), found->second->data(), variable.value().data());
        given.erase(found);
    }
    if (!given.empty()) throw refuse("has the unknown parameter '" + given.begin()->first + "'");
    return network;
}
template models::Downscaler<float, Cpu> make_network(const TrainedModel& model);
#ifdef GWSD_HAVE_CUDA
template models::Downscaler<float, Cuda> make_network(const TrainedModel& model);
#endif

} // namespace gwsd::train
