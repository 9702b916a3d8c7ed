#pragma once

/// Slices between drawn slices, and slices copied.

#include "annotation/object_at.h"
#include "annotation/paint_rule.h"
#include "core/base/result.h"
#include "core/image/world.h"
#include "core/labels/label_volume.h"

namespace karyo {

/// Fills the gaps of an object along a plane's normal: where slices without it lie between two with
/// it, its outline goes over from one to the other. A voxel belongs to it where the signed distance
/// to the outline (positive inside, Euclidean in the slice), taken linearly between the two, is not
/// negative. Only background is filled, and only as the rule allows. Slices whose shapes are far
/// apart may have nothing between them. Returns the box that changed; empty when there is no gap.
/// Errors: kNotFound; kInvalidArgument when it is locked or outside the rule.
/// Source  shape-based interpolation, Raya & Udupa, IEEE Trans. Med. Imaging 9, 1990.
Result<Box3> interpolate_slices(LabelWriter& writer, const LabelVolume& labels,
                                const ObjectAt& object, Plane plane, const VoxelGrid& grid,
                                const PaintRule& rule);

/// Adds an object's outline in slice `from` to slice `to`; for id 0 of all objects but those that
/// the rule keeps. Only background is filled, and only as the rule allows; what is there stays.
/// Errors: kInvalidArgument for a slice outside, and as above (kNotFound: not in slice `from`).
Result<Box3> copy_to_slice(LabelWriter& writer, const LabelVolume& labels, const ObjectAt& object,
                           Plane plane, std::int64_t from, std::int64_t to, const PaintRule& rule);

}  // namespace karyo
