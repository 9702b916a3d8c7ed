#pragma once

/// Pairs of images on disk: soft blobs, high twice as bright as low.

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/dataset/restoration_folder.h"
#include "core/io/image_io.h"

namespace karyo::test {

/// Blobs of brightness 1 and radius about 4 in (Z, Y, X); the same for the same seed. Moved by
/// `down` rows.
inline Array3<float> soft_blobs(Index3 shape, std::uint64_t seed, std::int64_t down = 0) {
  Random random(seed);
  Array3<float> image(shape);
  const auto blobs = std::max<std::int64_t>(4, shape.count() / 400 / (shape.z > 1 ? 3 : 1));
  for (std::int64_t i = 0; i < blobs; ++i) {
    const double z = random.uniform(0, static_cast<double>(shape.z));
    const double y = random.uniform(0, static_cast<double>(shape.y)) + static_cast<double>(down);
    const double x = random.uniform(0, static_cast<double>(shape.x));
    const double radius = random.uniform(2.5, 5), bright = random.uniform(0.4, 1);
    for (std::int64_t p = 0; p < shape.count(); ++p) {
      const double dz = shape.z > 1 ? static_cast<double>(p / (shape.y * shape.x)) - z : 0;
      const double dy = static_cast<double>(p / shape.x % shape.y) - y;
      const double dx = static_cast<double>(p % shape.x) - x;
      const double off = (dz * dz + dy * dy + dx * dx) / (radius * radius);
      if (off < 9) image.data()[p] += static_cast<float>(bright * std::exp(-off));
    }
  }
  return image;
}

/// `count` pairs of uint16, 64 x 64 or (dims 3) 8 x 48 x 48; high moved by `down` rows.
inline std::vector<RestorationPair> make_pairs(const std::filesystem::path& root, int count,
                                               std::int64_t dims, std::int64_t down = 0) {
  std::filesystem::create_directories(root / "low");
  std::filesystem::create_directories(root / "high");
  const Index3 shape = dims == 2 ? Index3{1, 64, 64} : Index3{8, 48, 48};
  for (int i = 0; i < count; ++i) {
    const auto seed = static_cast<std::uint64_t>(i + 1);
    const auto low = soft_blobs(shape, seed), high = soft_blobs(shape, seed, down);
    Volume dark(VoxelType::kUInt16, {1, 1, shape.z, shape.y, shape.x});
    Volume bright(VoxelType::kUInt16, dark.shape());
    for (std::int64_t p = 0; p < shape.count(); ++p) {
      dark.view<std::uint16_t>().data()[p] =
          static_cast<std::uint16_t>(100 + std::lround(1000 * low.data()[p]));
      bright.view<std::uint16_t>().data()[p] =
          static_cast<std::uint16_t>(200 + 2 * std::lround(1000 * high.data()[p]));
    }
    const std::string name = std::to_string(i) + ".tif";
    if (!write_image(root / "low" / name, dark) || !write_image(root / "high" / name, bright)) {
      return {};
    }
  }
  const auto opened = open_restoration(root, dims);
  return opened ? opened->pairs : std::vector<RestorationPair>{};
}

}  // namespace karyo::test
