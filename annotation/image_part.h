#pragma once

/// The picture that labels are drawn on, as the tools that follow it read it: one channel at one
/// time, in memory as a whole or in part.

#include <span>

#include "core/filters/smoothing.h"
#include "core/image/volume.h"

namespace karyo {

/// Owns nothing; `volume` must outlive it. Of an image that stays in its file, `volume` is what was
/// gathered around the pointer and `origin` says where that lies.
struct ImagePart {
  const Volume& volume;
  std::int64_t t = 0, c = 0;
  Index3 origin = {};  ///< the label voxel that voxel (0, 0, 0) of the volume lies on

  /// In voxels of the labels.
  Box3 box() const { return {origin, origin + volume.shape().zyx()}; }
};

/// The values of `box` (in voxels of the labels, within part.box()) as float32; what is no finite
/// number becomes 0, so that smoothing does not spread it.
Array3<float> values_in(const ImagePart& part, const Box3& box);

/// The value at place n / 2 (rounded down) of n >= 1 sorted ones, none of them NaN; their order may
/// change.
float median_of(std::span<float> values);

/// Convolved with a Gaussian of these standard deviations in voxels, 0 to 100; an axis with a
/// single voxel is left as it is.
Array3<float> smoothed(const Array3<float>& values, PerAxis sigma);

/// The standard deviation of noise that differs from voxel to voxel, told by the differences of
/// neighbours in rows (by their median: edges do not count).
double noise_of(VolumeView<const float> values);
/// About the part of such noise that smoothed() leaves.
double noise_left(const PerAxis& sigma, const Index3& shape);

}  // namespace karyo
