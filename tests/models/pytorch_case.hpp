#pragma once

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "gwsd/losses/weighted_loss.hpp"
#include "gwsd/models/downscaler.hpp"

namespace gwsd::test {

/// The configuration, inputs and parameters of tests/data/pytorch/make_reference.py, and what PyTorch made of them.
class PytorchCase {
public:
    static constexpr Index batch = 2, window = 4, tile = 8, factor = 4, side = tile * factor;

    PytorchCase()
    {
        const std::filesystem::path folder = std::filesystem::path(GWSD_TEST_DATA) / "pytorch";
        std::ifstream(folder / "reference.json") >> json;
        std::ifstream file(folder / "reference.bin", std::ios::binary);
        values_.resize(std::filesystem::file_size(folder / "reference.bin") / sizeof(double));
        file.read(reinterpret_cast<char*>(values_.data()),
                  static_cast<std::streamsize>(values_.size() * sizeof(double)));
        if (!file) throw IoError("reference.bin cannot be read");
    }

    nlohmann::json json;

    static models::DownscalerConfig config()
    {
        return {.coarse_channels = 6,
                .fine_channels = 5,
                .factor = factor,
                .hidden = 8,
                .encoder_layers = 2,
                .channels = {8, 12, 16},
                .bottleneck = 16,
                .groups = 4};
    }

    /// A stored array.
    std::vector<double> array(const std::string& name) const
    {
        const auto& entry = json["arrays"][name];
        Index count = 1;
        for (const Index extent : entry["shape"]) count *= extent;
        const auto first = values_.begin() + entry["offset"].get<std::ptrdiff_t>();
        return {first, first + count};
    }

    /// Numbers in [-1, 1) from SplitMix64, as in the script.
    template <class T>
    static Tensor<T> field(std::uint64_t stream, const Shape& shape)
    {
        auto values = Tensor<T>::empty(shape);
        for (Index i = 0; i < values.elements(); ++i) {
            std::uint64_t z = ((stream << 32) + static_cast<std::uint64_t>(i) + 1) * 0x9E3779B97F4A7C15ULL;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
            z ^= z >> 31;
            values.data()[i] = static_cast<T>(static_cast<double>(z >> 11) * 0x1.0p-52 - 1.0);
        }
        return values;
    }

    /// Gives the network the script's parameters; `list` is what the script stored about their names and shapes.
    template <class T>
    static void set_parameters(const models::Downscaler<T>& network, const nlohmann::json& list)
    {
        const auto parameters = network.parameters();
        if (parameters.size() != list.size()) throw ShapeError("another number of parameters");
        for (std::size_t n = 0; n < parameters.size(); ++n) {
            const auto& [name, variable] = parameters[n];
            Shape shape;
            for (const Index extent : list[n][1]) shape.append(extent);
            if (name != list[n][0] || !(shape == variable.shape()))
                throw ShapeError("parameter " + name + " " + to_string(variable.shape()) + " is not the stored " +
                                 list[n][0].get<std::string>() + " " + to_string(shape));
            const auto values = field<double>(1000 + n, shape);
            const double scale =
                shape.rank() == 4 ? std::sqrt(3.0 / static_cast<double>(shape[1] * shape[2] * shape[3])) : 0.2;
            const double offset = name.ends_with(".scale") ? 1 : 0;
            for (Index i = 0; i < values.elements(); ++i)
                variable.value().data()[i] = static_cast<T>(values.data()[i] * scale + offset);
        }
    }

    template <class T>
    struct Inputs {
        Variable<T> coarse, fine, base;
        losses::LossInput<T, Cpu> loss;
    };

    template <class T>
    static Inputs<T> inputs()
    {
        const Shape grid{batch, side, side};
        const auto mask = [](std::uint64_t stream, double share, const Shape& shape) {
            const auto values = field<double>(stream, shape);
            auto flags = Tensor<T>::empty(shape);
            for (Index i = 0; i < flags.elements(); ++i)
                flags.data()[i] = values.data()[i] < 2 * share - 1 ? T{1} : T{0};
            return flags;
        };
        const auto affine = [](std::uint64_t stream, double factor_, double addend, const Shape& shape) {
            const auto values = field<double>(stream, shape);
            auto result = Tensor<T>::empty(shape);
            for (Index i = 0; i < result.elements(); ++i)
                result.data()[i] = static_cast<T>(factor_ * values.data()[i] + addend);
            return result;
        };
        const auto land = mask(20, 0.85, grid), valid = mask(21, 0.9, grid);
        for (Index i = 0; i < land.elements(); ++i) valid.data()[i] *= land.data()[i];
        return {Variable<T>(field<T>(10, {window, batch, tile, tile, 6})),
                Variable<T>(field<T>(11, {batch, side, side, 5})),
                Variable<T>(field<T>(12, grid)),
                {.target = affine(13, 2, 0, grid),
                 .valid = valid,
                 .land = land,
                 .area = affine(14, 0.1, 1, grid),
                 .product_variance = affine(15, 0.1, 0.1, grid),
                 .change_reference = field<T>(16, grid),
                 .recharge = affine(17, 2, 0, grid),
                 .change_weight = Tensor<T>::full({batch}, T{1}),
                 .change_scale = 0.8,
                 .coarse = field<T>(18, {batch, tile, tile}),
                 .coarse_valid = mask(22, 0.8, {batch, tile, tile}),
                 .row_origin = {40, 60},
                 .col_origin = {8, 124},
                 .factor = factor,
                 .region_size = 16}};
    }

    static losses::WeightedLoss total_loss()
    {
        return {"beta_nll", {{"sign", 0.1}, {"mag", 0.1}, {"mass", 1.0}, {"tv", 1e-3}}};
    }

private:
    std::vector<double> values_;
};

/// ||a - b|| / ||b||
template <class A>
double relative_error(const A& a, const std::vector<double>& b)
{
    double difference = 0, size = 0;
    for (std::size_t i = 0; i < b.size(); ++i) {
        difference += std::pow(static_cast<double>(a[i]) - b[i], 2);
        size += b[i] * b[i];
    }
    return std::sqrt(difference / size);
}

} // namespace gwsd::test
