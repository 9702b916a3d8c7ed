#pragma once

/// Objects tidied by their pieces, sizes and numbers.
///
/// For id 0: all objects. Those that the rule keeps (locked, or outside PaintOver::kInside) are
/// left alone. Pieces hang together if only by corners (annotation/pieces.h). Errors common to all
/// that take an object: kNotFound without it; kInvalidArgument when the rule keeps it.

#include <limits>
#include <utility>
#include <vector>

#include "annotation/object_at.h"
#include "annotation/paint_rule.h"
#include "core/base/result.h"
#include "core/labels/label_volume.h"

namespace karyo {

/// Deletes all pieces but the one with the most voxels (the first of equal ones).
Result<Box3> keep_largest_piece(LabelWriter& writer, const LabelVolume& labels,
                                const ObjectAt& object, const PaintRule& rule);

/// Deletes pieces of fewer than `least_voxels`, also where none is left of the object.
Result<Box3> delete_small_pieces(LabelWriter& writer, const LabelVolume& labels,
                                 const ObjectAt& object, std::int64_t least_voxels,
                                 const PaintRule& rule);

/// Gives pieces ids of their own: the largest keeps the object's, the others get the next free
/// numbers from `new_id` on, in the order of their first voxels.
/// Errors: also kTooLarge when no numbers are left (the writer is to be dropped then).
Result<ObjectChange> split_pieces(LabelWriter& writer, const LabelVolume& labels,
                                  const ObjectAt& object, std::uint32_t new_id,
                                  const PaintRule& rule);

struct Renumbered {
  Box3 box;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ids;  ///< old and new, those that changed
};
/// Gives the objects the numbers 1, 2, ... in the order of their first voxels (slice by slice, row
/// by row). Objects that the rule keeps also keep their numbers, which are passed over.
Renumbered renumber_objects(LabelWriter& writer, const LabelVolume& labels, const PaintRule& rule);

enum class BorderSides {
  kRows,  ///< left, right, top, bottom
  kAll,   ///< first and last slice, too (of a stack)
};
/// Deletes objects that touch the image's border.
ObjectChange delete_border_objects(LabelWriter& writer, const LabelVolume& labels,
                                   BorderSides sides, const PaintRule& rule);

/// Deletes objects with fewer than `least` or more than `most` voxels.
ObjectChange delete_objects_by_size(LabelWriter& writer, const LabelVolume& labels,
                                    std::int64_t least, const PaintRule& rule,
                                    std::int64_t most = std::numeric_limits<std::int64_t>::max());

}  // namespace karyo
