#pragma once

/// What lies over the pictures, as a short list of primitives in screen pixels. Whoever owns the
/// surface draws them (a painter in the window, a text renderer off screen); nothing here knows how.

#include <cstdint>
#include <string>
#include <vector>

#include "viewer/scene/view_transform.h"

namespace karyo {

struct OverlayColor {
  std::uint8_t r = 255, g = 255, b = 255, a = 255;
  friend bool operator==(const OverlayColor&, const OverlayColor&) = default;
};

struct OverlayLine {
  ScreenPoint from, to;
  OverlayColor color;
  double width = 1;
  bool dashed = false;
};

struct OverlayRect {
  double left = 0, top = 0, right = 0, bottom = 0;
  OverlayColor color;
  bool filled = true;
};

enum class TextAnchor { kLeft, kCentre, kRight };

struct OverlayText {
  ScreenPoint at;  ///< on the base line
  std::string text;  ///< UTF-8
  OverlayColor color;
  TextAnchor anchor = TextAnchor::kLeft;
  double size = 12;  ///< height of the font in pixels
};

/// Drawn in this order: rectangles, lines, texts.
struct Overlay {
  std::vector<OverlayRect> rects;
  std::vector<OverlayLine> lines;
  std::vector<OverlayText> texts;
};

/// Sizes grow with the screen's scale (1, 1.5, 2 ...).
struct OverlayStyle {
  double scale = 1;
  OverlayColor color{216, 218, 221, 200};
  OverlayColor cursor{43, 179, 163, 150};
};

/// A length for a scale bar: 1, 2 or 5 times a power of ten, the greatest that is no longer than
/// `most` (> 0).
double round_length(double most);
/// "50 µm", "200 nm", "0.5 px": as people write it; "um" becomes "µm".
std::string length_text(double length, const std::string& unit);

/// Bar and text, bottom right, at most a fifth of the width.
void add_scale_bar(Overlay& overlay, const ViewTransform& view, const std::string& unit,
                   const OverlayStyle& style = {});
/// Two short arrows with their axes' names, bottom left.
void add_axes(Overlay& overlay, const ViewTransform& view, const AxisNames& names = {},
              const OverlayStyle& style = {});
/// Lines through the cursor's place, open around it so that the voxel itself stays visible.
void add_crosshair(Overlay& overlay, const ViewTransform& view, const WorldPoint& cursor,
                   const OverlayStyle& style = {});

}  // namespace karyo
