#pragma once

/// A block of colours in the graphics card, for shaders of our own.

#include <vtkImageData.h>
#include <vtkOpenGLRenderWindow.h>
#include <vtkSmartPointer.h>
#include <vtkTextureObject.h>

#include "viewer/scene/camera.h"

namespace karyo {

/// Uploads when the picture it is of, or its voxels, change.
/// Threads  as its scene: one.
class CastTexture {
 public:
  enum class Between { kNearest, kLinear };
  explicit CastTexture(Between between) : between_(between) {}

  /// RGBA, 8 bits, spacing and origin in the world (viewer/scene/vtk_bridge.h). Null: nothing.
  void set_image(vtkImageData* image) { image_ = image; }
  vtkImageData* image() const { return image_; }
  /// The world box of all voxels, their outer halves included.
  WorldBox box() const;

  /// Bound to a texture unit of the window's context until release(). Returns the unit.
  int bind(vtkOpenGLRenderWindow* window);
  void unbind();
  void free(vtkWindow* window);

 private:
  const Between between_;
  vtkSmartPointer<vtkImageData> image_, uploaded_;
  vtkMTimeType uploaded_at_ = 0;
  vtkSmartPointer<vtkTextureObject> texture_;
};

}  // namespace karyo
