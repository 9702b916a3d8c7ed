#pragma once

/// The last step of every split: parts of an object that were numbered become objects.

#include "annotation/object_crop.h"

namespace karyo {

/// `parts` begins at `origin`; 0 is what stays as it is. The part with the most voxels keeps `id`
/// (the lowest number of equal ones), the others get free ids in the order of their numbers, which
/// are added to `change`. Nothing is written on an error.
Result<void> make_objects_of_parts(LabelWriter& writer, const LabelArray& parts, Index3 origin,
                                   std::uint32_t id, FreeIds& free_ids, ObjectChange& change);

}  // namespace karyo
