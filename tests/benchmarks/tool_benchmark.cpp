// Tools that look at the picture: the wand, the smart outline, one click, the brush that stops at
// edges. What follows the pointer is timed up to the picture that shows it.

#include <string>

#include "annotation/adaptive_brush.h"
#include "annotation/label_edit.h"
#include "annotation/live_wire.h"
#include "annotation/one_click.h"
#include "annotation/wand.h"
#include "tests/benchmarks/edit_scene.h"

namespace karyo::bench {
namespace {

using State = benchmark::State;

/// The search of a whole plane or stack, in which everything is taken: the most there is.
void wand(State& state, Index3 shape) {
  const Scene scene(shape);
  WandOptions options;
  options.tolerance = 255;
  options.whole_stack = shape.z > 1;
  run_frames(state, [&](std::int64_t) {
    benchmark::DoNotOptimize(karyo::wand({*scene.volume}, scene.middle, options));
  });
}

PointF in_plane(const WorldPoint& place) {
  return {place.x, place.y};
}

/// A click: edges are found around it.
void live_wire_anchor(State& state, Index3 shape) {
  const Scene scene(shape);
  run_frames(state, [&](std::int64_t number) {
    const auto wire = LiveWire::around({*scene.volume}, scene.labels->grid(), Plane::kXY,
                                       scene.middle.z, in_plane(scene.place(number)));
    benchmark::DoNotOptimize(wire->snapped(in_plane(scene.place(number)), 4));
  });
}

/// The pointer goes on: the way to where it is. It comes to new places all the time.
void live_wire_move(State& state, Index3 shape) {
  const Scene scene(shape);
  const PointF anchor = in_plane(scene.place(0));
  const auto wire =
      LiveWire::around({*scene.volume}, scene.labels->grid(), Plane::kXY, scene.middle.z, anchor);
  run_frames(state, [&](std::int64_t number) {
    if (number % 100 == 0) wire->snapped(anchor, 4);
    const double away = static_cast<double>(number % 100) * 1.2;
    benchmark::DoNotOptimize(wire->path_to({anchor.x - away, anchor.y + away / 2}));
  });
}

void one_click(State& state, Index3 shape) {
  const Scene scene(shape);
  OneClickOptions options;
  options.whole_stack = shape.z > 1;
  const LabelVolume none(shape);
  run_frames(state, [&](std::int64_t number) {
    const Index3 at = voxel_at(scene.place(number), scene.labels->grid());
    benchmark::DoNotOptimize(
        karyo::one_click({*scene.volume}, none, scene.labels->grid(), at, options));
  });
}

/// One event of the pointer: from where it was, which is painted, to where it is, painted and
/// drawn.
void adaptive(State& state, Index3 shape, double diameter, bool ball) {
  Scene scene(shape);
  LabelEditor editor(scene.labels, 0);
  AdaptiveStroke stroke(scene.labels->grid());
  Brush brush;
  brush.radius = diameter / 2;
  brush.ball = ball;
  run_frames(state, [&](std::int64_t number) {
    brush.label = static_cast<std::uint32_t>(number / 50 % 900 + 1);
    const Box3 box = stroke.paint(editor.writer(), editor.labels(), {*scene.volume},
                                  scene.place(number), scene.place(number + 1), brush);
    editor.changed(box);
    scene.draw(box);
  });
}

const bool kAdded = [] {
  for (const std::int64_t side : {512, 4096}) {
    const std::string size = std::to_string(side);
    const Index3 shape{1, side, side};
    add(
        "wand/2d/" + size, [=](State& s) { wand(s, shape); }, 20);
    add("live_wire/anchor/" + size, [=](State& s) { live_wire_anchor(s, shape); });
    add("live_wire/move/" + size, [=](State& s) { live_wire_move(s, shape); });
    add("one_click/2d/" + size, [=](State& s) { one_click(s, shape); });
    for (const int brush : {8, 64, 256, 1000}) {
      add("adaptive/2d/" + size + "/brush" + std::to_string(brush),
          [=](State& s) { adaptive(s, shape, brush, false); });
    }
  }
  for (const std::int64_t side : {128, 512}) {
    const std::string size = std::to_string(side);
    const Index3 shape{side, side, side};
    add(
        "wand/3d/" + size, [=](State& s) { wand(s, shape); }, 5);
    add(
        "one_click/3d/" + size, [=](State& s) { one_click(s, shape); }, 20);
    for (const int brush : {8, 64}) {
      add("adaptive/3d/" + size + "/brush" + std::to_string(brush),
          [=](State& s) { adaptive(s, shape, brush, true); });
    }
  }
  return true;
}();

}  // namespace
}  // namespace karyo::bench
