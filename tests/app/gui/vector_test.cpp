// Points, shapes and tracks as a person sees them.

#include <QCheckBox>
#include <QImage>
#include <QPainter>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>

#include "app/gui/error_panel.h"
#include "app/gui/vector_painter.h"
#include "core/base/random.h"
#include "core/layers/vector_layers.h"
#include "tests/app/gui/window_fixture.h"

namespace karyo::gui {
namespace {

class VectorTest : public WindowTest {
 protected:
  void run(const char* id, const nlohmann::json& arguments) {
    const auto outcome = window_.commands().run(id, arguments);
    ASSERT_TRUE(outcome) << outcome.error().what;
    QTest::qWait(30);
  }
  /// The colour of the XY view where a voxel lies.
  QColor at(double z, double y, double x) {
    const auto grid = workspace_.layers().grid();
    const WorldPoint place{z * grid.spacing_z, y * grid.spacing_y, x * grid.spacing_x};
    return xy().grab().toImage().pixelColor(xy().position_of(place).toPoint());
  }
  static bool yellow(const QColor& color) {
    return color.red() > 200 && color.green() > 160 && color.blue() < 120;
  }
};

TEST_F(VectorTest, PointsShowInTheirPlaneAlone) {
  open_stack();
  run("layer.new_points", {});
  run("points.add", {{"voxel", {6, 5, 40}}, {"text", "a"}});
  workspace_.view().set_cursor_voxel({6, 30, 10}, workspace_.layers().grid());
  QTest::qWait(30);
  EXPECT_TRUE(yellow(at(6, 5.5, 40.5)));
  workspace_.view().set_cursor_voxel({7, 30, 10}, workspace_.layers().grid());
  QTest::qWait(30);
  EXPECT_FALSE(yellow(at(7, 5.5, 40.5)));
}

TEST_F(VectorTest, ShapesFillWhenTheBoxIsTicked) {
  open_stack();
  run("layer.new_shapes", {});
  run("shapes.add", {{"type", "rectangle"}, {"points", {2, 30, 12, 46}}});
  const QColor before = at(6, 7, 36);
  QCheckBox* fill = window_.findChild<QCheckBox*>("fill");
  ASSERT_NE(fill, nullptr);
  fill->click();
  QTest::qWait(30);
  EXPECT_TRUE(dynamic_cast<ShapesLayer*>(workspace_.layers().selected())->look().fill);
  EXPECT_GT(at(6, 7, 36).red(), before.red() + 20);
  if (const char* path = std::getenv("KARYOSCOPE_VECTOR_PICTURE")) window_.grab().save(path);
}

TEST_F(VectorTest, ASurfaceIsALineInThePlanesAndSolidIn3D) {
  open_stack();
  // A box from 10 to 40 along x (micrometres), 5 to 30 along y, 6 to 18 along z.
  std::ofstream file(folder_ / "box.obj");
  for (const int z : {6, 18}) {
    for (const int y : {5, 30}) {
      for (const int x : {10, 40}) file << "v " << x << ' ' << y << ' ' << z << '\n';
    }
  }
  file << "f 1 2 4 3\nf 5 7 8 6\nf 1 5 6 2\nf 3 4 8 7\nf 1 3 7 5\nf 2 6 8 4\n";
  file.close();
  open({folder_ / "box.obj"});
  ASSERT_EQ(workspace_.layers().count(), 3);
  workspace_.layers().select(&workspace_.layers().at(2));
  run("layer.set", {{"layer", "box.obj"}, {"color", {255, 224, 0}}, {"width", 5}});
  workspace_.view().set_cursor_voxel({6, 1, 1}, workspace_.layers().grid());
  QTest::qWait(30);
  EXPECT_TRUE(yellow(at(6, 15.5, 10))) << "its left side";
  EXPECT_FALSE(yellow(at(6, 15.5, 12)));
  workspace_.view().set_cursor_voxel({1, 1, 1}, workspace_.layers().grid());
  QTest::qWait(30);
  EXPECT_FALSE(yellow(at(1, 15.5, 10))) << "planes below it do not cut it";
  auto& volume = window_.views().volume();
  const auto amount = [&] {
    EXPECT_TRUE(wait_until([&] { return volume.settled(); }));
    const QImage& picture = volume.surface().picture();
    int found = 0;
    for (int y = 0; y < picture.height(); ++y) {
      for (int x = 0; x < picture.width(); ++x) {
        const QColor c = picture.pixelColor(x, y);
        found += c.red() > 60 && c.green() > 50 && c.blue() < 30 ? 1 : 0;
      }
    }
    return found;
  };
  QTest::qWait(60);
  const int solid = amount();
  EXPECT_GT(solid, 2000);
  auto* wireframe = window_.findChild<QCheckBox*>("wireframe");
  ASSERT_NE(wireframe, nullptr);
  EXPECT_FALSE(window_.findChild<QCheckBox*>("own_colors")->isVisible()) << "the file has none";
  wireframe->click();
  QTest::qWait(60);
  EXPECT_LT(amount(), solid / 3);
  if (const char* path = std::getenv("KARYOSCOPE_VECTOR_PICTURE")) window_.grab().save(path);
}

TEST_F(VectorTest, ObjectsBecomeASurface) {
  open_stack();
  workspace_.layers().select(&workspace_.layers().at(1));
  run("layer.make_surface", {});
  ASSERT_TRUE(wait_until([&] { return workspace_.layers().count() == 3; }));
  const auto& surface = dynamic_cast<const SurfaceLayer&>(workspace_.layers().at(2));
  EXPECT_EQ(surface.name(), "cells_mask.tif – surface");
  const SurfaceMesh& mesh = *surface.look().data;
  ASSERT_GT(mesh.triangles.size(), 200u);
  ASSERT_EQ(mesh.colors.size(), mesh.points.size());
  EXPECT_EQ(mesh.colors[0], label_color(3));
  // The ball of the mask: radius 9 around x 25.5, y 20.5, z 13 (um).
  for (const auto& [x, y, z] : mesh.points) {
    EXPECT_NEAR(std::hypot(x - 25.5, y - 20.5, z - 13.0), 9, 1.6);
  }
  EXPECT_EQ(workspace_.unsaved_layers(), std::vector<std::string>{surface.name()});
  run("edit.undo", {});
  EXPECT_EQ(workspace_.layers().count(), 2);
  LabelArray nothing(Index3{4, 5, 6});
  workspace_.layers().add(
      std::make_shared<LabelsLayer>("empty", LabelVolume::from_dense(nothing.view()), VoxelGrid{}));
  run("layer.make_surface", {});
  EXPECT_TRUE(wait_until([&] { return window_.errors().isVisible(); }));
}

TEST(VectorPainter, MarksShowInThePlanesThatASlabTakes) {
  // Two planes around plane 5 are 5 and 6, for voxels and marks alike.
  const auto [first, last] = marks_depth({2}, 5.5, {}, Axis::kZ);
  EXPECT_EQ(first, 5);
  EXPECT_EQ(last, 7);
  EXPECT_EQ(marks_depth({}, 5.5, {}, Axis::kZ), (std::pair{5.0, 6.0}));
  EXPECT_EQ(marks_depth({3}, 5.5, {}, Axis::kZ), (std::pair{4.0, 7.0}));
}

/// 100 000 points in a stack of 100 planes, all of one plane of 1000 x 1000 in view.
TEST(VectorPainter, ManyPointsAreQuick) {
  Random random(7);
  PointList points;
  for (int i = 0; i < 100000; ++i) {
    points.push_back(
        {{random.uniform() * 100, random.uniform() * 1000, random.uniform() * 1000}, -1, ""});
  }
  LayerList layers;
  layers.add(std::make_shared<PointsLayer>("p", std::move(points)));
  QImage picture(1000, 1000, QImage::Format_RGB32);
  for (const double thickness : {0.0, 1000.0}) {
    picture.fill(Qt::black);
    const ViewTransform view{Plane::kXY, {50.5, 500, 500}, 1, 1000, 1000, {thickness}};
    QPainter painter(&picture);
    paint_vectors(painter, shown_marks(layers), view, 0, 1, 1);
    const std::clock_t begin = std::clock();  // of the processor: other programs do not count
    paint_vectors(painter, shown_marks(layers), view, 0, 1, 1);
    const double ms = 1e3 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    std::cout << "thickness " << thickness << ": " << ms << " ms\n";
    EXPECT_LT(ms, 150);  // far above what it takes
    painter.end();
    int drawn = 0;
    for (int x = 0; x < 1000; ++x) drawn += qRed(picture.pixel(x, 500)) > 100 ? 1 : 0;
    EXPECT_GT(drawn, 5);
  }
}

TEST(VectorPainter, TailsEndAtTheCurrentTime) {
  TrackList tracks;
  for (int t = 0; t < 10; ++t) tracks.points.push_back({1, t, {0.5, 50, 5.0 + 10 * t}});
  LayerList layers;
  auto& layer = layers.add(std::make_shared<TracksLayer>("t", tracks));
  TracksLook look = layer.look();
  look.tail = 3;
  layer.set_look(look);
  QImage picture(100, 100, QImage::Format_RGB32);
  picture.fill(Qt::black);
  QPainter painter(&picture);
  paint_vectors(painter, shown_marks(layers), {Plane::kXY, {0.5, 50, 50}, 1, 100, 100, {}}, 6, 1,
                1);
  painter.end();
  const auto lit = [&](int x) { return qGray(picture.pixel(x, 50)) > 20; };
  EXPECT_FALSE(lit(15));  // before the tail
  EXPECT_TRUE(lit(50));
  EXPECT_TRUE(lit(64));
  EXPECT_FALSE(lit(80));  // in the future
}

}  // namespace
}  // namespace karyo::gui
