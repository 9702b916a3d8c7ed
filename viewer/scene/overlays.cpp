#include "viewer/scene/overlays.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace karyo {
namespace {

constexpr double kMargin = 16;  // two steps of the window's 8 px grid

}  // namespace

double round_length(double most) {
  const double power = std::pow(10.0, std::floor(std::log10(most)));
  for (const double digit : {5.0, 2.0, 1.0}) {
    // A hair of slack: 0.2 / 0.1 is not quite 2 in binary.
    if (digit * power <= most * (1 + 1e-12)) return digit * power;
  }
  return power;
}

std::string length_text(double length, const std::string& unit) {
  std::array<char, 32> digits{};
  std::snprintf(digits.data(), digits.size(), "%.6g", length);
  std::string name = unit;
  if (unit == "um" || unit == "micron" || unit == "microns") name = "\u00b5m";
  if (unit == "pixel") name = "px";
  return std::string(digits.data()) + " " + name;
}

void add_scale_bar(Overlay& overlay, const ViewTransform& view, const std::string& unit,
                   const OverlayStyle& style) {
  if (view.width <= 0 || !(view.zoom > 0)) return;
  const double length = round_length(view.width / 5.0 / view.zoom);
  const double right = view.width - kMargin * style.scale;
  const double left = right - length * view.zoom;
  const double bottom = view.height - kMargin * style.scale;
  const double thickness = 3 * style.scale;
  overlay.rects.push_back({left, bottom - thickness, right, bottom, style.color, true});
  overlay.texts.push_back({{(left + right) / 2, bottom - thickness - 5 * style.scale},
                           length_text(length, unit),
                           style.color,
                           TextAnchor::kCentre,
                           12 * style.scale});
}

void add_axes(Overlay& overlay, const ViewTransform& view, const AxisNames& names,
              const OverlayStyle& style) {
  const double reach = 24 * style.scale, head = 4 * style.scale;
  const ScreenPoint corner{kMargin * style.scale,
                           view.height - kMargin * style.scale - reach - 10 * style.scale};
  const ScreenPoint right{corner.x + reach, corner.y}, down{corner.x, corner.y + reach};
  const auto line = [&](ScreenPoint from, ScreenPoint to) {
    overlay.lines.push_back({from, to, style.color, 1.5 * style.scale, false});
  };
  line(corner, right);
  line({right.x - head, right.y - head}, right);
  line({right.x - head, right.y + head}, right);
  line(corner, down);
  line({down.x - head, down.y - head}, down);
  line({down.x + head, down.y - head}, down);
  const double size = 12 * style.scale;
  overlay.texts.push_back({{right.x + 4 * style.scale, right.y + 4 * style.scale},
                           name_along(names, horizontal_axis(view.plane)),
                           style.color,
                           TextAnchor::kLeft,
                           size});
  // A word begins at the margin; a letter stands under its arrow.
  const std::string below = name_along(names, vertical_axis(view.plane));
  const bool letter = below.size() == 1;
  overlay.texts.push_back({{letter ? down.x : down.x - head, down.y + size},
                           below,
                           style.color,
                           letter ? TextAnchor::kCentre : TextAnchor::kLeft,
                           size});
}

void add_crosshair(Overlay& overlay, const ViewTransform& view, const WorldPoint& cursor,
                   const OverlayStyle& style) {
  const ScreenPoint at = view.to_screen(cursor);
  const double gap = 8 * style.scale;
  const auto line = [&](ScreenPoint from, ScreenPoint to) {
    if (to.x > from.x || to.y > from.y) {
      overlay.lines.push_back({from, to, style.cursor, style.scale, false});
    }
  };
  const double width = view.width, height = view.height;
  if (at.y >= 0 && at.y < height) {
    line({0, at.y}, {std::fmin(width, at.x - gap), at.y});
    line({std::fmax(0, at.x + gap), at.y}, {width, at.y});
  }
  if (at.x >= 0 && at.x < width) {
    line({at.x, 0}, {at.x, std::fmin(height, at.y - gap)});
    line({at.x, std::fmax(0, at.y + gap)}, {at.x, height});
  }
}

}  // namespace karyo
