#pragma once

/// Label objects in a 3D view: one smooth surface each, in the colours of the planes.

#include <vtkActor.h>
#include <vtkPolyData.h>
#include <vtkPolyDataMapper.h>
#include <vtkSmartPointer.h>

#include "viewer/scene/scene_request.h"

namespace karyo {

/// Surfaces of all objects in world units, with a colour a point.
///
/// Each object is meshed in its own box (discrete flying edges, then a windowed sinc filter), so
/// the cost follows the objects' volume, not their number times the stack. Objects are meshed in
/// parallel. Stacks past the budget are thinned by taking every n-th voxel.
/// Threads  pure.
vtkSmartPointer<vtkPolyData> label_surfaces(const SurfaceItem& item);

/// Threads  as its scene: one.
class LabelsSurfaceVisual {
 public:
  LabelsSurfaceVisual();
  /// Meshes anew when tiles, grid or the chosen object differ from what is shown.
  void update(const SurfaceItem& item);
  vtkActor* prop() { return actor_; }

 private:
  vtkSmartPointer<vtkPolyDataMapper> mapper_;
  vtkSmartPointer<vtkActor> actor_;
  bool meshed_ = false;
  SurfaceItem shown_;  // its tiles are shared with the layer
};

}  // namespace karyo
