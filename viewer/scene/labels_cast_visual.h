#pragma once

/// Label objects in a 3D view voxel by voxel, in exactly the labels' colours.

#include <memory>

#include "viewer/scene/cast_visual.h"
#include "viewer/scene/scene_request.h"

namespace karyo {

/// Threads  as its scene: one.
class LabelsCastVisual {
 public:
  LabelsCastVisual();
  /// Makes the block of colours anew when tiles, grid, colours or the chosen object differ.
  void update(const SurfaceItem& item, const CastSettings& settings);
  void hide() { visual_.hide(); }
  vtkActor* prop() { return visual_.prop(); }

 private:
  std::shared_ptr<CastTexture> texture_;
  CastVisual visual_;
  bool coloured_ = false;
  SurfaceItem shown_;  // its tiles are shared with the layer
};

}  // namespace karyo
