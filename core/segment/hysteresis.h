#pragma once

/// Two thresholds: the strict one says where objects are, the other how far they reach.

#include "core/segment/binary.h"

namespace karyo {

/// The pieces of `weak` that hold at least one voxel of `strong`, whole, as 255; 26-connected
/// (8-connected in a plane), or each plane alone. Voxels of `strong` count where they are `weak`
/// too. Both masks have the same shape. Source: Canny, IEEE Trans. PAMI 8, 1986.
Mask hysteresis(MaskView weak, MaskView strong, bool plane_by_plane = false);

}  // namespace karyo
