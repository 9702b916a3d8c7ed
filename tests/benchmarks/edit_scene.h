#pragma once

/// What the benchmarks of editing look at and draw.

#include <algorithm>
#include <cmath>
#include <memory>

#include "tests/benchmarks/scenes.h"
#include "viewer/scene/slice_compositor.h"

namespace karyo::bench {

/// Image and labels, looked at in the middle at a pixel a voxel. The labels are the scene's own:
/// edits copy the tiles they touch.
struct Scene {
  LayerList layers;
  std::shared_ptr<const Volume> volume;
  std::shared_ptr<LabelsLayer> labels;
  ViewTransform view;
  SliceCompositor compositor;
  RgbaImage picture;
  Index3 middle;

  explicit Scene(Index3 shape)
      : volume(volume_of({1, 1, shape.z, shape.y, shape.x})),
        labels(labels_layer(shape)),
        middle{shape.z / 2, shape.y / 2, shape.x / 2} {
    layers.add(image_layer(volume));
    layers.add(labels);
    view = {Plane::kXY, centre_of(middle, labels->grid()), 1, kWidth, kHeight};
    compositor.compose(layers, view, 0, picture);
  }
  void draw(const Box3& box) {
    if (box.empty()) return;
    compositor.compose(layers, view, 0, dirty_rect(layers, *labels, box, view), picture);
    benchmark::DoNotOptimize(picture.row(0));
  }
  /// Where the pointer is at the n-th event of a stroke that goes round and round.
  WorldPoint place(std::int64_t number) const {
    const double reach = std::min<double>(300, static_cast<double>(middle.y) / 2);
    const double angle = static_cast<double>(number) * 0.12;
    WorldPoint at = centre_of(middle, labels->grid());
    at.y += reach * std::sin(angle);
    at.x += reach * std::cos(angle);
    return at;
  }
};

}  // namespace karyo::bench
