#pragma once

/// How a model's objects come among those that are there already.

#include <cstdint>
#include <vector>

#include "app/model_objects.h"
#include "core/labels/label_volume.h"
#include "core/segment/binary.h"

namespace karyo {

struct ModelPlacing {
  bool replace = false;  ///< else they come only where there are none
  PathF region = {};     ///< in which they were made; empty: everywhere
  std::vector<std::uint32_t> accepted = {};  ///< one by one: these stay in any case
  std::vector<PlacedMask> rejected = {};     ///< one by one: what is mostly one of these comes not
};

/// Leaves out of `made` what is mostly (by half) where objects are that stay, or was rejected.
/// Where objects are replaced it becomes all of `all`, the slice or stack that it was made of: with
/// background where objects go, and MaskPreview::kAsItIs where they stay. Returns how many objects
/// are left. Errors: kTooLarge. Threads: any.
Result<std::int64_t> place(PlacedLabels& made, const LabelVolume& there, const Box3& all,
                           const ModelPlacing& placing);

/// The pixels of a closed path in a plane of an image of `shape`, (1, Y, X).
Mask filled(const PathF& path, const Index3& shape);

}  // namespace karyo
