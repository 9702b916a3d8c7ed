#pragma once

/// Fills what is connected and alike.

#include <cstdint>

#include "annotation/paint_rule.h"
#include "core/base/result.h"
#include "core/image/world.h"
#include "core/labels/label_volume.h"

namespace karyo {

/// Gives `label` to all voxels that have the id of `seed` and hang together with it: by edges in
/// the plane through it, or by faces in the whole stack. Returns the box that changed, empty when
/// the rule or an equal label leaves all as it is.
/// Errors: kInvalidArgument when the seed is outside.
Result<Box3> flood_fill(LabelWriter& writer, const LabelVolume& labels, const Index3& seed,
                        std::uint32_t label, bool whole_stack, Plane plane, const PaintRule& rule);

}  // namespace karyo
