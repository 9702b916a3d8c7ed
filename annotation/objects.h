#pragma once

/// Changes of whole objects.

#include <cstdint>
#include <vector>

#include "core/labels/label_volume.h"

namespace karyo {

/// Gives all voxels of `from` the id `to`: merges one object into another, or deletes it (0).
/// Returns the box that may have changed; empty when there is no such object.
Box3 replace_id(LabelWriter& writer, const LabelVolume& labels, std::uint32_t from,
                std::uint32_t to);

/// The same of several at once, in the time of one.
Box3 replace_ids(LabelWriter& writer, const LabelVolume& labels, std::vector<std::uint32_t> from,
                 std::uint32_t to);

}  // namespace karyo
