#pragma once

/// Voxels chosen by a tool, to be shown before they become labels.

#include <cstdint>
#include <vector>

#include "annotation/paint_rule.h"
#include "core/labels/label_volume.h"
#include "core/segment/binary.h"

namespace karyo {

/// Voxels that are not 0 are chosen.
struct PlacedMask {
  Mask voxels;
  Index3 origin = {};  ///< where its first voxel lies; may be outside of the labels

  Box3 box() const { return {origin, origin + voxels.shape()}; }
  /// Chosen; false outside.
  bool contains(const Index3& p) const {
    const Index3 q = p - origin;
    return box().contains(p) && voxels(q.z, q.y, q.x) != 0;
  }
};

/// What is chosen in any of them; at least one.
PlacedMask united(std::vector<PlacedMask> masks);

/// Gives `label` to the chosen voxels where the rule allows it (0 erases). Returns the box of
/// voxels that changed, empty when none did.
Box3 write_mask(LabelWriter& writer, const LabelVolume& labels, const PlacedMask& mask,
                std::uint32_t label, const PaintRule& rule);

/// Leaves what hangs together, by faces, with the voxel `seed` of the mask.
void keep_connected(Mask& mask, const Index3& seed);

/// Chooses what is enclosed: voxels from which no way by faces leads to the mask's border. An axis
/// with a single voxel has no border, so a plane's holes are those of that plane.
void fill_enclosed(Mask& mask);

}  // namespace karyo
