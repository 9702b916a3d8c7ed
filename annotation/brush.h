#pragma once

/// The brush: a disc in one plane, or a ball, in the world's units.

#include <cstdint>
#include <optional>

#include "annotation/paint_rule.h"
#include "core/image/world.h"
#include "core/labels/label_volume.h"

namespace karyo {

struct Brush {
  double radius = 1;  ///< in the grid's unit, > 0
  /// At the first of the two places, where it is another there: it changes evenly on the way. > 0.
  std::optional<double> first_radius = {};
  bool ball = false;  ///< else a disc in `plane`, one voxel thick
  Plane plane = Plane::kXY;
  std::uint32_t label = 1;  ///< 0 erases
  PaintRule rule = {};
};

/// Paints what a brush covers on its straight way between two places of the layer's own world
/// (`grid` with its origin): voxels whose centres it passes over, and always the voxel under its
/// middle, so that the smallest brush paints. The same whatever the order of the two, their radii
/// along. Returns the box of voxels that changed, empty when none did.
Box3 paint(LabelWriter& writer, const LabelVolume& labels, const VoxelGrid& grid,
           const WorldPoint& from, const WorldPoint& to, const Brush& brush);

}  // namespace karyo
