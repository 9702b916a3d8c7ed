#pragma once

/// A few words in a picture that is drawn without a font system.

#include <string_view>

#include "core/image/volume.h"
#include "core/io/png_writer.h"

namespace karyo {

/// Letters are 5 x 7 dots of `scale` pixels, 6 dots apart; lower case is drawn as upper case, what
/// the letters lack as a gap.
inline constexpr std::int64_t kLetterAdvance = 6, kLetterHeight = 7;

/// Draws with the top left corner at (y, x); what lies outside the picture is left out.
void draw_text(RgbPicture& picture, std::int64_t y, std::int64_t x, std::string_view text,
               Rgb color, std::int64_t scale = 1);

}  // namespace karyo
