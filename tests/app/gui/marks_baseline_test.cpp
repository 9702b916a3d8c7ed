// What is painted of each kind of marks over a plane. Qt's antialiasing may round otherwise in
// another version, hence the tolerance; texts, which depend on fonts, are left out.

#include <gtest/gtest.h>

#include <QPainter>

#include "app/gui/vector_painter.h"
#include "tests/app/gui/baseline.h"
#include "tests/app/gui/baseline_marks.h"
#include "tests/app/gui/baseline_scene.h"

namespace karyo::gui {
namespace {

constexpr test::Tolerance kOtherQt{24, 0.002};

/// Over grey, 160 x 120 pixels, 3 a um, as in the baselines of planes.
QImage picture_of(std::shared_ptr<Layer> marks, Plane plane = Plane::kXY) {
  LayerList layers;
  layers.add(test::scene_image(test::scene_volume(1)));
  layers.add(std::move(marks));
  const ViewTransform view = test::scene_view(plane);
  QImage picture(view.width, view.height, QImage::Format_RGB32);
  picture.fill(QColor(60, 60, 60));
  QPainter painter(&picture);
  paint_vectors(painter, shown_marks(layers), view, 4, 1, 1);
  return picture;
}

TEST(MarksBaseline, Points) {
  EXPECT_TRUE(test::matches_baseline(picture_of(test::scene_points()), "kind_points", kOtherQt));
}

TEST(MarksBaseline, Shapes) {
  EXPECT_TRUE(test::matches_baseline(picture_of(test::scene_shapes()), "kind_shapes", kOtherQt));
}

TEST(MarksBaseline, Tracks) {
  EXPECT_TRUE(test::matches_baseline(picture_of(test::scene_tracks()), "kind_tracks", kOtherQt));
}

TEST(MarksBaseline, SurfaceInEachPlane) {
  for (const Plane plane : kPlanes) {
    EXPECT_TRUE(test::matches_baseline(picture_of(test::scene_surface(), plane),
                                       std::string("kind_surface_") + name_of(plane), kOtherQt));
  }
}

}  // namespace
}  // namespace karyo::gui
