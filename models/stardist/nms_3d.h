#pragma once

/// One polyhedron an object: of those that overlap, the most probable stays (3D).

#include "models/stardist/instances.h"
#include "models/stardist/rays.h"

namespace karyo::stardist {

class ShapeDevice;

/// nms_2d in a volume: overlap is the number of voxels inside both over the smaller of the two
/// volumes. Spheres within and around both decide what they can before.
/// device   a GPU that is asked first to count voxels (shape_device.h), or null.
/// Threads  pure; the result depends neither on it nor on `threads` (0: all cores).
/// Cost     linear in candidates for a given crowding, whatever the sizes; memory as well.
/// Equal    to nms_3d_reference.
/// Source   stardist 0.9.2, non_maximum_suppression_3d. Its bounds by kernels and convex hulls are
///          left out: they change a decision only where counting voxels and measuring volume fall
///          on two sides of the threshold.
Candidates3d nms_3d(const Candidates3d& candidates, const Rays3d& rays, float threshold,
                    int threads = 0, ShapeDevice* device = nullptr);

/// One after another; voxels of every pair whose bounds do not decide are tested one by one.
Candidates3d nms_3d_reference(const Candidates3d& candidates, const Rays3d& rays, float threshold);

}  // namespace karyo::stardist
