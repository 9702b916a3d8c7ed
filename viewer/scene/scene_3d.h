#pragma once

/// A 3D view: requests in, pictures out.

#include <memory>

#include "core/base/result.h"
#include "viewer/scene/rgba_image.h"
#include "viewer/scene/scene_request.h"

namespace karyo {

/// Owns its OpenGL context and every VTK object in it. What a request shares with the one before
/// (textures, surfaces) is kept.
/// Threads  create, use and destroy it on one thread, any one.
class Scene3d {
 public:
  /// Errors: kUnsupported without OpenGL 3.2 (see GlContext).
  static Result<std::unique_ptr<Scene3d>> create();
  ~Scene3d();

  /// Errors: kInvalidArgument for an empty size, kInternal when VTK could not draw.
  Result<RgbaImage> draw(const SceneRequest& request);
  /// What draws, for people.
  const std::string& renderer() const;

 private:
  struct Parts;
  explicit Scene3d(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace karyo
