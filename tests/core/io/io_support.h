#pragma once

/// What the tests of core/io share.

#include <array>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <utility>

#include "core/io/image_io.h"

namespace karyo::test {

/// Values of every kind the type has, repeatable by seed.
inline Volume random_volume(VoxelType type, VolumeShape shape, unsigned seed = 1) {
  Volume volume(type, shape);
  std::mt19937_64 random(seed);
  visit_voxels(type, [&](auto zero) {
    using T = decltype(zero);
    for (std::int64_t t = 0; t < shape.t; ++t) {
      for (std::int64_t c = 0; c < shape.c; ++c) {
        auto view = volume.view<T>(t, c);
        for (std::int64_t i = 0; i < shape.zyx().count(); ++i) {
          if constexpr (std::is_floating_point_v<T>) {
            view.data()[i] = static_cast<T>(static_cast<double>(random() % 100000) / 7 - 5000);
          } else {
            view.data()[i] = static_cast<T>(random());
          }
        }
      }
    }
  });
  return volume;
}

inline bool same_voxels(const Volume& a, const Volume& b) {
  return a.type() == b.type() && a.shape() == b.shape() && a.rgb == b.rgb &&
         std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

inline std::vector<Rgb> green_lut() {
  std::vector<Rgb> lut;
  for (int i = 0; i < 256; ++i) lut.push_back({0, static_cast<std::uint8_t>(i), 0});
  return lut;
}

}  // namespace karyo::test
