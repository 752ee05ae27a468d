#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace gwsd::score {

struct Color {
    std::uint8_t r = 0, g = 0, b = 0;
    friend bool operator==(const Color&, const Color&) = default;
};

inline constexpr Color white{255, 255, 255}, black{0, 0, 0}, ink{40, 44, 52}, no_data{208, 208, 208};

enum class Font { small, large }; ///< 8 x 13 and 10 x 20 pixels
int font_width(Font font);
int font_height(Font font);

/// A picture of width x height pixels, row 0 at the top. Drawing outside is clipped.
class Image {
public:
    Image(int width, int height, Color background = white);
    int width() const { return width_; }
    int height() const { return height_; }
    Color at(int x, int y) const { return pixels_[index(x, y)]; }
    void set(int x, int y, Color color);
    /// Mixes the colour in with weight 0..1.
    void blend(int x, int y, Color color, double weight);
    void fill(int x, int y, int width, int height, Color color);
    void frame(int x, int y, int width, int height, Color color);
    /// An antialiased line about `thickness` pixels thick; coordinates are of pixel centres.
    void line(double x0, double y0, double x1, double y1, Color color, double thickness = 1.2);
    /// Text with its top left corner at (x, y). Knows ASCII and the degree sign; other characters show as '?'.
    void text(int x, int y, const std::string& utf8, Font font = Font::small, Color color = ink);
    static int text_width(const std::string& utf8, Font font = Font::small);
    void paste(const Image& other, int x, int y);

    /// The picture as a PNG file in memory; throws IoError if libpng fails.
    std::vector<std::byte> png() const;

private:
    std::size_t index(int x, int y) const
    {
        return static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x);
    }

    int width_, height_;
    std::vector<Color> pixels_;
};

} // namespace gwsd::score
