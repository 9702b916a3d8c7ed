#pragma once

/// Cutting away parts of meshes, lines and points while they are drawn.

#include <vector>

#include "viewer/scene/volume_look.h"

class vtkActor;
class vtkOpenGLPolyDataMapper;

namespace karyo {

/// To be called once, before the first picture. The actor has no transform of its own: its places
/// are those of the world.
void make_cuttable(vtkActor& actor, vtkOpenGLPolyDataMapper& mapper);
/// What lies outside of any of `cuts` (at most kMostCuts) is not drawn from now on.
void set_cuts(vtkActor& actor, const std::vector<HalfSpace>& cuts);

}  // namespace karyo
