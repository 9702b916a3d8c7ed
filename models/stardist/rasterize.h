#pragma once

/// Polygons become a label image (2D).

#include "models/stardist/instances.h"

namespace karyo::stardist {

class ShapeDevice;

/// survivors  most probable first (nms_2d); entry i becomes label i + 1.
/// shape      (1, H, W) of the image.
/// scale_*    stretches distances and points: 1 / the factor the image was zoomed by before
///            prediction.
/// Where polygons overlap the more probable one is on top, so a label may be hidden entirely.
/// A pixel belongs to a polygon when its centre is inside or on an edge.
/// device     a GPU that is asked first (shape_device.h), or null: the result is the same.
/// Threads    pure, on the caller's thread.
/// Source     stardist 0.9.2, polygons_to_label; scikit-image 0.26, draw.polygon: pixel-equal.
LabelArray render_2d(const Candidates& survivors, Index3 shape, double scale_y = 1,
                     double scale_x = 1, ShapeDevice* device = nullptr);

}  // namespace karyo::stardist
