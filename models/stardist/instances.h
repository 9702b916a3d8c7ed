#pragma once

/// From network maps to object candidates.

#include <array>
#include <cstdint>
#include <vector>

#include "models/stardist/star_distances.h"

namespace karyo::stardist {

/// Star-convex shapes: entry i has prob[i], its centre points[i] and the distances
/// dist[i*rays .. (i+1)*rays) in image pixels. `Axes` is 2 or 3.
template <int Axes>
struct CandidatesOf {
  static constexpr int kAxes = Axes;
  using Point = std::array<float, Axes>;

  int rays = 0;
  std::vector<float> prob;
  std::vector<Point> points;  ///< ((z,) y, x) in image pixels; whole numbers
  std::vector<float> dist;

  std::size_t size() const { return prob.size(); }
  const float* distances(std::size_t i) const {
    return dist.data() + i * static_cast<std::size_t>(rays);
  }
  /// Appends entry i of `other`, which has as many rays.
  void add(const CandidatesOf& other, std::size_t i) {
    prob.push_back(other.prob[i]);
    points.push_back(other.points[i]);
    dist.insert(dist.end(), other.distances(i), other.distances(i) + rays);
  }
  void reserve(std::size_t count) {
    prob.reserve(count);
    points.reserve(count);
    dist.reserve(count * static_cast<std::size_t>(rays));
  }
  /// The entries `indices`, in that order.
  CandidatesOf chosen(const std::vector<std::int64_t>& indices) const {
    CandidatesOf result;
    result.rays = rays;
    result.reserve(indices.size());
    for (const std::int64_t i : indices) result.add(*this, static_cast<std::size_t>(i));
    return result;
  }
};
/// Polygons: ray k at angle 2*pi*k/rays, from +x towards +y.
using Candidates = CandidatesOf<2>;
/// Polyhedra: ray k as Rays3d has it.
using Candidates3d = CandidatesOf<3>;

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

/// The network's maps of a volume, not owned: (depth, height, width) on the grid, distances with a
/// ray each `ray_stride` apart; strides in elements.
struct VolumeMaps {
  VolumeView<const float> prob;
  const float* dist = nullptr;
  Index3 dist_strides{};
  std::int64_t ray_stride = 1;
  int rays = 0;

  /// (d, h, w) and (d, h, w, rays), one after another, as numpy has them.
  static VolumeMaps channel_last(const float* prob, const float* dist, int rays, Index3 shape) {
    return {VolumeView<const float>(prob, shape),
            dist,
            {shape.y * shape.x * rays, shape.x * rays, rays},
            1,
            rays};
  }
};

/// CandidateRules of a volume.
struct CandidateRules3d {
  Index3 grid{1, 1, 1};
  float prob_threshold = 0.5f;                        ///< strictly above
  Index3 border_begin{2, 2, 2}, border_end{2, 2, 2};  ///< grid pixels at the sides of the map
  Index3 image{INT64_MAX, INT64_MAX, INT64_MAX};
  Index3 origin{0, 0, 0};
};

/// select_candidates in a volume.
Candidates3d select_candidates_3d(const VolumeMaps& maps, const CandidateRules3d& rules);

/// Vertices of entry i, (y, x) in image pixels times the scale: the float32 coordinates the
/// reference returns and draws (dist_to_coord).
std::vector<std::array<float, 2>> polygon_of(const Candidates& candidates, std::size_t i,
                                             double scale_y = 1, double scale_x = 1);

}  // namespace karyo::stardist
