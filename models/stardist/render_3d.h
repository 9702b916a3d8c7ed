#pragma once

/// Polyhedra become a label volume.

#include <vector>

#include "core/image/volume_view.h"
#include "models/stardist/instances.h"
#include "models/stardist/rays.h"

namespace karyo::stardist {

class ShapeDevice;

struct RenderedPolyhedra {
  LabelArray labels;                  ///< (Z, Y, X); 1 to visible.size()
  std::vector<std::int64_t> visible;  ///< which survivor each label is, rising
};

/// survivors  most probable first (nms_3d). Where they overlap the more probable one is seen;
/// labels
///            count those of which anything is.
/// device     a GPU that is asked first (shape_device.h), or null.
/// Threads    pure; slabs of planes are split over `threads` (0: all cores); the result depends on
///            neither.
/// Source     stardist 0.9.2, polyhedron_to_label(render_mode="full") and relabel_sequential.
RenderedPolyhedra render_3d(const Candidates3d& survivors, const Rays3d& rays, Index3 shape,
                            int threads = 0, ShapeDevice* device = nullptr);

/// The part of it that lies in `box`: voxel for voxel the same objects, of those that are seen in
/// there. On the CPU.
RenderedPolyhedra render_3d_in(const Candidates3d& survivors, const Rays3d& rays, const Box3& box,
                               int threads = 0);

/// A box that holds the voxels of all of them, within an image of `shape`; empty for none.
Box3 box_around(const Candidates3d& survivors, const Rays3d& rays, Index3 shape);

}  // namespace karyo::stardist
