#pragma once

/// Object ids and where the objects lie.

#include <cstdint>
#include <map>

#include "core/image/volume_view.h"

namespace karyo {

/// Gives the objects the ids 1..n in the order of their old ids; background and what is ignored
/// stay as they are. Returns n.
std::uint32_t relabel_sequential(LabelArray& labels);

/// The smallest box around each object, by id; background and what is ignored have none.
std::map<std::uint32_t, Box3> object_boxes(LabelView labels);

}  // namespace karyo
