// What makes drawing slow does not hold the window up: thick slices through many layers, many
// marks, many steps of undo at once.

#include <QElapsedTimer>
#include <QPainter>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "annotation/label_edit.h"
#include "app/gui/marks_picture.h"
#include "app/gui/slice_view.h"
#include "core/layers/image_layer.h"
#include "core/layers/vector_layers.h"
#include "tests/app/gui/held_up.h"
#include "tests/app/gui/window_fixture.h"

namespace karyo::gui {
namespace {

class SlowDrawingTest : public WindowTest {
 protected:
  SlowDrawingTest() { window_.resize(1600, 1000); }
  /// Dark, all of one brightness, as layers of one stack.
  void open_stacks(int layers, VolumeShape shape) {
    const auto volume = std::make_shared<Volume>(VoxelType::kUInt8, shape);
    for (int i = 0; i < layers; ++i) {
      auto layer = std::make_shared<ImageLayer>("stack " + std::to_string(i), volume);
      layer->set_blending(Blending::kAdditive);
      workspace_.layers().add(layer);
    }
    show_layers();
  }
  void show_layers() {
    workspace_.first_layer_opened.emit();
    workspace_.history().reset();
    settle();
  }
  void settle() {
    QTest::qWait(50);
    ASSERT_TRUE(wait_until([&] { return window_.settled(); }, 60'000));
    QTest::qWait(50);
  }
  void expect_nothing_holds_up(const std::string& what, const std::function<void()>& use) {
    QElapsedTimer clock;
    clock.start();
    for (const std::string& one : what_holds_up(use, [&] { settle(); })) {
      ADD_FAILURE() << what << ": " << one;
    }
    std::cout << what << ": " << clock.elapsed() - 100 << " ms until all is drawn\n";
  }
};

TEST_F(SlowDrawingTest, AThickSliceThroughManyLayers) {
  open_stacks(6, {1, 1, 200, 400, 600});
  expect_nothing_holds_up("thick", [&] { window_.run("view.slab", {{"thickness", 200}}); });
  expect_nothing_holds_up("resized", [&] { window_.resize(1400, 900); });
  expect_nothing_holds_up("one view", [&] { window_.run("view.maximise", {}); });
  expect_nothing_holds_up("moved", [&] {
    for (int i = 0; i < 5; ++i) wheel(xy(), 1, Qt::ControlModifier, {300, 300});
  });
}

TEST_F(SlowDrawingTest, ManyMarks) {
  open_stacks(1, {50, 1, 1, 2000, 2000});
  auto points = PointList();
  ShapeList shapes;
  TrackList tracks;
  for (std::int64_t i = 0; i < 200'000; ++i) {
    const double y = static_cast<double>(i * 7919 % 2000),
                 x = static_cast<double>(i * 104729 % 1999);
    points.push_back({});
    points.back().at = {0.5, y, x};
    if (i % 10 == 0) {
      shapes.push_back(*make_shape("ellipse", {{x, y}, {x + 12, y + 9}}));
    }
    const std::int64_t track = i / 50, t = i % 50;
    tracks.points.push_back({track + 1,
                             t,
                             {0.5, static_cast<double>(track * 7919 % 1900 + t),
                              static_cast<double>(track * 977 % 1900 + t)}});
  }
  const auto points_layer = std::make_shared<PointsLayer>("points", std::move(points));
  const auto shapes_layer = std::make_shared<ShapesLayer>("shapes", std::move(shapes));
  const auto tracks_layer = std::make_shared<TracksLayer>("tracks", std::move(tracks));
  expect_nothing_holds_up("points", [&] { workspace_.layers().add(points_layer); });
  expect_nothing_holds_up("panned", [&] { window_.run("view.reset", {}); });
  workspace_.layers().remove(1);
  expect_nothing_holds_up("shapes", [&] { workspace_.layers().add(shapes_layer); });
  expect_nothing_holds_up("panned", [&] { window_.run("view.reset", {}); });
  expect_nothing_holds_up("one moved", [&] {
    ShapesLook look = shapes_layer->look();
    ShapeList moved = *look.data;
    moved[7000] = *make_shape("ellipse", {{100, 100}, {300, 300}});
    look.data = std::make_shared<ShapeList>(std::move(moved));
    look.selected = 7000;
    shapes_layer->set_look(look);
  });
  show_people(window_, "many_shapes");
  workspace_.layers().remove(1);
  expect_nothing_holds_up("tracks", [&] { workspace_.layers().add(tracks_layer); });
  expect_nothing_holds_up("time", [&] { workspace_.view().set_time(49); });
}

TEST(MarksPicture, ManyComeMeanwhileAndAreTheSame) {
  LayerList layers;
  ShapeList shapes;
  for (int i = 0; i < 1500; ++i) {
    const double y = i / 40 * 10, x = i % 40 * 10;
    shapes.push_back(*make_shape("ellipse", {{x, y}, {x + 8, y + 8}}));
  }
  layers.add(std::make_shared<ShapesLayer>("shapes", std::move(shapes)));
  int calls = 0;
  MarksPicture marks([&] { ++calls; });
  const auto blank = [] {
    QImage image(400, 300, QImage::Format_RGB32);
    image.fill(Qt::black);
    return image;
  };
  const auto painted = [&](const ViewTransform& view) {
    QImage image = blank();
    QPainter painter(&image);
    marks.paint(painter, shown_marks(layers), view, 0, 1);
    return image;
  };
  const auto at_once = [&](const ViewTransform& view) {
    QImage image = blank();
    QPainter painter(&image);
    paint_vectors(painter, shown_marks(layers), view, 0, 1, 1);
    return image;
  };
  const ViewTransform view{Plane::kXY, {0.5, 150, 200}, 1, 400, 300, {}};
  EXPECT_EQ(painted(view), blank()) << "nothing yet";
  EXPECT_FALSE(marks.drawn());
  ASSERT_TRUE(wait_until([&] { return calls == 1; }));
  EXPECT_EQ(painted(view), at_once(view));
  EXPECT_TRUE(marks.drawn());
  ViewTransform moved = view;
  moved.centre.x += 20;
  const QImage shifted = painted(moved);
  EXPECT_EQ(shifted.copy(0, 0, 380, 300), at_once(view).copy(20, 0, 380, 300)) << "moved along";
  painted(view);  // of wishes that come meanwhile the last is the one
  ShapesLook look = dynamic_cast<ShapesLayer&>(layers.at(0)).look();
  look.color = {0, 0, 255};
  dynamic_cast<ShapesLayer&>(layers.at(0)).set_look(look);
  painted(view);
  ASSERT_TRUE(wait_until([&] { return marks.drawn(); }));
  EXPECT_EQ(painted(view), at_once(view));
  marks.hurry();
  EXPECT_EQ(painted(moved), at_once(moved)) << "in a hurry";
}

TEST_F(SlowDrawingTest, ManyStepsAtOnce) {
  LabelArray none(Index3{1, 2000, 2000});
  const auto layer = std::make_shared<LabelsLayer>("labels", LabelVolume::from_dense(none.view()));
  workspace_.layers().add(layer);
  show_layers();
  LayerHistory& history = workspace_.history();
  for (int i = 0; i < 500; ++i) {
    LabelEditor editor(layer, 0);
    const Index3 at{0, 20 + (i * 37) % 1900, 20 + (i * 91) % 1900};
    for (int k = 0; k < 40; ++k)
      editor.writer().set_row(at + Index3{0, k, 0}, 40, 1 + i, [](auto) { return true; });
    editor.changed({at, at + Index3{1, 40, 40}});
    history.add_edit(*editor.commit());
    history.note("stroke");
  }
  settle();
  ASSERT_EQ(history.count(), 500u);
  expect_nothing_holds_up("back", [&] { window_.run("edit.go_to_step", {{"done", 0}}); });
  EXPECT_EQ(history.done(), 0u);
  EXPECT_EQ(layer->labels().highest_id(), 0u);
  expect_nothing_holds_up("forth", [&] { window_.run("edit.go_to_step", {{"done", 500}}); });
  EXPECT_EQ(layer->labels().at({0, 20 + (499 * 37) % 1900, 20 + (499 * 91) % 1900}), 500u);
}

}  // namespace
}  // namespace karyo::gui
