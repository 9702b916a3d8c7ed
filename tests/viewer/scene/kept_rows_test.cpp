#include "viewer/scene/kept_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "core/base/random.h"
#include "core/layers/image_layer.h"
#include "core/layers/layer_list.h"
#include "viewer/scene/slice_compositor.h"

namespace karyo {
namespace {

constexpr std::int64_t kZ = 70, kY = 1900, kX = 259;

std::shared_ptr<const Volume> speckled(VoxelType type, std::int64_t channels, unsigned seed) {
  auto volume = std::make_shared<Volume>(type, VolumeShape{1, channels, kZ, kY, kX});
  const auto words = static_cast<std::size_t>(volume->shape().count()) * bytes_of(type) / 4;
  for (std::size_t i = 0; i < words; ++i) {
    const std::uint32_t value =
        (static_cast<std::uint32_t>(i) + seed) * 2654435761u >> 9 & 0x3f7f7f7f;
    std::memcpy(volume->data() + 4 * i, &value, 4);
  }
  return volume;
}

std::vector<const std::byte*> channels_of(const Volume& volume) {
  std::vector<const std::byte*> channels;
  const std::size_t bytes = static_cast<std::size_t>(kZ * kY * kX) * bytes_of(volume.type());
  for (std::int64_t c = 0; c < volume.shape().c; ++c) {
    channels.push_back(volume.data() + static_cast<std::size_t>(c) * bytes);
  }
  return channels;
}

Box3 plane_of(std::int64_t x) {
  return {{0, 0, x}, {kZ, kY, x + 1}};
}

/// How many rows of plane x are kept; what is kept has to be right.
int kept_of(const KeptRows& rows, const Volume& volume, std::int64_t x) {
  const std::size_t bytes = bytes_of(volume.type());
  const auto channels = channels_of(volume);
  int kept = 0;
  for (std::size_t c = 0; c < channels.size(); ++c) {
    for (std::int64_t z = 0; z < kZ; ++z) {
      const std::byte* row = rows.row(c, z);
      if (!row) continue;
      ++kept;
      for (std::int64_t y = 0; y < kY; ++y) {
        const std::byte* voxel =
            channels[c] + static_cast<std::size_t>((z * kY + y) * kX + x) * bytes;
        EXPECT_EQ(std::memcmp(row + static_cast<std::size_t>(y) * bytes, voxel, bytes), 0);
      }
    }
  }
  return kept;
}

TEST(KeptRows, ScrollingReadsOnlyWhatWasKeptInTheFramesBefore) {
  for (const VoxelType type : {VoxelType::kUInt8, VoxelType::kUInt16, VoxelType::kFloat32}) {
    const auto volume = speckled(type, 2, 0);
    KeptRows rows;
    for (const int step : {1, -1}) {
      for (std::int64_t i = 0; i < 60; ++i) {
        const std::int64_t x = kX - 60 + (step > 0 ? i : 59 - i);
        rows.prepare(volume, channels_of(*volume), plane_of(x), 2);
        const int kept = kept_of(rows, *volume, x);
        if (i >= 3 * KeptRows::kPlanes) {
          ASSERT_EQ(kept, 2 * kZ) << "plane " << x;
        }
      }
    }
  }
}

TEST(KeptRows, OnePlaneAgainAndAgainIsKeptInShares) {
  const auto volume = speckled(VoxelType::kUInt16, 1, 0);
  KeptRows rows;
  int before = 0;
  for (int frame = 0; frame < KeptRows::kPlanes + 3; ++frame) {
    rows.prepare(volume, channels_of(*volume), plane_of(33), 2);
    const int kept = kept_of(rows, *volume, 33);
    EXPECT_LE(kept - before, kZ / KeptRows::kPlanes + 1) << "a frame's share";
    before = kept;
  }
  EXPECT_EQ(before, kZ);
}

TEST(KeptRows, AreOfOneImageAndDoNotHoldIt) {
  auto volume = speckled(VoxelType::kUInt8, 2, 0);
  const auto channels = channels_of(*volume);
  KeptRows rows;
  for (int frame = 0; frame < 12; ++frame) rows.prepare(volume, channels, plane_of(5), 1);
  EXPECT_TRUE(rows.are_of(volume, channels, 5));
  EXPECT_FALSE(rows.are_of(volume, channels, 6)) << "another plane";
  EXPECT_FALSE(rows.are_of(volume, {channels[0]}, 5)) << "other channels";
  EXPECT_FALSE(rows.are_of(speckled(VoxelType::kUInt8, 2, 0), channels, 5)) << "another image";
  const std::weak_ptr<const Volume> held = volume;
  volume.reset();
  EXPECT_TRUE(held.expired());
}

TEST(KeptRows, SmallImagesAreNotKept) {
  const auto small =
      std::make_shared<const Volume>(VoxelType::kUInt8, VolumeShape{1, 1, 40, 2000, 300});
  KeptRows rows;
  for (int frame = 0; frame < 12; ++frame) {
    rows.prepare(small, {small->data()}, {{0, 0, 5}, {40, 2000, 6}}, 1);
  }
  EXPECT_FALSE(rows.are_of(small, {small->data()}, 5));
}

/// Scrolled, jumped, zoomed, with other channels, interpolation and images at random: as one that
/// keeps nothing draws it.
TEST(KeptRows, DoNotShow) {
  Random random(11);
  const auto below = [&](std::int64_t bound) {
    return static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(bound)));
  };
  LayerList layers;
  std::vector<ImageLayer*> all;
  for (const VoxelType type : {VoxelType::kUInt16, VoxelType::kUInt8}) {
    auto layer = std::make_shared<ImageLayer>("image", speckled(type, 2, 5));
    all.push_back(layer.get());
    layers.add(layer);
    all.back()->set_blending(Blending::kAdditive);
  }
  SliceCompositor compositor;
  ViewTransform view{Plane::kYZ, {20, 800, 30}, 1, 200, 300};
  RgbaImage picture(view.width, view.height);
  for (int frame = 0; frame < 300; ++frame) {
    const std::int64_t chosen = below(24);
    ImageLayer& one = *all[static_cast<std::size_t>(below(2))];
    if (chosen == 0) view.centre.x = static_cast<double>(below(kX));
    if (chosen == 1) view.zoom = 0.2 + static_cast<double>(below(40)) / 10;
    if (chosen == 2) view.centre.y = static_cast<double>(below(kY));
    if (chosen == 3) view.plane = view.plane == Plane::kYZ ? Plane::kXZ : Plane::kYZ;
    if (chosen == 4) one.set_visible(!one.visible());
    if (chosen == 5) {
      ChannelDisplay display = one.channel(1);
      display.visible = !display.visible;
      one.set_channel(1, display);
    }
    if (chosen == 6) one.set_volume(speckled(one.type(), 2, static_cast<unsigned>(frame)));
    if (chosen == 7) layers.move(0, 1);
    if (chosen == 8) {
      one.set_interpolation(one.interpolation() == Interpolation::kNearest
                                ? Interpolation::kLinear
                                : Interpolation::kNearest);
    }
    if (chosen > 9) {
      view.centre.x = std::clamp(view.centre.x + (frame / 60 % 2 ? -1 : 1), 0.0, kX - 0.1);
    }
    RgbaImage fresh;
    SliceCompositor().compose(layers, view, 0, fresh);
    compositor.compose(layers, view, 0, picture);
    ASSERT_EQ(picture, fresh) << "frame " << frame;
  }
}

}  // namespace
}  // namespace karyo
