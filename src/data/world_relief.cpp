#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string_view>

#include "gwsd/core/error.hpp"
#include "gwsd/data/world/relief.hpp"

namespace gwsd::data::world {
namespace {

constexpr const char* encoded[] = {
#include "relief/relief_half_degree.inc"
};

std::vector<int> bytes_of_base64()
{
    std::array<int, 256> value{};
    value.fill(-1);
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t i = 0; i < digits.size(); ++i) value[static_cast<unsigned char>(digits[i])] = static_cast<int>(i);
    std::vector<int> bytes;
    unsigned bits = 0, held = 0;
    for (const char* line : encoded)
        for (const char* c = line; *c; ++c) {
            const int v = value[static_cast<unsigned char>(*c)];
            if (v < 0) continue;
            bits = ((bits << 6) | static_cast<unsigned>(v)) & 0xFFFFU;
            held += 6;
            if (held >= 8) {
                held -= 8;
                bytes.push_back(static_cast<int>((bits >> held) & 255U));
            }
        }
    return bytes;
}

// The coding is described in relief/README.md.
std::vector<float> decoded(int rows, int cols)
{
    const std::vector<int> bytes = bytes_of_base64();
    std::vector<int> q(static_cast<std::size_t>(rows * cols), 0);
    std::size_t at = 0;
    int run = 0;
    for (int r = 0; r < rows; ++r)
        for (int c = 0; c < cols; ++c) {
            const auto i = static_cast<std::size_t>(r * cols + c), n = static_cast<std::size_t>(cols);
            const int left = c ? q[i - 1] : (r ? q[i - n] : 0), down = r ? q[i - n] : left;
            const int corner = r && c ? q[i - n - 1] : down;
            const int guess = std::max(std::min(left, down), std::min(std::max(left, down), left + down - corner));
            int code = 0;
            if (run > 0) {
                --run;
            } else {
                const int first = bytes.at(at++);
                if (first >= 192)
                    run = first - 192;
                else
                    code = first <= 160 ? first : 161 + 256 * (first - 161) + bytes.at(at++);
            }
            q[i] = guess + (code % 2 == 0 ? code / 2 : -(code + 1) / 2);
        }
    if (at != bytes.size())
        throw Error(ExitCode::internal, "built-in relief: the coded bytes do not end with the last cell");
    std::vector<float> metres(q.size());
    std::transform(q.begin(), q.end(), metres.begin(), [](int v) {
        return v > 0 ? 20.0F * static_cast<float>(v) : 100.0F * static_cast<float>(v) + 50.0F;
    });
    return metres;
}

// Mean over (2 radius + 1)^2 cells, periodic in longitude, cut at the poles.
std::vector<float> box_mean(const std::vector<float>& field, int rows, int cols, int radius)
{
    std::vector<float> across(field.size()), result(field.size());
    for (int r = 0; r < rows; ++r)
        for (int c = 0; c < cols; ++c) {
            float sum = 0;
            for (int d = -radius; d <= radius; ++d)
                sum += field[static_cast<std::size_t>(r * cols + (c + d + cols) % cols)];
            across[static_cast<std::size_t>(r * cols + c)] = sum / static_cast<float>(2 * radius + 1);
        }
    for (int r = 0; r < rows; ++r) {
        const int from = std::max(0, r - radius), to = std::min(rows - 1, r + radius);
        for (int c = 0; c < cols; ++c) {
            float sum = 0;
            for (int k = from; k <= to; ++k) sum += across[static_cast<std::size_t>(k * cols + c)];
            result[static_cast<std::size_t>(r * cols + c)] = sum / static_cast<float>(to - from + 1);
        }
    }
    return result;
}

// Position of a place in a field of half-degree cell centres.
struct Spot {
    int row, col;
    float up, right;
};

Spot spot(double lat, double lon)
{
    const double y = (lat + 90.0) * 2.0 - 0.5, x = (lon + 180.0) * 2.0 - 0.5;
    const double row = std::floor(y), col = std::floor(x);
    const int c = static_cast<int>(col) % 720;
    return {static_cast<int>(row), c < 0 ? c + 720 : c, static_cast<float>(y - row), static_cast<float>(x - col)};
}

std::array<float, 4> cubic_weights(float t)
{
    return {0.5F * t * (-1.0F + t * (2.0F - t)), 1.0F + 0.5F * t * t * (-5.0F + 3.0F * t),
            0.5F * t * (1.0F + t * (4.0F - 3.0F * t)), 0.5F * t * t * (t - 1.0F)};
}

float sample(const std::vector<float>& field, double lat, double lon, bool cubic)
{
    const Spot s = spot(lat, lon);
    const std::array<float, 4> linear_x{0, 1 - s.right, s.right, 0}, linear_y{0, 1 - s.up, s.up, 0};
    const auto wx = cubic ? cubic_weights(s.right) : linear_x, wy = cubic ? cubic_weights(s.up) : linear_y;
    float sum = 0;
    for (int j = 0; j < 4; ++j) {
        const int row = std::clamp(s.row + j - 1, 0, 359);
        for (int i = 0; i < 4; ++i)
            sum += wy[static_cast<std::size_t>(j)] * wx[static_cast<std::size_t>(i)] *
                   field[static_cast<std::size_t>(row * 720 + (s.col + i - 1 + 720) % 720)];
    }
    return sum;
}

} // namespace

Relief::Relief() : elevation_(decoded(rows, cols))
{
    std::vector<float> land(elevation_.size()), height(elevation_.size()), square(elevation_.size());
    for (std::size_t i = 0; i < elevation_.size(); ++i) {
        land[i] = elevation_[i] > 0 ? 1.0F : 0.0F;
        height[i] = std::max(0.0F, elevation_[i]);
        square[i] = height[i] * height[i];
    }
    const auto mean = box_mean(height, rows, cols, 1), mean_square = box_mean(square, rows, cols, 1);
    roughness_.resize(mean.size());
    for (std::size_t i = 0; i < mean.size(); ++i)
        roughness_[i] = std::sqrt(std::max(0.0F, mean_square[i] - mean[i] * mean[i]));
    roughness_ = box_mean(roughness_, rows, cols, 1);
    continentality_ = box_mean(box_mean(land, rows, cols, 8), rows, cols, 8);
}

const Relief& Relief::earth()
{
    static const Relief relief;
    return relief;
}

float Relief::elevation(double lat, double lon) const { return sample(elevation_, lat, lon, true); }
float Relief::roughness(double lat, double lon) const { return sample(roughness_, lat, lon, false); }
float Relief::continentality(double lat, double lon) const { return sample(continentality_, lat, lon, false); }

} // namespace gwsd::data::world
