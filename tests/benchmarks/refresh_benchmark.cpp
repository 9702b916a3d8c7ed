// What is drawn again after labels change: a brush dab, an object recoloured, a whole mask
// replaced.

#include <string>

#include "tests/benchmarks/scenes.h"
#include "viewer/scene/slice_compositor.h"

namespace karyo::bench {
namespace {

using State = benchmark::State;

struct Scene {
  LayerList layers;
  LabelsLayer* labels = nullptr;
  ViewTransform view;
  SliceCompositor compositor;
  RgbaImage picture;

  /// The middle of an image, or of a stack's middle plane, at a pixel a voxel.
  explicit Scene(Index3 shape) {
    layers.add(image_layer(volume_of({1, 1, shape.z, shape.y, shape.x})));
    labels = &layers.add(labels_layer(shape));
    const auto middle = [](std::int64_t count) { return static_cast<double>(count) / 2; };
    view = {Plane::kXY, {middle(shape.z), middle(shape.y), middle(shape.x)}, 1, kWidth, kHeight};
    compositor.compose(layers, view, 0, picture);
  }
};

/// A dab of 32 pixels is written into the labels and drawn: what one event of a stroke costs.
void dab(State& state, Index3 shape) {
  Scene scene(shape);
  const std::int64_t y0 = shape.y / 2, x0 = shape.x / 2;
  const std::int64_t z = shape.z / 2, span = std::min<std::int64_t>(shape.x / 4, 400);
  run_frames(state, [&](std::int64_t number) {
    const std::int64_t y = y0 + number * 7 % span, x = x0 + number * 13 % span;
    LabelWriter writer(scene.labels->editable_labels());
    for (std::int64_t dy = -16; dy < 16; ++dy) {
      for (std::int64_t dx = -16; dx < 16; ++dx) {
        if (dy * dy + dx * dx < 256) {
          writer.set({z, y + dy, x + dx}, static_cast<std::uint32_t>(number % 900 + 1));
        }
      }
    }
    writer.finish();
    const Box3 box{{z, y - 16, x - 16}, {z + 1, y + 16, x + 16}};
    scene.labels->notify_changed(box);
    scene.compositor.compose(scene.layers, scene.view, 0,
                             dirty_rect(scene.layers, *scene.labels, box, scene.view),
                             scene.picture);
    benchmark::DoNotOptimize(scene.picture.row(0));
  });
}

/// Another object is selected: everything is drawn again.
void select(State& state, Index3 shape) {
  Scene scene(shape);
  run_frames(state, [&](std::int64_t number) {
    scene.labels->set_selected(static_cast<std::uint32_t>(number * 37 % 4000 + 1));
    scene.compositor.compose(scene.layers, scene.view, 0, scene.picture);
    benchmark::DoNotOptimize(scene.picture.row(0));
  });
}

/// Labels are replaced by others, as when a threshold moves.
void replace(State& state, Index3 shape) {
  Scene scene(shape);
  const LabelVolume full = scene.labels->labels();
  const LabelVolume empty(shape);
  run_frames(state, [&](std::int64_t number) {
    scene.labels->set_labels(number % 2 == 0 ? full : empty);
    scene.compositor.compose(scene.layers, scene.view, 0, scene.picture);
    benchmark::DoNotOptimize(scene.picture.row(0));
  });
}

const bool kAdded = [] {
  const auto add_all = [](const std::string& size, Index3 shape) {
    add("labels_refresh/" + size + "/dab", [=](State& s) { dab(s, shape); });
    add("labels_refresh/" + size + "/select", [=](State& s) { select(s, shape); });
    add("labels_refresh/" + size + "/replace", [=](State& s) { replace(s, shape); });
  };
  for (const std::int64_t side : {512, 2048, 8192, 16384}) {
    add_all(std::to_string(side), {1, side, side});
  }
  for (const std::int64_t side : {128, 256, 512, 1024}) {
    add_all("stack_" + std::to_string(side), {side, side, side});
  }
  return true;
}();

}  // namespace
}  // namespace karyo::bench
