#pragma once

/// Points, shapes, tracks and surfaces over the composed picture of a plane.
///
/// Points show on the planes that pass their voxel, shapes in XY only, tracks as tails that end at
/// the current time, on every plane, surfaces as the lines where the plane cuts them. What lies
/// outside of the view is passed over before anything is drawn, and points that would cover each
/// other are drawn once.

#include <memory>
#include <utility>
#include <vector>

#include "core/layers/label_colors.h"
#include "core/layers/layer_list.h"
#include "core/layers/vector_layers.h"
#include "viewer/scene/slice_compositor.h"
#include "viewer/scene/view_transform.h"

class QPainter;

namespace karyo::gui {

/// The voxels along a view's normal whose marks it shows, half open: those its slab passes, at
/// least the one that holds `place`.
std::pair<double, double> marks_depth(const Slab& slab, double place, const VoxelGrid& grid,
                                      Axis normal);

/// A layer of marks and how it lies in the world.
struct ShownMarks {
  std::shared_ptr<const Layer> layer;
  VoxelGrid grid;
};
/// Those that are to be seen, from the lowest.
std::vector<ShownMarks> shown_marks(const LayerList& layers, const LayerFilter& shown = {});

/// `ratio`: physical pixels, in which `view` counts, for one of the painter's; `scale`: pixels of
/// the picture for one of the screen's, which sizes are given in.
/// Threads  any, as long as nobody changes the layers.
void paint_vectors(QPainter& painter, const std::vector<ShownMarks>& marks,
                   const ViewTransform& view, std::int64_t time, double ratio, double scale);

}  // namespace karyo::gui
