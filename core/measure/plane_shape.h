#pragma once

/// Size and shape of a region in a plane, as ImageJ measures it.

#include <cstdint>
#include <vector>

#include "core/segment/wand.h"

namespace karyo {

/// Sums over a region's pixels (x, y from 0), enough for its centroid and its ellipse.
struct PixelMoments {
  double n = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
  void add(double px, double py) {
    n += 1;
    x += px;
    y += py;
    xx += px * px;
    yy += py * py;
    xy += px * py;
  }
};

/// The ellipse with the region's area and second moments, in pixels.
struct FittedEllipse {
  double major = 0, minor = 0;  ///< whole axes
  double angle = 0;             ///< degrees from +x, counter-clockwise on the screen, 0 to 180
};
/// Source: ImageJ 1.54, EllipseFitter.
FittedEllipse fitted_ellipse(const PixelMoments& moments);

/// Calipers around a region.
struct FeretMeasures {
  double longest = 0, least = 0;  ///< in the unit of the pixel's sides
  double x = 0, y = 0;            ///< pixels: the left end of the longest
  double angle = 0;               ///< of the longest, degrees, 0 to 180
  double hull_area = 0;           ///< in pixels
};
/// Of outlines along pixel corners; a pixel is `width` by `height`.
FeretMeasures feret_measures(const std::vector<Outline>& outlines, double width, double height);

}  // namespace karyo
