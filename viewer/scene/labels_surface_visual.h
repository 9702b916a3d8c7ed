#pragma once

/// Label objects in a 3D view: one smooth surface each, in the colours of the planes.

#include <vtkActor.h>
#include <vtkOpenGLPolyDataMapper.h>
#include <vtkPolyData.h>
#include <vtkSmartPointer.h>

#include <vector>

#include "viewer/scene/scene_request.h"

namespace karyo {

/// Surfaces of all objects in world units, with a colour a point.
///
/// Each object is meshed in its own box (discrete flying edges, then a windowed sinc filter), so
/// the cost follows the objects' volume, not their number times the stack. Objects are meshed in
/// parallel. Stacks past the budget are thinned by taking every n-th voxel.
/// Threads  pure.
vtkSmartPointer<vtkPolyData> label_surfaces(const SurfaceItem& item);

/// The same of these objects alone; no points where there is none of them.
/// Threads  pure.
vtkSmartPointer<vtkPolyData> object_surfaces(const SurfaceItem& item,
                                             const std::vector<std::uint32_t>& ids);

/// Threads  as its scene: one.
class LabelsSurfaceVisual {
 public:
  LabelsSurfaceVisual();
  /// Meshes anew when tiles, grid, colours or the chosen object differ from what is shown. What
  /// lies outside of any of `cuts` (at most kMostCuts) is not drawn.
  void update(const SurfaceItem& item, const std::vector<HalfSpace>& cuts);
  void hide() { actor_->VisibilityOff(); }
  vtkActor* prop() { return actor_; }

 private:
  vtkSmartPointer<vtkOpenGLPolyDataMapper> mapper_;
  vtkSmartPointer<vtkActor> actor_;
  bool meshed_ = false;
  SurfaceItem shown_;  // its tiles are shared with the layer
};

}  // namespace karyo
