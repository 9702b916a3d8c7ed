#pragma once

/// Objects of labels as a surface that can be kept.

#include "core/io/mesh_file.h"
#include "viewer/scene/scene_request.h"

namespace karyo {

/// The smooth surfaces that 3D shows, in world units, each object in its colour; large stacks are
/// thinned as there (labels_surface_visual.h). Threads: any.
SurfaceMesh label_mesh(const SurfaceItem& item);

}  // namespace karyo
