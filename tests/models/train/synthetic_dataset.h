#pragma once

/// A small dataset on disk: squares of several sizes, brighter where the label is higher.

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/dataset/dataset_folder.h"
#include "core/io/image_io.h"

namespace karyo::test {

/// Pixel = 10 + 20 * label, so that what happened to a pixel can be compared with its label.
inline std::vector<DatasetPair> make_dataset(const std::filesystem::path& root, int count,
                                             std::int64_t height, std::int64_t width) {
  std::filesystem::create_directories(root / "images");
  std::filesystem::create_directories(root / "masks");
  std::vector<DatasetPair> pairs;
  for (int i = 0; i < count; ++i) {
    Random random(static_cast<std::uint64_t>(i + 1));
    LabelArray labels({1, height, width});
    Volume image(VoxelType::kUInt8, {1, 1, 1, height, width});
    for (std::uint32_t id = 1; id <= 8; ++id) {
      const std::int64_t side = 5 + random.below(12);
      const std::int64_t top = random.below(height - side), left = random.below(width - side);
      for (std::int64_t y = top; y < top + side; ++y) {
        for (std::int64_t x = left; x < left + side; ++x) labels(0, y, x) = id;
      }
    }
    for (std::int64_t p = 0; p < labels.count(); ++p) {
      image.data()[p] = static_cast<std::byte>(10 + 20 * labels.data()[p]);
    }
    std::string name = "n";
    name += std::to_string(100 + i);  // "n" + … is a false alarm of GCC 12's -Wstringop-overflow
    const DatasetPair pair{name, root / "images" / (name + ".tif"),
                           root / "masks" / (name + ".tif"), image.shape(), image.type()};
    if (!write_image(pair.image, image) || !write_labels(pair.mask, labels)) return {};
    pairs.push_back(pair);
  }
  return pairs;
}

/// The same of volumes: balls, brighter than what is around, half as high as wide.
inline std::vector<DatasetPair> make_volumes(const std::filesystem::path& root, int count,
                                             Index3 shape) {
  std::filesystem::create_directories(root / "images");
  std::filesystem::create_directories(root / "masks");
  std::vector<DatasetPair> pairs;
  for (int i = 0; i < count; ++i) {
    Random random(static_cast<std::uint64_t>(i + 1));
    LabelArray labels(shape);
    Volume image(VoxelType::kUInt8, {1, 1, shape.z, shape.y, shape.x});
    for (std::uint32_t id = 1; id <= 9; ++id) {
      const double radius = random.uniform(4, 7);
      const double cz = random.uniform(0, static_cast<double>(shape.z));
      const double cy = random.uniform(0, static_cast<double>(shape.y));
      const double cx = random.uniform(0, static_cast<double>(shape.x));
      for (std::int64_t z = 0; z < shape.z; ++z) {
        for (std::int64_t y = 0; y < shape.y; ++y) {
          for (std::int64_t x = 0; x < shape.x; ++x) {
            const double dz = 2 * (static_cast<double>(z) - cz), dy = static_cast<double>(y) - cy,
                         dx = static_cast<double>(x) - cx;
            if (dz * dz + dy * dy + dx * dx <= radius * radius) labels(z, y, x) = id;
          }
        }
      }
    }
    for (std::int64_t p = 0; p < labels.count(); ++p) {
      const std::int64_t grain = random.below(20);
      image.data()[p] = static_cast<std::byte>(20 + grain + (labels.data()[p] != 0 ? 150 : 0));
    }
    std::string name = "v";
    name += std::to_string(100 + i);
    const DatasetPair pair{name, root / "images" / (name + ".tif"),
                           root / "masks" / (name + ".tif"), image.shape(), image.type()};
    if (!write_image(pair.image, image) || !write_labels(pair.mask, labels)) return {};
    pairs.push_back(pair);
  }
  return pairs;
}

}  // namespace karyo::test
