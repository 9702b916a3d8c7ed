// Painting and what is done to whole objects, each up to the picture that shows it.

#include <algorithm>
#include <optional>
#include <string>

#include "annotation/brush.h"
#include "annotation/flood_fill.h"
#include "annotation/interpolate.h"
#include "annotation/label_edit.h"
#include "annotation/objects.h"
#include "core/labels/object_stats.h"
#include "tests/benchmarks/edit_scene.h"

namespace karyo::bench {
namespace {

using State = benchmark::State;

/// One event of the pointer: from where it was to where it is, painted and drawn.
void dab(State& state, Index3 shape, double diameter, bool ball) {
  Scene scene(shape);
  LabelEditor editor(scene.labels, 0);
  Brush brush;
  brush.radius = diameter / 2;
  brush.ball = ball;
  run_frames(state, [&](std::int64_t number) {
    brush.label = static_cast<std::uint32_t>(number / 50 % 900 + 1);
    const Box3 box = paint(editor.writer(), editor.labels(), scene.labels->grid(),
                           scene.place(number), scene.place(number + 1), brush);
    editor.changed(box);
    scene.draw(box);
  });
}

/// A stroke of 30 pieces as napari's benchmark of drawing has it, each drawn, and committed.
void stroke(State& state, Index3 shape, double diameter) {
  Scene scene(shape);
  run_frames(state, [&](std::int64_t number) {
    LabelEditor editor(scene.labels, 0);
    Brush brush;
    brush.radius = diameter / 2;
    brush.label = static_cast<std::uint32_t>(number % 900 + 1);
    for (int i = 0; i < 30; ++i) {
      const Box3 box = paint(editor.writer(), editor.labels(), scene.labels->grid(), scene.place(i),
                             scene.place(i + 1), brush);
      editor.changed(box);
      scene.draw(box);
    }
    benchmark::DoNotOptimize(editor.commit());
  });
}

/// A ball drawn in every eighth slice, filled in between.
void interpolate(State& state, Index3 shape) {
  Scene scene(shape);
  scene.labels->set_labels(LabelVolume(shape));
  {
    LabelEditor editor(scene.labels, 0);
    Brush brush;
    brush.radius = 30;
    for (std::int64_t z = 8; z + 8 < shape.z && z < 96; z += 8) {
      const WorldPoint at = centre_of({z, scene.middle.y, scene.middle.x}, scene.labels->grid());
      editor.changed(paint(editor.writer(), editor.labels(), scene.labels->grid(), at, at, brush));
    }
    benchmark::DoNotOptimize(editor.commit());
  }
  const ObjectAt object{1, object_stats(scene.labels->labels()).at(1).box};
  run_frames(state, [&](std::int64_t) {
    LabelEditor editor(scene.labels, 0);  // dropped: the next one begins where this one did
    const auto box = interpolate_slices(editor.writer(), editor.labels(), object, Plane::kXY,
                                        scene.labels->grid(), {});
    editor.changed(*box);
    scene.draw(*box);
  });
}

/// A stroke of 30 events, committed, taken back and drawn: the taking back is timed.
void undo(State& state, Index3 shape, double diameter) {
  Scene scene(shape);
  FrameTimes times;
  double most = 0;
  std::int64_t round = 0;
  for (auto _ : state) {
    LabelEditor editor(scene.labels, 0);
    Brush brush;
    brush.radius = diameter / 2;
    brush.label = static_cast<std::uint32_t>(++round % 900 + 1);
    for (int i = 0; i < 30; ++i) {
      editor.changed(paint(editor.writer(), editor.labels(), scene.labels->grid(), scene.place(i),
                           scene.place(i + 1), brush));
    }
    auto edit = editor.commit();
    if (!edit) continue;
    thin_swapped({&*edit, 1});
    most = std::max(most, static_cast<double>(edit->bytes()));
    times.time([&] {
      edit->swap();
      scene.draw(edit->box());
    });
  }
  state.counters["step_mib"] = most / (1 << 20);
  times.report(state);
}

/// One voxel changed in each tile of so many slices of 256 tiles, taken back or done again, and
/// drawn: the dearest for what undo holds, which is the voxels alone once it was thinned. `across`:
/// drawn in XZ and YZ too, which pass through the tiles of all slices.
void undo_scattered(State& state, std::int64_t slices, bool thinned, bool across) {
  constexpr std::int64_t kSide = 16 * kTileSide;
  Scene scene({slices, kSide, kSide});
  LabelEditor editor(scene.labels, 0);
  for (std::int64_t z = 0; z < slices; ++z) {
    for (std::int64_t y = 5; y < kSide; y += kTileSide) {
      for (std::int64_t x = 5; x < kSide; x += kTileSide) editor.writer().set({z, y, x}, 1000);
    }
  }
  editor.changed(Box3::of_shape(scene.labels->labels().shape()));
  auto edit = editor.commit();
  if (thinned) thin_swapped({&*edit, 1});
  run_frames(state, [&](std::int64_t) {
    edit->swap();
    scene.draw(edit->box());
    for (const Plane plane : {Plane::kXZ, Plane::kYZ}) {
      if (!across) break;
      ViewTransform view = scene.view;
      view.plane = plane;
      scene.compositor.compose(scene.layers, view, 0, scene.picture);
    }
  });
  state.counters["step_mib"] = static_cast<double>(edit->bytes()) / (1 << 20);
}

/// Background filled and filled again, over the whole plane or stack.
void fill(State& state, Index3 shape) {
  Scene scene(shape);
  const bool stack = shape.z > 1;
  scene.labels->set_labels(LabelVolume(shape));
  run_frames(state, [&](std::int64_t number) {
    LabelEditor editor(scene.labels, 0);
    const auto box = flood_fill(editor.writer(), editor.labels(), scene.middle,
                                static_cast<std::uint32_t>(number % 2 + 1), stack, Plane::kXY, {});
    editor.changed(*box);
    scene.draw(*box);
    benchmark::DoNotOptimize(editor.commit());
  });
}

/// One object gets another's number, sought in all of the labels.
void merge(State& state, Index3 shape) {
  Scene scene(shape);
  run_frames(state, [&](std::int64_t number) {
    LabelEditor editor(scene.labels, 0);
    const Box3 box =
        replace_id(editor.writer(), editor.labels(), static_cast<std::uint32_t>(number % 900 + 1),
                   static_cast<std::uint32_t>(number % 900 + 2));
    editor.changed(box);
    scene.draw(box);
    benchmark::DoNotOptimize(editor.commit());
  });
}

const bool kAdded = [] {
  for (const std::int64_t side : {512, 3072}) {
    for (const int brush : {8, 64, 256}) {
      add("stroke/2d/" + std::to_string(side) + "/brush" + std::to_string(brush), [=](State& s) {
        stroke(s, {1, side, side}, brush);
      });
    }
  }
  for (const std::int64_t side : {512, 4096, 16384}) {
    const std::string size = std::to_string(side);
    const Index3 shape{1, side, side};
    for (const int brush : {8, 64, 256, 1000}) {
      add("dab/2d/" + size + "/brush" + std::to_string(brush),
          [=](State& s) { dab(s, shape, brush, false); });
    }
    add(
        "undo/2d/" + size + "/brush64", [=](State& s) { undo(s, shape, 64); }, 50);
    add(
        "merge/2d/" + size, [=](State& s) { merge(s, shape); }, 20);
    if (side <= 4096)
      add(
          "fill/2d/" + size, [=](State& s) { fill(s, shape); }, 10);
  }
  for (const std::int64_t slices : {1, 8, 16, 128}) {
    const std::string tiles = std::to_string(slices * 256) + "_tiles";
    add(
        "undo/scattered/" + tiles, [=](State& s) { undo_scattered(s, slices, true, false); }, 50);
    add(
        "undo/scattered_at_once/" + tiles,
        [=](State& s) { undo_scattered(s, slices, false, false); }, 50);
    add(
        "undo/scattered_three_planes/" + tiles,
        [=](State& s) { undo_scattered(s, slices, true, true); }, 50);
  }
  for (const std::int64_t side : {128, 512, 1024}) {
    const std::string size = std::to_string(side);
    const Index3 shape{side, side, side};
    if (side <= 512)
      add(
          "fill/3d/" + size, [=](State& s) { fill(s, shape); }, 5);
    add(
        "interpolate/3d/" + size, [=](State& s) { interpolate(s, shape); }, 20);
    for (const int brush : {8, 64}) {
      add("dab/3d/" + size + "/brush" + std::to_string(brush),
          [=](State& s) { dab(s, shape, brush, true); });
    }
  }
  return true;
}();

}  // namespace
}  // namespace karyo::bench
