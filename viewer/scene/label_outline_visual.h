#pragma once

/// The outlines of a layer's selected objects in a 3D view.

#include <vtkActor.h>
#include <vtkPolyData.h>
#include <vtkPolyDataMapper.h>
#include <vtkSmartPointer.h>

#include <vector>

#include "viewer/scene/scene_request.h"

namespace karyo {

/// Each object's surface a little larger, of which only the inner side of the far part is drawn:
/// the object hides all of it but a rim. What lies before the object hides the rim too, so it says
/// where the object is in depth as well.
///
/// Threads  as its scene: one.
class LabelOutlineVisual {
 public:
  LabelOutlineVisual();
  /// `width` of the rim in the world's unit. Meshes anew when other objects are selected or labels
  /// or grid differ.
  void update(const SurfaceItem& item, const std::vector<HalfSpace>& cuts, double width);
  vtkActor* prop() { return actor_; }

 private:
  vtkSmartPointer<vtkPolyDataMapper> mapper_;
  vtkSmartPointer<vtkActor> actor_;
  vtkSmartPointer<vtkPolyData> mesh_;
  double width_ = 0;
  SurfaceItem shown_;  // its tiles are shared with the layer
};

}  // namespace karyo
