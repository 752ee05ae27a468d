#pragma once

namespace gwsd::score {

inline constexpr int glyph_count = 96;
extern const char* const font_8x13[glyph_count];
extern const char* const font_10x20[glyph_count];

} // namespace gwsd::score
