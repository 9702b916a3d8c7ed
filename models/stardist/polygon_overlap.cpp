#include "models/stardist/polygon_overlap.h"

#include <algorithm>
#include <clipper.hpp>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/base/parallel.h"

namespace karyo::stardist {
namespace {

/// A polygon higher than this is left to Clipper: cutting it in rows would cost more.
constexpr std::int32_t kMostBands = 2048;

}  // namespace

StarPolygons::StarPolygons(const Candidates& candidates, int threads)
    : rays_(candidates.rays), centers_(candidates.points) {
  const auto count = static_cast<std::int64_t>(candidates.size());
  vertices_.resize(static_cast<std::size_t>(count * rays_));
  boxes_.resize(static_cast<std::size_t>(count));
  areas_.resize(static_cast<std::size_t>(count));
  perimeters_.resize(static_cast<std::size_t>(count));

  const auto angle_step = static_cast<float>(2 * std::numbers::pi / rays_);
  std::vector<float> sines, cosines;
  for (int k = 0; k < rays_; ++k) {
    sines.push_back(std::sin(angle_step * static_cast<float>(k)));
    cosines.push_back(std::cos(angle_step * static_cast<float>(k)));
  }
  const auto prepare = [&](std::int64_t i) {
    const auto slot = static_cast<std::size_t>(i);
    const auto [center_y, center_x] = candidates.points[slot];
    const float* distances = candidates.distances(slot);
    Vertex* vertices = vertices_.data() + i * rays_;
    constexpr float kFar = std::numeric_limits<float>::max();
    Box box{kFar, -kFar, kFar, -kFar};
    for (int k = 0; k < rays_; ++k) {
      const float y = center_y + distances[k] * sines[static_cast<std::size_t>(k)];
      const float x = center_x + distances[k] * cosines[static_cast<std::size_t>(k)];
      box = {std::min(box.y0, y), std::max(box.y1, y), std::min(box.x0, x), std::max(box.x1, x)};
      vertices[k] = {static_cast<std::int32_t>(x), static_cast<std::int32_t>(y)};
    }
    boxes_[slot] = box;
    float doubled = 0, perimeter = 0;
    for (int k = 0; k < rays_; ++k) {
      const Vertex a = vertices[k], b = vertices[k + 1 < rays_ ? k + 1 : 0];
      doubled += static_cast<float>(std::int64_t{a.x} * b.y - std::int64_t{a.y} * b.x);
      perimeter += std::hypot(static_cast<float>(b.x - a.x), static_cast<float>(b.y - a.y));
    }
    areas_[slot] = 0.5f * std::fabs(doubled);
    perimeters_[slot] = perimeter;
  };
  parallel_for(
      0, count, 1024,
      [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) prepare(i);
      },
      threads);
}

struct OverlapTest::Scratch {
  ClipperLib::Clipper clipper;
  ClipperLib::Path first, second;
  ClipperLib::Paths result;
};

OverlapTest::OverlapTest(const StarPolygons& polygons, float threshold)
    : polygons_(polygons), threshold_(threshold), scratch_(std::make_unique<Scratch>()) {}

OverlapTest::~OverlapTest() = default;

void OverlapTest::set_first(std::int64_t i) {
  first_ = i;
  const auto* vertices = polygons_.vertices(i);
  origin_x_ = vertices[0].x;
  cut(i, a_);
  scratch_->first.clear();
  for (int k = 0; k < polygons_.rays(); ++k) {
    scratch_->first.emplace_back(vertices[k].x, vertices[k].y);
  }
}

void OverlapTest::cut(std::int64_t i, Bands& bands) const {
  const auto* vertices = polygons_.vertices(i);
  std::int32_t low = vertices[0].y, high = low;
  for (int k = 1; k < polygons_.rays(); ++k) {
    low = std::min(low, vertices[k].y);
    high = std::max(high, vertices[k].y);
  }
  bands.first = low;
  bands.count = high - low;
  if (bands.count > kMostBands) return;
  constexpr float kFar = std::numeric_limits<float>::max();
  const auto count = static_cast<std::size_t>(bands.count);
  bands.left_top.assign(count, kFar);
  bands.left_bottom.assign(count, kFar);
  bands.right_top.assign(count, -kFar);
  bands.right_bottom.assign(count, -kFar);
  bands.direct_top.assign(count, 0);
  bands.direct_bottom.assign(count, 0);
  bands.edges.assign(count, 0);
  for (int k = 0; k < polygons_.rays(); ++k) {
    auto from = vertices[k], to = vertices[k + 1 < polygons_.rays() ? k + 1 : 0];
    if (from.y == to.y) continue;
    float sign = 1;
    if (from.y > to.y) {
      std::swap(from, to);
      sign = -1;
    }
    const float slope = static_cast<float>(to.x - from.x) / static_cast<float>(to.y - from.y);
    const auto start = static_cast<float>(from.x - origin_x_);
    for (std::int32_t y = from.y; y < to.y; ++y) {
      const auto band = static_cast<std::size_t>(y - low);
      const float top = start + static_cast<float>(y - from.y) * slope, bottom = top + slope;
      bands.left_top[band] = std::min(bands.left_top[band], top);
      bands.left_bottom[band] = std::min(bands.left_bottom[band], bottom);
      bands.right_top[band] = std::max(bands.right_top[band], top);
      bands.right_bottom[band] = std::max(bands.right_bottom[band], bottom);
      bands.direct_top[band] += sign * top;
      bands.direct_bottom[band] += sign * bottom;
      ++bands.edges[band];
    }
  }
}

OverlapTest::AreaBounds OverlapTest::intersection_bounds(std::int64_t j) {
  cut(j, b_);
  const std::int32_t first = std::max(a_.first, b_.first);
  const std::int32_t last = std::min(a_.first + a_.count, b_.first + b_.count);
  AreaBounds bounds{0, 0};
  for (std::int32_t y = first; y < last; ++y) {
    const auto p = static_cast<std::size_t>(y - a_.first), q = static_cast<std::size_t>(y - b_.first);
    const float al0 = a_.left_top[p], al1 = a_.left_bottom[p];
    const float ar0 = a_.right_top[p], ar1 = a_.right_bottom[p];
    const float bl0 = b_.left_top[q], bl1 = b_.left_bottom[q];
    const float br0 = b_.right_top[q], br1 = b_.right_bottom[q];
    // The width of the intersection of what lies between two lines each is a concave function of
    // the row: at least its chords, at most its value in the middle.
    const float top = std::min(ar0, br0) - std::max(al0, bl0);
    const float bottom = std::min(ar1, br1) - std::max(al1, bl1);
    const float middle = 0.5f * (std::min(ar0 + ar1, br0 + br1) - std::max(al0 + al1, bl0 + bl1));
    if (top >= 0 && bottom >= 0) {
      bounds.upper += middle;
      // With two edges that do not cross, all between them is inside. Bands with more edges (small
      // teeth that the cut to integers leaves at top and bottom) add nothing to the lower bound.
      const bool simple = a_.edges[p] == 2 && b_.edges[q] == 2 &&
                          a_.direct_top[p] * a_.direct_bottom[p] >= 0 &&
                          b_.direct_top[q] * b_.direct_bottom[q] >= 0;
      if (simple) bounds.lower += 0.25f * (top + 2 * middle + bottom);
    } else {
      const float box = std::min(std::max(ar0, ar1), std::max(br0, br1)) -
                        std::max(std::min(al0, al1), std::min(bl0, bl1));
      bounds.upper += std::max(0.f, box);
    }
  }
  return bounds;
}

bool OverlapTest::exceeds(std::int64_t j) {
  // Overlap is compared in float32: leave what is that close to the threshold to the exact way.
  constexpr float kBelow = 1 - 1e-5f, kAbove = 1 + 1e-5f;
  const float limit = threshold_ * std::min(polygons_.area(first_), polygons_.area(j));

  const auto &a = polygons_.box(first_), &b = polygons_.box(j);
  // Integer vertices lie in the box cut towards zero, and so does every crossing once rounded.
  const float height =
      std::trunc(std::min(a.y1, b.y1)) - std::trunc(std::max(a.y0, b.y0));
  const float width = std::trunc(std::min(a.x1, b.x1)) - std::trunc(std::max(a.x0, b.x0));
  if (height <= 0 || width <= 0) return 0 > threshold_;
  if (height * width < limit * kBelow) return false;

  const float tall = std::max(a.y1 - a.y0, b.y1 - b.y0);
  if (tall < static_cast<float>(kMostBands)) {
    const AreaBounds bounds = intersection_bounds(j);
    // Clipper moves crossings to integers, by up to 0.71 pixels; that changes the area by at most
    // as much times the outline of the intersection.
    const float slack = 0.71f * std::max(polygons_.perimeter(first_), polygons_.perimeter(j)) + 2;
    if (bounds.lower - slack > limit * kAbove) return true;
    if (bounds.upper + slack < limit * kBelow) return false;
  }
  ++clipper_calls_;
  return overlap_by_clipper(j) > threshold_;
}

float OverlapTest::overlap_by_clipper(std::int64_t j) {
  Scratch& s = *scratch_;
  s.second.clear();
  const auto* vertices = polygons_.vertices(j);
  for (int k = 0; k < polygons_.rays(); ++k) s.second.emplace_back(vertices[k].x, vertices[k].y);
  s.clipper.Clear();
  s.clipper.AddPath(s.first, ClipperLib::ptClip, true);
  s.clipper.AddPath(s.second, ClipperLib::ptSubject, true);
  s.clipper.Execute(ClipperLib::ctIntersection, s.result, ClipperLib::pftNonZero,
                    ClipperLib::pftNonZero);
  float intersection = 0;
  for (const auto& path : s.result) {
    float doubled = 0;
    for (std::size_t k = 0; k < path.size(); ++k) {
      const auto &p = path[k], &q = path[k + 1 < path.size() ? k + 1 : 0];
      doubled += static_cast<float>(p.X * q.Y - p.Y * q.X);
    }
    intersection += 0.5f * std::fabs(doubled);
  }
  const double smaller = std::min(static_cast<double>(polygons_.area(first_)) + 1e-10,
                                  static_cast<double>(polygons_.area(j)) + 1e-10);
  return static_cast<float>(static_cast<double>(intersection) / smaller);
}

}  // namespace karyo::stardist
