#pragma once

/// The arithmetic of one pixel, shared by the compositor and its plain twin so that both mean the
/// same colours: 8-bit parts, opacity in 256ths, rounding to nearest.

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/layers/image_layer.h"
#include "core/layers/layer.h"

namespace karyo {

/// Entry of the colour table for a value; NaN gets the lowest.
inline std::uint8_t table_entry(double value, const ChannelDisplay& display) {
  const ValueRange& limits = display.limits;
  double part = (value - limits.low) * (1 / (limits.high - limits.low));
  part = part > 0 ? std::min(part, 1.0) : 0.0;
  if (display.gamma != 1) part = std::pow(part, display.gamma);
  return static_cast<std::uint8_t>(part * 255 + 0.5);
}

/// 0 .. 256.
inline int alpha_of(double opacity) { return static_cast<int>(std::lround(opacity * 256)); }

inline int mix_part(int below, int above, int alpha) {
  return (below * (256 - alpha) + above * alpha + 128) >> 8;
}

/// One colour part of a layer over what lies beneath.
inline std::uint8_t blend_part(int below, int above, Blending blending, int alpha) {
  switch (blending) {
    case Blending::kTranslucent: return static_cast<std::uint8_t>(mix_part(below, above, alpha));
    case Blending::kAdditive:
      return static_cast<std::uint8_t>(std::min(255, below + ((above * alpha + 128) >> 8)));
    case Blending::kMinimum:
      return static_cast<std::uint8_t>(mix_part(below, std::min(below, above), alpha));
    case Blending::kOpaque: break;
  }
  return static_cast<std::uint8_t>(above);
}

/// Where a sample lies between voxel centres: voxels `first` and `second` (the same at a border)
/// and the share of the second.
struct LinearStep {
  std::int64_t first, second;
  float part;
};

/// `place` is a world coordinate within the extent.
inline LinearStep linear_step(double place, double spacing, std::int64_t extent) {
  const double position = place / spacing - 0.5;
  const double below = std::floor(position);
  const auto first = static_cast<std::int64_t>(below);
  return {std::clamp<std::int64_t>(first, 0, extent - 1),
          std::clamp<std::int64_t>(first + 1, 0, extent - 1), static_cast<float>(position - below)};
}

/// Values: upper left, upper right, lower left, lower right.
inline float linear_value(float ul, float ur, float ll, float lr, float across, float down) {
  const float upper = ul + (ur - ul) * across;
  const float lower = ll + (lr - ll) * across;
  return upper + (lower - upper) * down;
}

/// Whether a layer is drawn between voxels: only where they are larger than screen pixels.
inline bool drawn_linear(const ImageLayer& layer, double zoom, double spacing_across,
                         double spacing_down) {
  return layer.interpolation() == Interpolation::kLinear && zoom * spacing_across > 1 &&
         zoom * spacing_down > 1;
}

inline constexpr int kSelectionWidth = 2;  ///< screen pixels of the selected object's contour

}  // namespace karyo
