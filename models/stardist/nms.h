#pragma once

/// One polygon an object: of those that overlap, the most probable stays (2D).

#include "models/stardist/instances.h"

namespace karyo::stardist {

/// Goes through the candidates by falling probability (of equal ones, the later entry first); each
/// that is left suppresses all less probable ones whose overlap with it, intersection over the
/// smaller of the two areas, exceeds `threshold` (0..1).
///
/// returns  the survivors, most probable first.
/// Threads  pure; the result does not depend on `threads` (0: all cores).
/// Cost     linear in candidates for a given crowding, whatever the sizes; memory as well.
/// Equal    to nms_2d_reference.
/// Source   stardist 0.9.2, c_non_max_suppression_inds: polygons cut to integer vertices, areas of
///          intersections as the Clipper 6.4.2 library finds them (non-zero fill).
Candidates nms_2d(const Candidates& candidates, float threshold, int threads = 0);

/// Every pair whose boxes touch goes through Clipper.
Candidates nms_2d_reference(const Candidates& candidates, float threshold);

}  // namespace karyo::stardist
