#include "core/layers/vector_layers.h"

#include <gtest/gtest.h>

#include <limits>

#include "core/base/random.h"
#include "core/layers/image_layer.h"
#include "core/layers/layer_list.h"
#include "core/layers/layer_look.h"

namespace karyo {
namespace {

TEST(VectorLayers, CoverTheirMarks) {
  const PointsLayer points("p", {{{2.5, 10.2, 30.9}, 4, ""}, {{0.5, -3, 1}, -1, ""}});
  EXPECT_EQ(points.shape().zyx(), (Index3{3, 11, 31}));
  EXPECT_EQ(points.shape().t, 5);
  EXPECT_EQ(PointsLayer("none").shape().zyx(), (Index3{1, 1, 1}));
  Roi roi = *make_shape("rectangle", {{10, 20}, {30, 25}});
  roi.z = 3;
  roi.t = 2;
  const ShapesLayer shapes("s", {roi});
  EXPECT_EQ(shapes.shape().zyx(), (Index3{3, 25, 30}));
  EXPECT_EQ(shapes.shape().t, 2);
  const TracksLayer tracks("t", {{{1, 0, {0.5, 1, 1}}, {1, 6, {0.5, 8, 9}}}, {}});
  EXPECT_EQ(tracks.shape().t, 7);
}

TEST(VectorLayers, LieVoxelOnVoxelOnACalibratedImage) {
  auto volume = std::make_shared<Volume>(VoxelType::kUInt8, VolumeShape{1, 1, 4, 20, 30});
  volume->grid = {};
  volume->grid.unit = "um";
  volume->grid.spacing_z = 2;
  volume->grid.spacing_y = volume->grid.spacing_x = 0.5;
  LayerList layers;
  layers.add(std::make_shared<ImageLayer>("image", volume));
  const auto& points = layers.add(std::make_shared<PointsLayer>("p"));
  EXPECT_EQ(layers.grid_of(points).spacing_z, 2);
  EXPECT_EQ(layers.grid_of(points).spacing_x, 0.5);
}

TEST(VectorLayers, NumbersComeIntoTheirRanges) {
  PointsLayer layer("p", {{{0.5, 1, 1}, -1, ""}});
  PointsLook look = layer.look();
  look.size = std::numeric_limits<double>::quiet_NaN();
  look.selected = 5;
  layer.set_look(look);
  EXPECT_EQ(layer.look().size, 0.1);
  EXPECT_EQ(layer.look().selected, -1);
}

TEST(VectorLayers, ChangesAreToldOnce) {
  ShapesLayer layer("s");
  int told = 0;
  const auto watch = layer.changed.connect([&] { ++told; });
  ShapesLook look = layer.look();
  layer.set_look(look);
  EXPECT_EQ(told, 0);
  look.fill = true;
  layer.set_look(look);
  EXPECT_EQ(told, 1);
}

TEST(VectorLayers, ALookBringsTheMarksBack) {
  PointsLayer layer("p", {{{0.5, 1, 1}, -1, "a"}});
  const LayerLook before = look_of(layer);
  PointsLook look = layer.look();
  look.data = std::make_shared<const PointList>();
  layer.set_look(look);
  EXPECT_EQ(layer.count(), 0u);
  EXPECT_FALSE(look_of(layer) == before);
  apply_look(layer, before);
  ASSERT_EQ(layer.count(), 1u);
  EXPECT_TRUE(look_of(layer) == before);
  LayerLook without = before;  // as from a session file
  without.points->data = nullptr;
  without.points->size = 20;
  apply_look(layer, without);
  EXPECT_EQ(layer.count(), 1u);
  EXPECT_EQ(layer.look().size, 20);
}

TEST(VectorLayers, DuplicatesShareTheirMarks) {
  const TracksLayer tracks("t", {{{1, 0, {0.5, 1, 1}}}, {}});
  const auto copy = duplicate(tracks);
  ASSERT_EQ(copy->kind(), LayerKind::kTracks);
  EXPECT_EQ(dynamic_cast<const TracksLayer&>(*copy).look().data, tracks.look().data);
  EXPECT_EQ(duplicate(PointsLayer("p"))->kind(), LayerKind::kPoints);
  EXPECT_EQ(duplicate(ShapesLayer("s"))->kind(), LayerKind::kShapes);
}

TEST(VectorLayers, ShapesHaveOutlinesInTheirPlane) {
  const auto outline = [](const char* type, const PathF& corners) {
    return ShapesLayer("s", {*make_shape(type, corners)}).outlines().at(0);
  };
  const auto rectangle = outline("rectangle", {{3.5, 8}, {1, 2}});
  EXPECT_TRUE(rectangle.closed);
  EXPECT_EQ(rectangle.left, 1);
  EXPECT_EQ(rectangle.right, 3.5);
  EXPECT_EQ(rectangle.top, 2);
  EXPECT_EQ(rectangle.bottom, 8);
  EXPECT_EQ(rectangle.z, -1);
  const auto line = outline("line", {{1, 2}, {3, 4}});
  EXPECT_FALSE(line.closed);
  EXPECT_EQ(line.paths.at(0), (PathF{{1, 2}, {3, 4}}));
  EXPECT_EQ(outline("polyline", {{1, 2}, {3, 4}, {5, 0}}).paths.at(0).size(), 3u);
  EXPECT_TRUE(outline("polygon", {{1, 2}, {3, 4}, {5, 0}}).closed);
  EXPECT_NEAR(outline("ellipse", {{0, 0}, {10, 6}}).right, 10, 1e-9);
}

TEST(VectorLayers, OutlinesAreThoseOfTheShapesWhateverCameBefore) {
  Random random(5);
  const auto some = [&](std::size_t below) {
    return random.below(static_cast<std::int64_t>(below));
  };
  ShapesLayer layer("s");
  ShapeList shapes;
  for (int round = 0; round < 300; ++round) {
    const auto made = [&] {
      const double x = static_cast<double>(some(4)), y = static_cast<double>(some(4));
      return *make_shape(some(2) == 0 ? "ellipse" : "rectangle", {{x, y}, {x + 5, y + 4}});
    };
    for (std::int64_t changes = some(4); changes > 0; --changes) {
      const auto at = shapes.begin() + some(shapes.size() + 1);
      const std::int64_t kind = some(3);
      if (kind == 0 || at == shapes.end()) {
        shapes.insert(at, made());
      } else if (kind == 1) {
        shapes.erase(at);
      } else {
        *at = made();
      }
    }
    ShapesLook look = layer.look();
    look.data = std::make_shared<ShapeList>(shapes);
    layer.set_look(look);
    const ShapesLayer fresh("f", shapes);
    ASSERT_EQ(layer.outlines().size(), shapes.size());
    EXPECT_EQ(layer.shape(), fresh.shape());
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      EXPECT_EQ(layer.outlines()[i].paths, fresh.outlines()[i].paths) << round << ": " << i;
      EXPECT_EQ(layer.outlines()[i].left, fresh.outlines()[i].left);
    }
  }
}

TEST(VectorLayers, SlicesAndFramesOfRegions) {
  Roi roi;
  EXPECT_EQ(slice_of(roi), -1);
  EXPECT_EQ(frame_of(roi), -1);
  roi.position = 4;
  EXPECT_EQ(slice_of(roi), 3);
  roi.z = 2;
  roi.t = 7;
  EXPECT_EQ(slice_of(roi), 1);
  EXPECT_EQ(frame_of(roi), 6);
  roi.z = 0;
  EXPECT_EQ(slice_of(roi), -1);
}

TEST(VectorLayers, WrongShapesAreRefused) {
  EXPECT_FALSE(make_shape("star", {{1, 2}, {3, 4}}));
  EXPECT_FALSE(make_shape("polygon", {{1, 2}, {3, 4}}));
  EXPECT_FALSE(make_shape("line", {{1, 2}, {3, 4}, {5, 6}}));
  EXPECT_FALSE(make_shape("line", {{1, 2}, {1e9, 4}}));
  EXPECT_FALSE(make_shape("line", {{1, 2}, {std::numeric_limits<double>::quiet_NaN(), 4}}));
}

}  // namespace
}  // namespace karyo
