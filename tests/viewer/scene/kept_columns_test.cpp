#include "viewer/scene/kept_columns.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "core/base/random.h"
#include "core/layers/labels_layer.h"
#include "core/layers/layer_list.h"
#include "viewer/scene/slice_compositor.h"

namespace karyo {
namespace {

constexpr Index3 kShape{45, 1700, 70};  // 45 x 27 tiles across, two along a row

std::int64_t below(Random& random, std::int64_t bound) {
  return static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(bound)));
}

LabelVolume speckled(Index3 shape) {
  LabelArray dense(shape);
  for (std::int64_t i = 0; i < shape.count(); ++i) {
    const std::int64_t z = i / (shape.y * shape.x);
    // Every third plane has tiles of background.
    dense.data()[i] = z % 3 == 0 ? 0 : static_cast<std::uint32_t>(i * 2654435761u >> 13);
  }
  return LabelVolume::from_dense(dense.view());
}

Box3 plane_of(std::int64_t x, Index3 shape = kShape) {
  return {{0, 0, x}, {shape.z, shape.y, x + 1}};
}

/// How many tiles of plane x are kept; what is kept has to be right.
int kept_of(const KeptColumns& columns, const LabelVolume& labels, std::int64_t x) {
  int kept = 0;
  for (std::int64_t z = 0; z < kShape.z; ++z) {
    for (std::int64_t y = 0; y < kShape.y; y += kTileSide) {
      const std::int64_t number = labels.tile_number({z, y, x});
      const std::uint32_t* ids = columns.column(kShape, x, number, labels.tile(number).get());
      if (!ids) continue;
      ++kept;
      for (std::int64_t i = 0; i < kTileSide && y + i < kShape.y; ++i) {
        EXPECT_EQ(ids[i], labels.at({z, y + i, x}));
      }
    }
  }
  return kept;
}

constexpr int kTiles = 30 * 27;  // those that hold labels

TEST(KeptColumns, ScrollingReadsOnlyWhatWasKeptInTheFramesBefore) {
  const LabelVolume labels = speckled(kShape);
  KeptColumns columns;
  for (const int step : {1, -1}) {
    for (std::int64_t i = 0; i < kShape.x; ++i) {
      const std::int64_t x = step > 0 ? i : kShape.x - 1 - i;
      columns.prepare(labels, plane_of(x), 2);
      const int kept = kept_of(columns, labels, x);
      if (i >= 3 * KeptColumns::kPlanes) {
        ASSERT_EQ(kept, kTiles) << "plane " << x;
      }
    }
  }
}

TEST(KeptColumns, OnePlaneAgainAndAgainIsKeptInShares) {
  const LabelVolume labels = speckled(kShape);
  KeptColumns columns;
  columns.prepare(labels, plane_of(33), 2);
  EXPECT_EQ(kept_of(columns, labels, 33), 0) << "a jump";
  int before = 0;
  for (int frame = 0; frame < KeptColumns::kPlanes + 2; ++frame) {
    columns.prepare(labels, plane_of(33), 2);
    const int kept = kept_of(columns, labels, 33);
    EXPECT_LE(kept - before, 45 * 27 / KeptColumns::kPlanes + 1) << "a frame's share";
    before = kept;
  }
  EXPECT_EQ(before, kTiles);
}

void set(LabelVolume& labels, Index3 p, std::uint32_t id) {
  LabelWriter writer(labels);
  writer.set(p, id);
  writer.finish();
}

TEST(KeptColumns, WhatChangedIsNeitherTakenNorHeld) {
  LabelVolume labels = speckled(kShape);
  set(labels, {1, 3, 5}, 9);
  const std::int64_t number = labels.tile_number({1, 3, 5});
  KeptColumns columns;
  const auto ids = [&] { return columns.column(kShape, 5, number, labels.tile(number).get()); };
  for (int frame = 0; frame < 10; ++frame) columns.prepare(labels, plane_of(5), 1);
  ASSERT_NE(ids(), nullptr);
  EXPECT_EQ(ids()[3], 9u);

  const std::weak_ptr<const LabelTile> before = labels.tile(number);
  set(labels, {1, 3, 5}, 7);
  EXPECT_EQ(ids(), nullptr);
  EXPECT_FALSE(before.expired());
  columns.prepare(labels, plane_of(60), 1);
  EXPECT_TRUE(before.expired());
  for (int frame = 0; frame < 2; ++frame) columns.prepare(labels, plane_of(5), 1);
  ASSERT_NE(ids(), nullptr);
  EXPECT_EQ(ids()[3], 7u);
}

TEST(KeptColumns, PlanesOfFewOrVeryManyTilesAreNotKept) {
  for (const Index3 shape :
       {Index3{KeptColumns::kFewestTiles - 1, 2, 2}, Index3{KeptColumns::kMostTiles + 1, 2, 2}}) {
    LabelVolume labels(shape);
    set(labels, {1, 1, 1}, 3);
    KeptColumns columns;
    for (int frame = 0; frame < 10; ++frame) columns.prepare(labels, plane_of(1, shape), 1);
    const std::int64_t number = labels.tile_number({1, 1, 1});
    EXPECT_EQ(columns.column(shape, 1, number, labels.tile(number).get()), nullptr);
  }
}

/// Scrolled, jumped, zoomed, moved and painted at random: as one that keeps nothing draws it.
TEST(KeptColumns, DoNotShow) {
  Random random(31);
  LayerList layers;
  std::vector<LabelsLayer*> all;
  for (int i = 0; i < 2; ++i) {
    const Index3 shape = i == 0 ? kShape : Index3{50, 1900, 60};
    all.push_back(&layers.add(std::make_shared<LabelsLayer>("labels", speckled(shape))));
    all.back()->set_contour_width(i);
  }
  SliceCompositor compositor;
  ViewTransform view{Plane::kYZ, {20, 800, 30}, 1, 300, 400};
  RgbaImage picture(view.width, view.height);
  for (int frame = 0; frame < 300; ++frame) {
    const std::int64_t chosen = below(random, 20);
    if (chosen == 0 || chosen == 7) view.centre.x = static_cast<double>(below(random, kShape.x));
    if (chosen == 1) view.zoom = 0.2 + static_cast<double>(below(random, 40)) / 10;
    if (chosen == 2) view.centre.y = static_cast<double>(below(random, kShape.y));
    if (chosen == 3) view.plane = view.plane == Plane::kYZ ? Plane::kXY : Plane::kYZ;
    if (chosen == 4) all[0]->set_visible(!all[0]->visible());
    if (chosen > 8)
      view.centre.x = std::clamp(view.centre.x + (frame / 60 % 2 ? -1 : 1), 0.0, 69.9);
    if (chosen == 5 || chosen == 15) {
      LabelWriter writer(all[static_cast<std::size_t>(below(random, 2))]->editable_labels());
      const Index3 origin{below(random, kShape.z - 4), below(random, kShape.y - 200),
                          below(random, 40)};
      writer.write(LabelArray({4, 200, 30}, static_cast<std::uint32_t>(below(random, 9))).view(),
                   origin);
      writer.finish();
    }
    if (chosen == 6) layers.move(0, 1);
    RgbaImage fresh;
    SliceCompositor().compose(layers, view, 0, fresh);
    if (chosen == 7) {  // a part, of a plane that was not prepared
      const ScreenRect part{20, 30, 250, 333};
      compositor.compose(layers, view, 0, part, picture);
      compositor.compose(layers, view, 0, {0, 0, 20, 400}, picture);
      for (int y = part.top; y < part.bottom; ++y) {
        ASSERT_TRUE(std::equal(picture.row(y), picture.row(y) + part.right, fresh.row(y)));
      }
      continue;
    }
    compositor.compose(layers, view, 0, picture);
    ASSERT_EQ(picture, fresh) << "frame " << frame;
  }
}

}  // namespace
}  // namespace karyo
