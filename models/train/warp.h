#pragma once

/// Patches seen through a moved lens: turned freely, magnified, bent. Pixels between pixels are
/// linear, labels that of the nearest pixel, so that they stay whole numbers of objects; beyond the
/// source's border both are mirrored. Volumes move in their planes, all planes alike.

#include <cstdint>
#include <vector>

#include "core/base/random.h"
#include "models/train/augment.h"

namespace karyo {

/// Where each pixel of a patch comes from: about the centre, magnified by `factor`, turned by
/// `angle` (radians, from +x towards +y), then moved by a smooth field.
struct Warp {
  double factor = 1, angle = 0;
  /// Control points of a cubic B-spline, one each kBendSpacing pixels and one beyond on each side;
  /// empty: not bent.
  std::vector<float> bend_y, bend_x;
  std::int64_t bend_columns = 0;

  bool moves() const { return factor != 1 || angle != 0 || !bend_y.empty(); }
};

inline constexpr std::int64_t kBendSpacing = 32;
inline constexpr double kBendPixels = 3;  ///< deviation of a control point at strength 1

/// A factor as "zoom" of this strength draws it: 0.75 to 1.33 at 1.
double draw_zoom(Random& random, double strength);

/// What `set` asks of a patch of this size. Draws nothing for what is off.
Warp draw_warp(Random& random, const AugmentSet& set, std::int64_t height, std::int64_t width);

/// How large a part of the image the patch can see, in pixels: to be cut before warping.
struct PlaneExtent {
  std::int64_t height = 0, width = 0;
};
PlaneExtent seen_by(const Warp& warp, std::int64_t height, std::int64_t width);

/// The part of `source` about its centre, of the given size.
Patch warped(const Patch& source, std::int64_t height, std::int64_t width, const Warp& warp);
/// The same for planes of pixels alone, which keep their size.
void warp_planes(std::vector<float>& pixels, std::int64_t height, std::int64_t width,
                 const Warp& warp);

/// A Gaussian of `sigma` pixels over each plane of the pixels; 0 changes nothing.
void blur(Patch& patch, double sigma);

}  // namespace karyo
