#pragma once

/// Objects made larger, smaller, smoother, or moved.
///
/// Distances are between voxel centres, in the grid's unit; with a plane each of its slices is
/// worked on alone, else the volume as a whole. Voxels are added where the rule allows (with
/// PaintOver::kEverything also over other objects, but those that are locked); an object that the
/// rule keeps is left alone. Only the object's own box and what it grows to is looked at.
/// Errors common to all: kNotFound without such an object; kInvalidArgument when it is locked or
/// outside the rule, or a size is out of range. Nothing has changed then.
/// Results are the box that changed; empty when none did.

#include <optional>

#include "annotation/object_at.h"
#include "annotation/paint_rule.h"
#include "core/base/result.h"
#include "core/image/world.h"
#include "core/labels/label_volume.h"

namespace karyo {

/// Adds what is not farther from the object than `radius` (> 0). What another object that is kept
/// would cut off from it is left out.
Result<Box3> dilate_object(LabelWriter& writer, const LabelVolume& labels, const ObjectAt& object,
                           const VoxelGrid& grid, double radius, std::optional<Plane> plane,
                           const PaintRule& rule);

/// Takes away what is not farther from the outside than `radius` (> 0); beyond the image's border
/// is no outside. Errors: also kInvalidArgument when nothing would be left.
Result<Box3> erode_object(LabelWriter& writer, const LabelVolume& labels, const ObjectAt& object,
                          const VoxelGrid& grid, double radius, std::optional<Plane> plane,
                          const PaintRule& rule);

struct MovedObject {
  Box3 box;
  std::int64_t lost = 0;  ///< voxels that had no place: beyond the border or on other objects
};
/// Moves by whole voxels, to background alone and as the rule allows; voxels that cannot go there
/// are lost to the object, which is to be said. Errors: also kInvalidArgument when all would be.
Result<MovedObject> move_object(LabelWriter& writer, const LabelVolume& labels,
                                const ObjectAt& object, const Index3& by, const PaintRule& rule);

/// Smooths outlines: a Gaussian of `sigma` (> 0, at most 100 voxels) over the object as 1 and all
/// else as 0, of which the part from 0.5 on is the object. For id 0: one object after the other.
/// Objects that would vanish stay as they are; where it is the only one, that is an error.
Result<Box3> smooth_objects(LabelWriter& writer, const LabelVolume& labels, const ObjectAt& object,
                            const VoxelGrid& grid, double sigma, std::optional<Plane> plane,
                            const PaintRule& rule);

/// Fills what an object encloses: what faces (4 neighbours in a slice, 6 in a volume) do not
/// connect to the outside of its box, nor to the image's border. For id 0: all objects. A volume of
/// one slice is a plane.
Result<Box3> fill_object_holes(LabelWriter& writer, const LabelVolume& labels,
                               const ObjectAt& object, std::optional<Plane> plane,
                               const PaintRule& rule);

}  // namespace karyo
