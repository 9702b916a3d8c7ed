#include "app/report/bitmap_text.h"

#include <array>
#include <cctype>
#include <cstdint>

namespace karyo {
namespace {

/// Rows top to bottom, five bits a row, the leftmost the highest.
using Glyph = std::array<std::uint8_t, 7>;

constexpr Glyph kGap{};
constexpr std::array<Glyph, 10> kDigits{{
    {14, 17, 19, 21, 25, 17, 14}, {4, 12, 4, 4, 4, 4, 14},      {14, 17, 1, 6, 8, 16, 31},
    {31, 2, 4, 2, 1, 17, 14},     {2, 6, 10, 18, 31, 2, 2},     {31, 16, 30, 1, 1, 17, 14},
    {6, 8, 16, 30, 17, 17, 14},   {31, 1, 2, 4, 8, 8, 8},       {14, 17, 17, 14, 17, 17, 14},
    {14, 17, 17, 15, 1, 2, 12},
}};
constexpr std::array<Glyph, 26> kLetters{{
    {14, 17, 17, 31, 17, 17, 17}, {30, 17, 17, 30, 17, 17, 30}, {14, 17, 16, 16, 16, 17, 14},
    {30, 17, 17, 17, 17, 17, 30}, {31, 16, 16, 30, 16, 16, 31}, {31, 16, 16, 30, 16, 16, 16},
    {14, 17, 16, 23, 17, 17, 15}, {17, 17, 17, 31, 17, 17, 17}, {14, 4, 4, 4, 4, 4, 14},
    {7, 2, 2, 2, 2, 18, 12},      {17, 18, 20, 24, 20, 18, 17}, {16, 16, 16, 16, 16, 16, 31},
    {17, 27, 21, 21, 17, 17, 17}, {17, 25, 21, 19, 17, 17, 17}, {14, 17, 17, 17, 17, 17, 14},
    {30, 17, 17, 30, 16, 16, 16}, {14, 17, 17, 17, 21, 18, 13}, {30, 17, 17, 30, 20, 18, 17},
    {15, 16, 16, 14, 1, 1, 30},   {31, 4, 4, 4, 4, 4, 4},       {17, 17, 17, 17, 17, 17, 14},
    {17, 17, 17, 17, 17, 10, 4},  {17, 17, 17, 21, 21, 27, 17}, {17, 17, 10, 4, 10, 17, 17},
    {17, 17, 10, 4, 4, 4, 4},     {31, 1, 2, 4, 8, 16, 31},
}};
constexpr Glyph kPoint{0, 0, 0, 0, 0, 12, 12}, kEquals{0, 0, 31, 0, 31, 0, 0};

const Glyph& glyph_of(char letter) {
  const int c = std::toupper(static_cast<unsigned char>(letter));
  if (c >= '0' && c <= '9') return kDigits[static_cast<std::size_t>(c - '0')];
  if (c >= 'A' && c <= 'Z') return kLetters[static_cast<std::size_t>(c - 'A')];
  if (c == '.') return kPoint;
  if (c == '=') return kEquals;
  return kGap;
}

}  // namespace

void draw_text(RgbPicture& picture, std::int64_t y, std::int64_t x, std::string_view text,
               Rgb color, std::int64_t scale) {
  for (const char letter : text) {
    const Glyph& glyph = glyph_of(letter);
    for (std::int64_t row = 0; row < kLetterHeight * scale; ++row) {
      for (std::int64_t column = 0; column < 5 * scale; ++column) {
        const int bit = 4 - static_cast<int>(column / scale);
        if ((glyph[static_cast<std::size_t>(row / scale)] >> bit & 1) == 0) continue;
        if (y + row < 0 || y + row >= picture.height || x + column < 0 ||
            x + column >= picture.width) {
          continue;
        }
        std::uint8_t* pixel = picture.pixel(y + row, x + column);
        pixel[0] = color.r;
        pixel[1] = color.g;
        pixel[2] = color.b;
      }
    }
    x += kLetterAdvance * scale;
  }
}

}  // namespace karyo
