#include "core/segment/split_scale.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "core/filters/smoothing.h"
#include "core/segment/distance.h"
#include "core/segment/split_volume.h"

namespace karyo {
namespace {

// Peaks that stand out by less, in pixels, are the steps of a digital outline.
constexpr double kLeastPeak = 0.75;
// Balls smaller than this, in pixels, are specks.
constexpr double kLeastRadius = 1.5;
// Added to heights, as a part of the radius, before logarithms are taken: without it the shallow
// arms of an object count as much as its body.
constexpr double kLift = 0.3;
// The dimmest and brightest voxel count as this much of a typical one.
constexpr double kLeastBrightness = 0.1, kMostBrightness = 10;
constexpr double kMostSigma = 100;  // voxels

VoxelGrid in_pixels(const VoxelGrid& grid) {
  VoxelGrid scaled;
  scaled.spacing_z = grid.spacing_z / grid.spacing_x;
  scaled.spacing_y = grid.spacing_y / grid.spacing_x;
  return scaled;
}

/// Distances in pixels of x; 0 everywhere where there is no background to be distant from.
Array3<float> distances(MaskView mask, const VoxelGrid& grid) {
  auto distance = euclidean_distance(mask, in_pixels(grid));
  if (distance.count() > 0 && !std::isfinite(*distance.begin())) {
    std::fill(distance.begin(), distance.end(), 0.0F);
  }
  return distance;
}

void blur_by(Array3<float>& values, double sigma, const VoxelGrid& grid) {
  const VoxelGrid pixels = in_pixels(grid);
  const auto along = [&](std::int64_t voxels, double spacing) {
    return voxels > 1 ? std::min(sigma / spacing, kMostSigma) : 0.0;
  };
  const Index3 shape = values.shape();
  blur(values, {along(shape.z, pixels.spacing_z), along(shape.y, pixels.spacing_y),
                along(shape.x, pixels.spacing_x)});
}

/// Multiplies heights by the brightness above the mask's dimmest, to the power `weight`; a voxel of
/// median brightness keeps its height.
void weigh_by_brightness(Array3<float>& heights, MaskView mask, Array3<float> image,
                         double weight) {
  std::vector<float> inside;
  const Index3 shape = mask.shape();
  std::int64_t i = 0;
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x, ++i) {
        if (mask(z, y, x) != 0) inside.push_back(image.data()[i]);
      }
    }
  }
  if (inside.empty()) return;
  const double least = *std::min_element(inside.begin(), inside.end());
  const auto middle = inside.begin() + static_cast<std::ptrdiff_t>(inside.size() / 2);
  std::nth_element(inside.begin(), middle, inside.end());
  const double typical = *middle - least;
  if (!(typical > 0)) return;
  for (i = 0; i < heights.count(); ++i) {
    const double part = (static_cast<double>(image.data()[i]) - least) / typical;
    const double used = std::clamp(part, kLeastBrightness, kMostBrightness);
    heights.data()[i] *= static_cast<float>(std::pow(used, weight));
  }
}

Result<void> check(const ScaleSplit& options) {
  if (!(options.radius >= 0) || !std::isfinite(options.radius)) {
    return Error(ErrorCode::kInvalidArgument, "an object's radius is a length in pixels",
                 "Give the radius of a typical object, or 0 to have it measured.");
  }
  if (!(options.smoothing >= 0 && options.smoothing <= 2)) {
    return Error(ErrorCode::kInvalidArgument, "heights are smoothed by 0 to 2 radii",
                 "0.2 is a start; more joins what only noise cuts.");
  }
  if (!(options.tolerance >= 0 && options.tolerance < 1)) {
    return Error(ErrorCode::kInvalidArgument, "the tolerance is a part of a height, 0 to below 1",
                 "0.14 is a start; a larger one cuts less.");
  }
  if (!(options.brightness >= 0 && options.brightness <= 4)) {
    return Error(ErrorCode::kInvalidArgument, "brightness counts from 0 to 4",
                 "0 goes by shape alone, 1 by both alike.");
  }
  return {};
}

}  // namespace

double typical_radius(MaskView mask, const VoxelGrid& grid) {
  const auto distance = distances(mask, grid);
  const auto parts = split_at_passes(distance, mask, kLeastPeak);
  std::vector<float> peaks;
  for (std::int64_t i = 0; i < parts.count(); ++i) {
    const std::size_t part = parts.data()[i];
    if (part == 0) continue;
    if (part > peaks.size()) peaks.resize(part);
    peaks[part - 1] = std::max(peaks[part - 1], distance.data()[i]);
  }
  std::erase_if(peaks, [](float peak) { return peak < kLeastRadius; });
  std::sort(peaks.begin(), peaks.end());
  const double power = mask.shape().z > 1 ? 3 : 2;
  double total = 0;
  for (const float peak : peaks) total += std::pow(peak, power);
  double below = 0;
  for (const float peak : peaks) {
    below += std::pow(peak, power);
    if (below >= total / 2) return peak;
  }
  return 0;
}

Result<LabelArray> split_by_scale(MaskView mask, const VoxelGrid& grid, const ScaleSplit& options,
                                  std::optional<VolumeView<const float>> image) {
  KARYO_CHECK_OK(check(options));
  const Index3 shape = mask.shape();
  const bool by_brightness = options.brightness > 0;
  if (by_brightness && (!image || !(image->shape() == shape))) {
    return Error(ErrorCode::kInvalidArgument, "the split by brightness has no image of its mask",
                 "Give the image that the mask was made from, or set brightness to 0.");
  }
  const double radius = options.radius > 0 ? options.radius : typical_radius(mask, grid);
  Array3<float> heights = distances(mask, grid);
  const double sigma = options.smoothing * radius;
  if (sigma > 0) blur_by(heights, sigma, grid);
  if (by_brightness) {
    Array3<float> smoothed(shape);
    for (std::int64_t z = 0; z < shape.z; ++z) {
      for (std::int64_t y = 0; y < shape.y; ++y) {
        const float* row = image->row(z, y);
        std::copy(row, row + shape.x, &smoothed(z, y, 0));
      }
    }
    if (sigma > 0) blur_by(smoothed, sigma, grid);
    weigh_by_brightness(heights, mask, std::move(smoothed), options.brightness);
  }
  // A part of a height is a difference of logarithms. Without any radius the mask is empty, full
  // or of specks, of which none is cut.
  const auto lift = static_cast<float>(kLift * std::max(radius, kLeastRadius));
  for (float& height : heights) height = std::log(height + lift);
  return split_at_passes(heights, mask, -std::log1p(-options.tolerance));
}

}  // namespace karyo
