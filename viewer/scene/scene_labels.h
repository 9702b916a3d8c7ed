#pragma once

/// Labels of a 3D view in a size that can be meshed and held by a graphics card.

#include "viewer/scene/scene_request.h"

namespace karyo {

struct SceneLabels {
  LabelArray labels;
  VoxelGrid grid;
};

/// All voxels, or past kTextureBudget every n-th, from the middle of each block.
/// Threads  pure; splits the work over Z.
SceneLabels labels_for_scene(const LabelVolume& labels, const VoxelGrid& grid);

}  // namespace karyo
