#pragma once

/// Folders with something to compare: three images of discs whose predictions have each kind of
/// error, and a noisy stack that was restored.

#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/io/image_io.h"

namespace karyo::test {

struct Disc {
  std::int64_t y = 0, x = 0, radius = 0;
};

inline constexpr std::int64_t kComparedHeight = 120, kComparedWidth = 160;

inline LabelArray disc_labels(const std::vector<Disc>& discs) {
  LabelArray labels({1, kComparedHeight, kComparedWidth});
  std::uint32_t id = 0;
  for (const Disc& disc : discs) {
    ++id;
    for (std::int64_t y = 0; y < kComparedHeight; ++y) {
      for (std::int64_t x = 0; x < kComparedWidth; ++x) {
        const std::int64_t dy = y - disc.y, dx = x - disc.x;
        if (dy * dy + dx * dx <= disc.radius * disc.radius) labels(0, y, x) = id;
      }
    }
  }
  return labels;
}

/// Grey values that tell the discs from their background.
inline Volume disc_image(const LabelArray& labels) {
  Volume image(VoxelType::kUInt8, {1, 1, 1, kComparedHeight, kComparedWidth});
  auto voxels = image.view<std::uint8_t>();
  for (std::int64_t y = 0; y < kComparedHeight; ++y) {
    for (std::int64_t x = 0; x < kComparedWidth; ++x) {
      voxels(0, y, x) =
          static_cast<std::uint8_t>((labels(0, y, x) != 0 ? 150 : 30) + (5 * x + 3 * y) % 17);
    }
  }
  return image;
}

/// FOLDER/data with images/ and masks/, FOLDER/pred: "all_right" without an error, "few_wrong"
/// with a missed disc, "many_wrong" with a missed, an extra, a split one and two merged ones.
inline void make_compared_objects(const std::filesystem::path& folder) {
  const std::vector<Disc> truth{{25, 25, 14},  {25, 70, 14},  {25, 115, 14},
                                {70, 30, 15},  {70, 75, 10},  {70, 95, 10},
                                {70, 135, 14}, {102, 60, 12}, {102, 100, 12}};
  std::vector<Disc> one_less(truth.begin(), truth.end() - 1);
  LabelArray wrong = disc_labels(truth);
  for (std::int64_t y = 0; y < kComparedHeight; ++y) {
    for (std::int64_t x = 0; x < kComparedWidth; ++x) {
      std::uint32_t& id = wrong(0, y, x);
      if (id == 1) id = 0;                            // missed
      if (id == 4 && y >= 70) id = x < 30 ? 20 : 22;  // split
      const bool between = id == 0 && y > 60 && y < 80 && x > 64 && x < 106;
      if (id == 6 || between) id = 5;                      // merged
      if (y > 105 && y < 118 && x > 4 && x < 24) id = 21;  // extra
    }
  }
  const auto save = [&](const char* name, const LabelArray& prediction) {
    const std::string file = std::string(name) + ".tif";
    const LabelArray labels = disc_labels(truth);
    for (const char* part : {"data/images", "data/masks", "pred"}) {
      std::filesystem::create_directories(folder / part);
    }
    return write_image(folder / "data/images" / file, disc_image(labels)) &&
           write_labels(folder / "data/masks" / file, labels) &&
           write_labels(folder / "pred" / file, prediction);
  };
  save("all_right", disc_labels(truth));
  save("few_wrong", disc_labels(one_less));
  save("many_wrong", wrong);
}

/// FOLDER/care with low/ and high/, FOLDER/restored: a stack of three planes.
inline void make_compared_stack(const std::filesystem::path& folder) {
  const LabelArray labels = disc_labels({{40, 40, 22}, {70, 100, 26}, {30, 130, 14}});
  const auto stack = [&](int noise) {
    Volume volume(VoxelType::kUInt16, {1, 1, 3, kComparedHeight, kComparedWidth});
    auto voxels = volume.view<std::uint16_t>();
    std::uint32_t state = 7;
    for (std::int64_t z = 0; z < 3; ++z) {
      for (std::int64_t y = 0; y < kComparedHeight; ++y) {
        for (std::int64_t x = 0; x < kComparedWidth; ++x) {
          state = state * 1664525 + 1013904223;
          const int most = static_cast<int>(noise * (z + 1));
          const int grain = most == 0 ? 0 : static_cast<int>(state >> 16) % most;
          const int value = labels(0, y, x) != 0 ? 400 + static_cast<int>(x % 40) * 5 : 100;
          voxels(z, y, x) = static_cast<std::uint16_t>(value + grain);
        }
      }
    }
    return volume;
  };
  for (const char* part : {"care/low", "care/high", "restored"}) {
    std::filesystem::create_directories(folder / part);
  }
  static_cast<void>(write_image(folder / "care/low/stack.tif", stack(150)));
  static_cast<void>(write_image(folder / "care/high/stack.tif", stack(0)));
  static_cast<void>(write_image(folder / "restored/stack.tif", stack(20)));
}

}  // namespace karyo::test
