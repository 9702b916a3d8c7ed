#pragma once

/// How far each foreground pixel's object reaches along each ray: StarDist's distance targets.

#include <cstdint>
#include <vector>

#include "core/image/volume_view.h"
#include "models/stardist/rays.h"

namespace karyo::stardist {

class ShapeDevice;

/// Sampling step of the network's output, in image pixels; each >= 1.
struct GridStep {
  int y = 1, x = 1;
  friend bool operator==(const GridStep&, const GridStep&) = default;
};

/// Samples along an axis of `extent` pixels: ceil(extent / step).
constexpr std::int64_t grid_extent(std::int64_t extent, int step) {
  return extent > 0 ? (extent - 1) / step + 1 : 0;
}

/// labels   (1, H, W) uint32, 0 = background; all 32 bits count (the reference keeps 16).
/// rays     >= 1 directions, ray k at angle 2*pi*k/rays, from +x towards +y.
/// grid     entry (i, j) belongs to pixel (i*grid.y, j*grid.x).
/// returns  (H', W', rays) contiguous, H' = ceil(H/grid.y), in pixels: where the straight walk in
///          unit steps leaves the object or the image, half a pixel back; 0 on background.
/// device   a GPU that is asked first (shape_device.h), or null.
/// Threads  pure; rows are split over `threads` (0: all cores); the result depends on neither.
/// Equal    to star_distances_2d_reference bit for bit.
/// Source   Schmidt et al., MICCAI 2018; stardist 0.9.2, star_dist(mode='cpp').
std::vector<float> star_distances_2d(LabelView labels, int rays, GridStep grid, int threads = 0,
                                     ShapeDevice* device = nullptr);

/// The same in a volume.
/// labels   (Z, Y, X); grid >= 1 on each axis.
/// returns  (Z', Y', X', rays): the distance to the first voxel outside, as it was rounded to: the
///          walk's offset has whole numbers, without the half pixel back.
/// Equal    to star_distances_3d_reference bit for bit.
/// Source   Weigert et al., WACV 2020; stardist 0.9.2, star_dist3D(mode='cpp').
std::vector<float> star_distances_3d(LabelView labels, const Rays3d& rays, Index3 grid,
                                     int threads = 0, ShapeDevice* device = nullptr);

/// The walk as the paper tells it, one pixel and one ray at a time.
std::vector<float> star_distances_2d_reference(LabelView labels, int rays, GridStep grid);
std::vector<float> star_distances_3d_reference(LabelView labels, const Rays3d& rays, Index3 grid);

}  // namespace karyo::stardist
