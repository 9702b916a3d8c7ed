#pragma once

/// Random changes of a training patch; labels follow the picture and stay whole numbers.
///
/// flip       each axis mirrored with probability 1/2
/// rotate     quarter turns; with flip, all eight orientations equally often. Patches that are
///            not square turn by 0 or 180 degrees only
/// zoom       by 0.75 to 1.33 about the patch's centre; linear for pixels, nearest for labels
/// turn       by any angle; elastic: bent smoothly, by 3 pixels at one point in 32 (warp.h)
/// intensity  x * U(0.6, 2) + U(-0.2, 0.2), on normalised values, all channels alike
/// blur       with a Gaussian of sigma U(0, 1.5) pixels, before noise
/// noise      + 0.02 * U(0, 1) * N(0, 1) at each pixel
///
/// A strength other than 1 multiplies how far each goes: turn=0.1 is up to 18 degrees, zoom=0.5
/// 0.875 to 1.165, noise=2 up to 0.04. 0 is off, and draws nothing.
///
/// flip + rotate + intensity + noise is the augmenter of stardist's example and of ZeroCostDL4Mic.

#include <cstdint>
#include <vector>

#include "core/base/random.h"
#include "core/image/axes.h"
#include "models/train/train_config.h"

namespace karyo {

/// A patch on its way into a batch: (C, D, H, W) pixels, (D, H, W) labels; D is 1 in 2D. Volumes
/// are turned, mirrored and zoomed in their planes: along z, light makes a difference.
struct Patch {
  std::int64_t channels = 0, height = 0, width = 0;
  std::vector<float> pixels;
  std::vector<std::uint32_t> labels;
  std::int64_t depth = 1;
};

/// One of the eight ways a rectangle can lie on itself: transposed first, then mirrored.
struct Orientation {
  bool transpose = false, mirror_y = false, mirror_x = false;
};
Orientation draw_orientation(Random& random, const AugmentSet& set, bool square);

/// A transposing orientation swaps height and width.
void orient(Patch& patch, Orientation orientation);
/// The same for planes of pixels alone, one after the other: channels, or planes of a stack.
void orient_planes(std::vector<float>& pixels, std::int64_t height, std::int64_t width,
                   Orientation orientation);

/// The part of `source` about its centre, of the given size, magnified by `factor`. Beyond the
/// source's border pixels are mirrored (only where the source is smaller than size / factor).
Patch zoomed(const Patch& source, std::int64_t height, std::int64_t width, double factor);

void change_intensity(Patch& patch, Random& random, double strength = 1);
void add_noise(Patch& patch, Random& random, double strength = 1);

inline constexpr double kZoomLow = 0.75, kZoomHigh = 1.33;
inline constexpr double kBlurSigma = 1.5;

}  // namespace karyo
