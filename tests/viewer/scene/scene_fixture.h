#pragma once

/// Small volumes and views that scene tests share.

#include <algorithm>
#include <functional>
#include <memory>

#include "viewer/scene/offscreen.h"

namespace karyo::test {

inline constexpr int kSceneSize = 160;

/// 8 bits, filled by a function of z, y, x.
inline std::shared_ptr<const Volume> volume_of(
    Index3 shape, const std::function<int(std::int64_t, std::int64_t, std::int64_t)>& value,
    VoxelGrid grid = {}) {
  Volume volume(VoxelType::kUInt8, {1, 1, shape.z, shape.y, shape.x}, grid);
  auto view = volume.view<std::uint8_t>();
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        view(z, y, x) = static_cast<std::uint8_t>(value(z, y, x));
      }
    }
  }
  return std::make_shared<const Volume>(std::move(volume));
}

/// Shown from 0 (black) to `high` (the colour).
inline VolumeItem item_of(std::shared_ptr<const Volume> volume, Rgb colour = {255, 255, 255},
                          double high = 200) {
  VolumeItem item;
  item.grid = volume->grid;
  item.volume = std::move(volume);
  item.low = 0;
  item.high = high;
  for (int i = 0; i < 256; ++i) {
    const auto part = [i](std::uint8_t c) { return static_cast<std::uint8_t>(c * i / 255); };
    item.colours[static_cast<std::size_t>(i)] = {part(colour.r), part(colour.g), part(colour.b)};
  }
  return item;
}

/// Looks along +z with `height` world units in view.
inline SceneRequest straight_view(const WorldBox& box, double height) {
  SceneRequest request;
  request.box = box;
  request.show_box = false;
  request.camera.focus = box.centre();
  request.camera.height = height;
  request.width = request.height = kSceneSize;
  return request;
}

/// Bounding rectangle of the pixels brighter than 100.
struct Extent {
  int left = kSceneSize, top = kSceneSize, right = -1, bottom = -1;
  int width() const { return right - left + 1; }
  int height() const { return bottom - top + 1; }
};
inline Extent bright_extent(const RgbaImage& picture) {
  Extent extent;
  for (int y = 0; y < picture.height(); ++y) {
    for (int x = 0; x < picture.width(); ++x) {
      const Rgb c = picture.at(x, y);
      if (std::max({c.r, c.g, c.b}) < 100) continue;
      extent.left = std::min(extent.left, x);
      extent.right = std::max(extent.right, x);
      extent.top = std::min(extent.top, y);
      extent.bottom = std::max(extent.bottom, y);
    }
  }
  return extent;
}

}  // namespace karyo::test
