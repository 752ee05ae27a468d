#include "gwsd/score/image.hpp"

#include <png.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "gwsd/core/error.hpp"
#include "score/fonts.hpp"

namespace gwsd::score {

namespace {

/// Glyph numbers of a text; a UTF-8 character that the fonts lack becomes '?'.
std::vector<int> glyphs_of(const std::string& utf8)
{
    std::vector<int> glyphs;
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        const auto c = static_cast<unsigned char>(utf8[i]);
        if (c >= 32 && c <= 126) {
            glyphs.push_back(c - 32);
        } else if (c == 0xC2 && i + 1 < utf8.size() && static_cast<unsigned char>(utf8[i + 1]) == 0xB0) {
            glyphs.push_back(glyph_count - 1);
            ++i;
        } else if ((c & 0xC0) != 0x80) {
            glyphs.push_back('?' - 32);
        }
    }
    return glyphs;
}

int digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

} // namespace

int font_width(Font font) { return font == Font::small ? 8 : 10; }
int font_height(Font font) { return font == Font::small ? 13 : 20; }

Image::Image(int width, int height, Color background)
    : width_(width),
      height_(height),
      pixels_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), background)
{
}

void Image::set(int x, int y, Color color)
{
    if (x >= 0 && y >= 0 && x < width_ && y < height_) pixels_[index(x, y)] = color;
}

void Image::blend(int x, int y, Color color, double weight)
{
    if (x < 0 || y < 0 || x >= width_ || y >= height_) return;
    const auto mix = [weight](std::uint8_t under, std::uint8_t over) {
        return static_cast<std::uint8_t>(std::lround(under + std::clamp(weight, 0.0, 1.0) * (over - under)));
    };
    Color& pixel = pixels_[index(x, y)];
    pixel = {mix(pixel.r, color.r), mix(pixel.g, color.g), mix(pixel.b, color.b)};
}

void Image::fill(int x, int y, int width, int height, Color color)
{
    for (int j = y; j < y + height; ++j)
        for (int i = x; i < x + width; ++i) set(i, j, color);
}

void Image::frame(int x, int y, int width, int height, Color color)
{
    fill(x, y, width, 1, color);
    fill(x, y + height - 1, width, 1, color);
    fill(x, y, 1, height, color);
    fill(x + width - 1, y, 1, height, color);
}

void Image::line(double x0, double y0, double x1, double y1, Color color, double thickness)
{
    // A pixel is covered by its distance from the segment, which gives smooth edges in every direction.
    const double reach = thickness / 2 + 1, dx = x1 - x0, dy = y1 - y0, length2 = dx * dx + dy * dy;
    for (int y = static_cast<int>(std::floor(std::min(y0, y1) - reach)); y <= std::ceil(std::max(y0, y1) + reach); ++y)
        for (int x = static_cast<int>(std::floor(std::min(x0, x1) - reach)); x <= std::ceil(std::max(x0, x1) + reach);
             ++x) {
            const double along = length2 > 0 ? std::clamp(((x - x0) * dx + (y - y0) * dy) / length2, 0.0, 1.0) : 0.0;
            const double distance = std::hypot(x - x0 - along * dx, y - y0 - along * dy);
            const double cover = std::clamp(thickness / 2 + 0.5 - distance, 0.0, 1.0);
            if (cover > 0) blend(x, y, color, cover);
        }
}

void Image::text(int x, int y, const std::string& utf8, Font font, Color color)
{
    const int width = font_width(font), digits = font == Font::small ? 2 : 3, bits = 4 * digits;
    const int shift = font == Font::small ? 0 : 2; // ten pixels sit in the lower bits of three digits
    for (const int glyph : glyphs_of(utf8)) {
        const char* rows = (font == Font::small ? font_8x13 : font_10x20)[glyph];
        for (int row = 0; row < font_height(font); ++row) {
            int value = 0;
            for (int d = 0; d < digits; ++d) value = value * 16 + digit(rows[row * digits + d]);
            for (int col = 0; col < width; ++col)
                if (value >> (bits - shift - 1 - col) & 1) set(x + col, y + row, color);
        }
        x += width;
    }
}

int Image::text_width(const std::string& utf8, Font font)
{
    return static_cast<int>(glyphs_of(utf8).size()) * font_width(font);
}

void Image::paste(const Image& other, int x, int y)
{
    for (int j = 0; j < other.height_; ++j)
        for (int i = 0; i < other.width_; ++i) set(x + i, y + j, other.at(i, j));
}

std::vector<std::byte> Image::png() const
{
    png_image header{};
    header.version = PNG_IMAGE_VERSION;
    header.width = static_cast<png_uint_32>(width_);
    header.height = static_cast<png_uint_32>(height_);
    header.format = PNG_FORMAT_RGB;
    static_assert(sizeof(Color) == 3);
    png_alloc_size_t bytes = 0;
    if (!png_image_write_to_memory(&header, nullptr, &bytes, 0, pixels_.data(), 0, nullptr))
        throw IoError(std::string("PNG: ") + header.message);
    std::vector<std::byte> file(bytes);
    if (!png_image_write_to_memory(&header, file.data(), &bytes, 0, pixels_.data(), 0, nullptr))
        throw IoError(std::string("PNG: ") + header.message);
    file.resize(bytes);
    return file;
}

} // namespace gwsd::score
