#include "viewer/scene/labels_cast_visual.h"

#include <algorithm>

#include "core/base/parallel.h"
#include "viewer/scene/scene_labels.h"
#include "viewer/scene/vtk_bridge.h"

namespace karyo {
namespace {

/// The fourth component is 255 in objects and 0 between them.
vtkSmartPointer<vtkImageData> coloured(const SurfaceItem& item) {
  const SceneLabels scene = labels_for_scene(item.labels, item.grid);
  const auto image = make_vtk_image(scene.labels.shape(), scene.grid, VTK_UNSIGNED_CHAR, 4);
  auto* out = static_cast<std::uint8_t*>(image->GetScalarPointer());
  constexpr std::int64_t kGrain = 1 << 16;
  parallel_for(0, scene.labels.count(), kGrain, [&](std::int64_t first, std::int64_t last) {
    std::uint32_t before = 0;  // neighbours are mostly of one object
    Rgb colour;
    for (std::int64_t i = first; i < last; ++i) {
      const std::uint32_t id = scene.labels.data()[i];
      const bool shown = item.shows(id);
      if (shown && id != before) {
        colour = item.colours.of(id);
        before = id;
      }
      out[4 * i] = shown ? colour.r : 0;
      out[4 * i + 1] = shown ? colour.g : 0;
      out[4 * i + 2] = shown ? colour.b : 0;
      out[4 * i + 3] = shown ? 255 : 0;
    }
  });
  return image;
}

}  // namespace

LabelsCastVisual::LabelsCastVisual()
    : texture_(std::make_shared<CastTexture>(CastTexture::Between::kNearest)),
      visual_(CastVisual::Kind::kVoxels, texture_) {}

void LabelsCastVisual::update(const SurfaceItem& item, const CastSettings& settings) {
  if (!coloured_ || item.only != shown_.only || !(item.grid == shown_.grid) ||
      !(item.colours == shown_.colours) || !same_tiles(item.labels, shown_.labels)) {
    texture_->set_image(coloured(item));
    coloured_ = true;
    shown_ = item;
  }
  visual_.update(settings);
}

}  // namespace karyo
