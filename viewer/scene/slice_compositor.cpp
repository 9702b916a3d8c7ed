#include "viewer/scene/slice_compositor.h"

#include <algorithm>

#include "core/layers/labels_layer.h"
#include "viewer/scene/blend.h"
#include "viewer/scene/slice_compositor_reference.h"

namespace karyo {

struct SliceCompositor::State {
  int threads = 0;
};

SliceCompositor::SliceCompositor(int threads) : state_(std::make_unique<State>()) {
  state_->threads = threads;
}
SliceCompositor::~SliceCompositor() = default;
SliceCompositor::SliceCompositor(SliceCompositor&&) noexcept = default;
SliceCompositor& SliceCompositor::operator=(SliceCompositor&&) noexcept = default;

void SliceCompositor::compose(const LayerList& layers, const ViewTransform& view,
                              std::int64_t time, RgbaImage& picture) {
  picture.resize(view.width, view.height);
  compose(layers, view, time, view.viewport(), picture);
}

void SliceCompositor::compose(const LayerList& layers, const ViewTransform& view,
                              std::int64_t time, const ScreenRect& part, RgbaImage& picture) {
  const ScreenRect drawn = part.clipped_to(view.viewport());
  const RgbaImage all = compose_slice_reference(layers, view, time);
  for (int y = drawn.top; y < drawn.bottom; ++y) {
    std::copy(all.row(y) + drawn.left, all.row(y) + drawn.right, picture.row(y) + drawn.left);
  }
}

ScreenRect dirty_rect(const LayerList& layers, const Layer& layer, const Box3& box,
                      const ViewTransform& view) {
  int margin = 0;
  if (layer.kind() == LayerKind::kLabels) {
    margin = std::max(kSelectionWidth, static_cast<const LabelsLayer&>(layer).contour_width());
  } else if (static_cast<const ImageLayer&>(layer).interpolation() == Interpolation::kLinear) {
    // A sample reaches half a voxel further, in voxels larger than a pixel.
    const VoxelGrid grid = layers.grid_of(layer);
    return view.rect_of(box.padded({1, 1, 1}), grid);
  }
  return view.rect_of(box, layers.grid_of(layer), margin);
}

}  // namespace karyo
