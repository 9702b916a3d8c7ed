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
    const std::string name = "n" + std::to_string(100 + i);
    const DatasetPair pair{name, root / "images" / (name + ".tif"),
                           root / "masks" / (name + ".tif"), image.shape(), image.type()};
    if (!write_image(pair.image, image) || !write_labels(pair.mask, labels)) return {};
    pairs.push_back(pair);
  }
  return pairs;
}

}  // namespace karyo::test
