#pragma once

/// From network maps to object candidates (2D).

#include <array>
#include <cstdint>
#include <vector>

#include "models/stardist/star_distances.h"

namespace karyo::stardist {

/// Star-convex polygons: entry i has prob[i], its centre points[i] and the distances
/// dist[i*rays .. (i+1)*rays) in image pixels, at angles 2*pi*k/rays from +x towards +y.
struct Candidates {
  int rays = 0;
  std::vector<float> prob;
  std::vector<std::array<float, 2>> points;  ///< (y, x) in image pixels; whole numbers
  std::vector<float> dist;

  std::size_t size() const { return prob.size(); }
  const float* distances(std::size_t i) const {
    return dist.data() + i * static_cast<std::size_t>(rays);
  }
  /// Appends entry i of `other`, which has as many rays.
  void add(const Candidates& other, std::size_t i);
  void reserve(std::size_t count);
};

/// A network output that is not owned: (height, width) on the grid, any strides (in elements).
struct ProbabilityMap {
  const float* data = nullptr;
  std::int64_t height = 0, width = 0;
  std::int64_t row_stride = 0, column_stride = 1;

  /// Rows one after another.
  static ProbabilityMap contiguous(const float* data, std::int64_t height, std::int64_t width) {
    return {data, height, width, width, 1};
  }
};

/// Distances at the same grid pixels as the probability map.
struct DistanceMap {
  const float* data = nullptr;
  int rays = 0;
  std::int64_t ray_stride = 0, row_stride = 0, column_stride = 0;

  /// (rays, h, w), as LibTorch returns it, and (h, w, rays), as numpy has it.
  static DistanceMap planar(const float* data, int rays, std::int64_t h, std::int64_t w) {
    return {data, rays, h * w, w, 1};
  }
  static DistanceMap channel_last(const float* data, int rays, std::int64_t, std::int64_t w) {
    return {data, rays, 1, w * rays, rays};
  }
};

/// Grid pixels at the sides of the map that never yield an object (spec: 2 on every side).
struct MapBorder {
  int top = 2, bottom = 2, left = 2, right = 2;
};

/// Which grid pixels become candidates.
///
/// The two ways of the reference:
///   sparse (predict_instances' default): the map of the padded image, its whole border, and
///           points at or beyond the image's own size dropped (`image_height`, `image_width`);
///           of a tile, only sides on the padded image's border have a border.
///   dense   (threshold optimisation): the map cropped by `cropped_extent`, its whole border.
struct CandidateRules {
  GridStep grid{};
  float prob_threshold = 0.5f;  ///< strictly above
  MapBorder border{};
  std::int64_t image_height = INT64_MAX, image_width = INT64_MAX;
  std::int64_t origin_y = 0, origin_x = 0;  ///< image pixel of the map's first entry (tiles)
};

/// Extent of a map that remains when an image axis was padded from `image` to `padded` pixels.
constexpr std::int64_t cropped_extent(std::int64_t image, std::int64_t padded, int step) {
  return padded / step - (padded - image) / step;
}

/// Candidates in scan order; distances are kept within 1e-3 and 1e6 pixels. NaN is never a
/// candidate.
/// Source: stardist 0.9.2, _predict_sparse_generator, _ind_prob_thresh.
Candidates select_candidates(const ProbabilityMap& prob, const DistanceMap& dist,
                             const CandidateRules& rules);

/// Vertices of entry i, (y, x) in image pixels times the scale: the float32 coordinates the
/// reference returns and draws (dist_to_coord).
std::vector<std::array<float, 2>> polygon_of(const Candidates& candidates, std::size_t i,
                                             double scale_y = 1, double scale_x = 1);

}  // namespace karyo::stardist
