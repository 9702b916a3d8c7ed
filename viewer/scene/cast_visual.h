#pragma once

/// What lines of sight meet first in a block of colours, drawn by shaders of our own: labels voxel
/// by voxel, isosurfaces, a plane through the image.
///
/// These write depth, as surfaces do, so that meshes, planes and VTK's ray-cast volume hide each
/// other rightly. VTK's own volume mapper blends without depth and smooths across labels.

#include <vtkActor.h>
#include <vtkSmartPointer.h>

#include <memory>
#include <vector>

#include "viewer/scene/cast_texture.h"
#include "viewer/scene/volume_look.h"

namespace karyo {

class CastMapper;

struct CastSettings {
  double threshold = 0.5;       ///< of kIsosurface, against the fourth component (0 .. 1)
  double step = 0.5;            ///< of kIsosurface: world length between samples
  HalfSpace plane;              ///< of kSlice: the plane is its border
  std::vector<HalfSpace> cuts;  ///< at most kMostCuts; what lies outside any is not drawn
  Camera camera;                ///< that the scene is drawn with
};

/// Threads  as its scene: one.
class CastVisual {
 public:
  enum class Kind {
    kVoxels,      ///< each voxel with a fourth component > 0 is a solid block of its colour; faces
                  ///< turned to the viewer have it to the byte, slanted ones are darker
    kIsosurface,  ///< where the fourth component passes the threshold, in the voxels' hue
    kSlice,       ///< the plane, as far as it lies in the block
  };
  CastVisual(Kind kind, std::shared_ptr<CastTexture> texture);

  /// Not drawn while the texture has no image.
  void update(const CastSettings& settings);
  void hide() { actor_->VisibilityOff(); }
  vtkActor* prop() { return actor_; }

 private:
  const Kind kind_;
  std::shared_ptr<CastTexture> texture_;
  vtkSmartPointer<CastMapper> mapper_;
  vtkSmartPointer<vtkActor> actor_;
};

}  // namespace karyo
