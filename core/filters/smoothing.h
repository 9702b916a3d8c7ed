#pragma once

/// Smoothing: Gaussian and median.

#include "core/filters/frames.h"

namespace karyo {

/// Along z, y, x.
struct PerAxis {
  double z = 0, y = 0, x = 0;
  friend bool operator==(const PerAxis&, const PerAxis&) = default;
};

/// Convolves with a sampled Gaussian of these standard deviations in voxels (0: not along that axis;
/// at most 100), cut off at four of them; the image is mirrored at its border, the outermost voxel
/// included: scipy.ndimage.gaussian_filter's result. (ITK's discrete kernels are others: at sigma 1
/// they leave a point 17 % higher along an axis.)
/// Errors: kInvalidArgument, kCancelled.
Result<Volume> gaussian(const Volume& volume, const PerAxis& sigma, TaskControl& control);

/// The same of one array in place, unchecked. Threads: up to `threads` (0: all cores).
void blur(Array3<float>& values, const PerAxis& sigma, int threads = 0);
/// How many voxels to either side of one a result looks at.
Index3 blur_reach(const PerAxis& sigma);

/// Each voxel becomes the median of the box of these radii in voxels around it (0 to 20;
/// itk::MedianImageFilter). Errors: kInvalidArgument, kCancelled.
Result<Volume> median(const Volume& volume, const Index3& radius, TaskControl& control);

}  // namespace karyo
