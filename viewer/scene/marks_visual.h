#pragma once

/// Points, shapes, tracks and surfaces in a 3D view, where they are in the planes.

#include <vtkActor.h>
#include <vtkOpenGLPolyDataMapper.h>
#include <vtkOpenGLSphereMapper.h>
#include <vtkPolyData.h>
#include <vtkSmartPointer.h>

#include <vector>

#include "viewer/scene/scene_request.h"

namespace karyo {

/// The geometry of a layer of marks in the world: vertices, lines or triangles, with a colour a
/// point. Threads  pure.
vtkSmartPointer<vtkPolyData> marks_geometry(const MarksItem& item);

/// Points are discs of a size on screen, or balls of a size in voxels; lines are as wide as in the
/// planes; surfaces are lit from the eye.
/// Threads  as its scene: one.
class MarksVisual {
 public:
  MarksVisual();
  /// `scale`: pixels for one of the screen's.
  void update(const MarksItem& item, const std::vector<HalfSpace>& cuts, double scale);
  vtkActor* prop() { return actor_; }

 private:
  vtkSmartPointer<vtkOpenGLPolyDataMapper> mapper_;
  vtkSmartPointer<vtkOpenGLSphereMapper> balls_;
  vtkSmartPointer<vtkActor> actor_;
  bool made_ = false;
  MarksItem shown_;  // what it holds is shared with the layer
};

}  // namespace karyo
