#pragma once

/// The made-up layers of the baselines: 12 planes (2 um apart) of 36 x 48 voxels of 1 um. Nothing
/// in them is symmetric, so that a turned or mirrored picture is another one; whole numbers only,
/// so that they are the same on every machine.

#include <algorithm>
#include <cstdint>
#include <memory>

#include "core/layers/image_layer.h"
#include "core/layers/labels_layer.h"
#include "viewer/scene/view_transform.h"

namespace karyo::test {

inline constexpr Index3 kSceneShape{12, 36, 48};

inline VoxelGrid scene_grid() {
  VoxelGrid grid;
  grid.spacing_z = 2;
  grid.unit = "um";
  return grid;
}

/// Square of the distance (um) to (z, y, x), a voxel's number each.
inline std::int64_t squared_distance(const Index3& p, std::int64_t z, std::int64_t y,
                                     std::int64_t x) {
  return 4 * (p.z - z) * (p.z - z) + (p.y - y) * (p.y - y) + (p.x - x) * (p.x - x);
}

/// Channel 0: a slope to the right and a ball above it; 1: a slope downwards with a bar; 2: flat
/// with another ball. 0 .. 255.
inline std::uint8_t scene_value(std::int64_t channel, const Index3& p) {
  std::int64_t value = 0;
  if (channel == 0) {
    value = 20 + 2 * p.x + std::max<std::int64_t>(0, 140 - squared_distance(p, 5, 14, 16));
  } else if (channel == 1) {
    value = 4 * p.y + (p.x >= 30 && p.x < 38 && p.z < 9 ? 100 : 0);
  } else {
    value = 30 + 5 * p.z + (squared_distance(p, 5, 24, 28) < 81 ? 120 : 0);
  }
  return static_cast<std::uint8_t>(std::min<std::int64_t>(255, value));
}

template <typename F>
void for_each_voxel(const Index3& shape, F use) {
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) use(Index3{z, y, x});
    }
  }
}

/// Of the first `channels` channels; `first` is the one to start at.
inline std::shared_ptr<Volume> scene_volume(std::int64_t channels, std::int64_t first = 0,
                                            const Index3& shape = kSceneShape) {
  auto volume = std::make_shared<Volume>(
      VoxelType::kUInt8, VolumeShape{1, channels, shape.z, shape.y, shape.x}, scene_grid());
  auto* out = volume->view<std::uint8_t>().data();
  for (std::int64_t c = first; c < first + channels; ++c) {
    for_each_voxel(shape, [&](const Index3& p) { *out++ = scene_value(c, p); });
  }
  return volume;
}

/// Limits are set here: automatic ones are no matter of these tests.
inline std::shared_ptr<ImageLayer> scene_image(std::shared_ptr<const Volume> volume) {
  auto layer = std::make_shared<ImageLayer>("image", std::move(volume));
  for (std::int64_t c = 0; c < layer->channel_count(); ++c) layer->set_limits(c, {0, 255});
  return layer;
}

/// Four balls, numbers 1 to 4; 1 and 2 touch, 4 is cut by the border.
inline std::shared_ptr<LabelsLayer> scene_labels() {
  LabelArray ids(kSceneShape);
  for_each_voxel(kSceneShape, [&](const Index3& p) {
    std::uint32_t id = 0;
    if (squared_distance(p, 5, 12, 12) < 64) id = 1;
    if (squared_distance(p, 5, 14, 24) < 49) id = 2;
    if (squared_distance(p, 6, 27, 20) < 36) id = 3;
    if (squared_distance(p, 5, 24, 45) < 100) id = 4;
    ids(p.z, p.y, p.x) = id;
  });
  return std::make_shared<LabelsLayer>("labels", LabelVolume::from_dense(ids.view()), scene_grid());
}

/// 160 x 120 pixels, 3 a um: the middles of pixels lie on no border between voxels, where the last
/// bit of a number would decide. The planes go through voxel (5, 14, 16).
inline ViewTransform scene_view(Plane plane) {
  ViewTransform view;
  view.plane = plane;
  view.centre = {12, 18, 24};
  const WorldPoint cursor = centre_of({5, 14, 16}, scene_grid());
  view.centre[normal_axis(plane)] = cursor[normal_axis(plane)];
  view.zoom = 3;
  view.width = 160;
  view.height = 120;
  return view;
}

}  // namespace karyo::test
