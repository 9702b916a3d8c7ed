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

}  // namespace karyo::stardist
