#pragma once

/// The magic wand: what hangs together and is about as bright as the voxel clicked.

#include <cstdint>

#include "annotation/image_part.h"
#include "annotation/placed_mask.h"
#include "core/base/result.h"
#include "core/image/world.h"

namespace karyo {

struct WandOptions {
  double tolerance = 0;      ///< >= 0, in the image's values: chosen are value +- tolerance
  bool whole_stack = false;  ///< by faces through the stack; else in `plane` through the seed
  Plane plane = Plane::kXY;
  bool corners = false;  ///< pixels that touch by a corner hang together too (8-connected); planes
  /// The largest box of voxels a result may fill: a byte each.
  std::int64_t most_voxels = std::int64_t{1} << 28;
};

/// The voxels that `seed` (in voxels of the labels) reaches through voxels whose value differs from
/// its own by at most the tolerance, in the smallest box that holds them. Labels are not looked at:
/// write_mask keeps to the rule. Shown while the tolerance is dragged, then written.
///
/// Memory  while it searches, three bits for each voxel of the 64 x 64 tiles it comes to; then the
///         result.
/// Errors  kInvalidArgument when the seed is outside, kNumeric when it holds no number or the
///         tolerance is none; kTooLarge beyond most_voxels.
/// Source  ImageJ's wand (4- and 8-connected modes), with its tolerance; 64 voxels of a row at
/// once,
///         spread by doubling shifts (chess programs' occluded fill).
/// Threads pure. A whole plane of 4096² takes 40 to 100 ms: in the background.
Result<PlacedMask> wand(const ImagePart& image, const Index3& seed, const WandOptions& options);

}  // namespace karyo
