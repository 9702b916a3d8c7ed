#pragma once

/// Outlines along pixel corners, as ImageJ's wand draws them.
///
/// Coordinates are pixel corners: pixel (x, y) covers [x, x+1) x [y, y+1). Directions are 0 right,
/// 1 up, 2 left, 3 down; the object lies to the right of the path, so an outer outline runs
/// clockwise on the screen and a hole's runs the other way. Pixels that touch by a corner belong
/// together (8-connected).

#include <cstdint>
#include <vector>

namespace karyo {

struct Corner {
  std::int32_t x = 0, y = 0;
  friend bool operator==(const Corner&, const Corner&) = default;
};
using Outline = std::vector<Corner>;

/// The outline that passes down the right side of pixel (x, y), which is inside while its right
/// neighbour is not. inside(x, y) answers for any integers; passed(x, y), where given, is told each
/// pixel whose right side the outline runs down. Only corners are listed, from the first one at or
/// after (x + 1, y + 1).
template <typename Inside, typename Passed>
Outline trace_outline(std::int32_t x, std::int32_t y, Inside&& inside, Passed&& passed) {
  constexpr int kDown = 3;
  const auto checked = [&](std::int32_t px, std::int32_t py, int direction) {
    switch (direction & 3) {
      case 0: return inside(px, py);
      case 1: return inside(px, py - 1);
      case 2: return inside(px - 1, py - 1);
      default: return inside(px - 1, py);
    }
  };
  const Corner start{x + 1, y + 1};
  Corner at = start;
  int direction = kDown;
  Outline outline;
  do {
    int next = direction + 1;
    if (!checked(at.x, at.y, next)) {
      next = direction;
      if (!checked(at.x, at.y, next)) next = direction - 1;
    }
    if (next != direction) outline.push_back(at);
    direction = next & 3;
    switch (direction) {
      case 0: ++at.x; break;
      case 1: --at.y; break;
      case 2: --at.x; break;
      default:
        passed(at.x - 1, at.y);
        ++at.y;
    }
  } while (!(at == start) || direction != kDown);
  return outline;
}

/// ImageJ's length of a traced outline: each corner cut by the diagonal of a pixel, which is
/// `width` by `height`.
double traced_perimeter(const Outline& outline, double width = 1, double height = 1);

}  // namespace karyo
