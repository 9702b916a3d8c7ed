#pragma once

/// Regions drawn with the pointer: polygon, lasso, rectangle, ellipse.
///
/// A region lies in one of the three planes and reaches through a range of depths along the
/// plane's normal axis. Its paths are closed and in pixel-corner coordinates of the plane: x along
/// horizontal_axis(plane), y along vertical_axis(plane), the centre of pixel (x, y) at (x + 0.5,
/// y + 0.5). Covered are the voxels whose centre is inside, by the even-odd rule, as ImageJ fills
/// its regions (core/segment/polygon_fill.h): a tool and the ROI made from it cover the same.

#include <cstdint>
#include <span>

#include "annotation/paint_rule.h"
#include "core/base/result.h"
#include "core/image/world.h"
#include "core/labels/label_volume.h"
#include "core/segment/polygon_fill.h"

namespace karyo {

/// Depths [begin, end).
struct DepthRange {
  std::int64_t begin = 0, end = 1;
};

/// Gives `label` (0 erases) to the covered voxels where the rule allows it. What lies outside of
/// the labels is left out; a region without a single centre changes nothing. Returns the box of
/// voxels that changed.
/// Errors: kInvalidArgument for a point that is not finite.
Result<Box3> fill_region(LabelWriter& writer, const LabelVolume& labels, Plane plane,
                         const DepthRange& depths, std::span<const PathF> paths,
                         std::uint32_t label, const PaintRule& rule);

/// The box with two opposite corners, in any order.
PathF rectangle_path(const PointF& corner, const PointF& opposite);

/// The ellipse in that box. Its vertices lie at the centres of the pixel rows, so that it covers
/// exactly the pixels whose centre is inside the true ellipse; of a box with whole corners that is
/// what an oval ROI covers. Empty for a box without area, one that is not finite, and one more than
/// a million rows high.
PathF ellipse_path(const PointF& corner, const PointF& opposite);

}  // namespace karyo
