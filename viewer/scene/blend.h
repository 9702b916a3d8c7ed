#pragma once

/// The arithmetic of one pixel, shared by the compositor and its plain twin so that both mean the
/// same colours: 8-bit parts, opacity in 256ths, rounding to nearest.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "core/layers/image_layer.h"
#include "core/layers/layer.h"
#include "viewer/scene/slab_planes.h"
#include "viewer/scene/view_transform.h"

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
inline int alpha_of(double opacity) {
  return static_cast<int>(std::lround(opacity * 256));
}

inline int mix_part(int below, int above, int alpha) {
  return (below * (256 - alpha) + above * alpha + 128) >> 8;
}

/// One colour part of a layer over what lies beneath.
inline std::uint8_t blend_part(int below, int above, Blending blending, int alpha) {
  switch (blending) {
    case Blending::kTranslucent:
      return static_cast<std::uint8_t>(mix_part(below, above, alpha));
    case Blending::kAdditive:
      return static_cast<std::uint8_t>(std::min(255, below + ((above * alpha + 128) >> 8)));
    case Blending::kMinimum:
      return static_cast<std::uint8_t>(mix_part(below, std::min(below, above), alpha));
    case Blending::kOpaque:
      break;
  }
  return static_cast<std::uint8_t>(above);
}

/// How a sample between voxel centres is made along one axis: voxels and their weights. Beyond a
/// border lies the border's own voxel.
struct Taps {
  std::array<std::int64_t, 4> voxel{};
  std::array<float, 4> weight{};
};

/// Voxels an axis contributes: 1, 2 or 4.
inline int tap_count(Interpolation how) {
  return how == Interpolation::kCubic ? 4 : how == Interpolation::kLinear ? 2 : 1;
}

/// `place` is a world coordinate in a voxel of [begin, end) along `axis`.
inline Taps taps_at(double place, const VoxelGrid& grid, Axis axis, std::int64_t begin,
                    std::int64_t end, Interpolation how) {
  const double position = (place - origin_along(grid, axis)) / spacing_along(grid, axis) - 0.5;
  const double below = std::floor(position);
  const auto part = static_cast<float>(position - below);
  const std::int64_t first =
      static_cast<std::int64_t>(below) - (how == Interpolation::kCubic ? 1 : 0);
  Taps taps;
  for (std::size_t i = 0; i < 4; ++i) {
    taps.voxel[i] = std::clamp(first + static_cast<std::int64_t>(i), begin, end - 1);
  }
  if (how == Interpolation::kCubic) {  // Keys (1981), a = -0.5
    const float p = part, p2 = p * p, p3 = p2 * p;
    taps.weight = {-0.5f * p3 + p2 - 0.5f * p, 1.5f * p3 - 2.5f * p2 + 1,
                   -1.5f * p3 + 2 * p2 + 0.5f * p, 0.5f * p3 - 0.5f * p2};
  } else {
    taps.weight = {1 - part, part, 0, 0};
  }
  return taps;
}

/// The weighted sum of `taps` values, `value(i)` for the i-th.
template <typename Value>
float weighted(const Taps& taps, int count, Value&& value) {
  float sum = 0;
  for (int i = 0; i < count; ++i) sum += taps.weight[static_cast<std::size_t>(i)] * value(i);
  return sum;
}

/// Planes of a layer that a slab takes together.
inline std::int64_t slab_planes(const ViewTransform& view, const VoxelGrid& grid) {
  return slab_planes(view.slab, spacing_along(grid, normal_axis(view.plane)));
}

/// A slab's mean as a voxel: whole numbers are rounded to the nearest.
template <typename T>
T slab_mean(float sum, std::int64_t planes) {
  const float mean = sum / static_cast<float>(planes);
  if constexpr (std::is_floating_point_v<T>) return static_cast<T>(mean);
  // As a double, in which every whole number of 32 bits has its place.
  const double most = static_cast<double>(std::numeric_limits<T>::max());
  const double least = static_cast<double>(std::numeric_limits<T>::lowest());
  return static_cast<T>(std::clamp(std::round(static_cast<double>(mean)), least, most));
}

/// How a layer is drawn: between voxels only where they are larger than screen pixels, and where
/// one slice is shown.
inline Interpolation interpolation_drawn(const ImageLayer& layer, const ViewTransform& view,
                                         const VoxelGrid& grid) {
  const bool magnified = view.zoom * spacing_along(grid, horizontal_axis(view.plane)) > 1 &&
                         view.zoom * spacing_along(grid, vertical_axis(view.plane)) > 1;
  return magnified && slab_planes(view, grid) == 1 ? layer.interpolation()
                                                   : Interpolation::kNearest;
}

inline constexpr int kSelectionWidth = 2;  ///< screen pixels of the selected object's contour

}  // namespace karyo
