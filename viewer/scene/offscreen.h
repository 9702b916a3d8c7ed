#pragma once

/// A 3D view to an image, once: screenshots and tests.

#include "viewer/scene/scene_3d.h"

namespace karyo {

/// Makes a scene on a thread of its own, draws and drops it; the caller's OpenGL state is left
/// alone. Needs no display. Errors as Scene3d.
Result<RgbaImage> draw_offscreen(const SceneRequest& request);

}  // namespace karyo
