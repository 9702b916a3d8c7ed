#pragma once

/// Spots of which the spot model is sure to different degrees.

#include <array>
#include <cstdint>
#include <vector>

#include "tests/app/worker/spot_model.h"

namespace karyo::test {

/// The darker a spot is, the less sure is the model of it: the least sure first.
inline const std::vector<Spot> kUnsureSpots{{70, 60}, {20, 70}, {70, 20}, {20, 22}};

inline Volume unsure_spots() {
  constexpr std::array<std::uint8_t, 4> kBrightness{110, 120, 140, 200};
  Volume image = spot_image(kUnsureSpots);
  auto pixels = image.view<std::uint8_t>();
  for (std::size_t i = 0; i < kUnsureSpots.size(); ++i) {
    const Spot& spot = kUnsureSpots[i];
    for (std::int64_t y = spot.y - 3; y <= spot.y + 3; ++y) {
      for (std::int64_t x = spot.x - 3; x <= spot.x + 3; ++x) pixels(0, y, x) = kBrightness[i];
    }
  }
  return image;
}

}  // namespace karyo::test
