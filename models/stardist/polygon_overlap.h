#pragma once

/// Do two star polygons overlap by more than a threshold? Part of nms.cpp.

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "models/stardist/instances.h"

namespace karyo::stardist {

/// Candidates as polygons with integer vertices, made the way stardist 0.9.2 makes them: float32
/// vertices, box from these, then cut towards zero.
class StarPolygons {
 public:
  struct Vertex {
    std::int32_t x, y;
  };
  struct Box {
    float y0, y1, x0, x1;  ///< of the float32 vertices
  };

  explicit StarPolygons(const Candidates& candidates, int threads = 0);

  std::int64_t size() const { return static_cast<std::int64_t>(boxes_.size()); }
  int rays() const { return rays_; }
  const Vertex* vertices(std::int64_t i) const { return vertices_.data() + i * rays_; }
  const Box& box(std::int64_t i) const { return boxes_[static_cast<std::size_t>(i)]; }
  /// Of the integer polygon; float32 sums as the reference's.
  float area(std::int64_t i) const { return areas_[static_cast<std::size_t>(i)]; }
  float perimeter(std::int64_t i) const { return perimeters_[static_cast<std::size_t>(i)]; }

  // What suppression.h asks of a shape: (y, x).
  std::array<float, 2> center(std::int64_t i) const {
    return centers_[static_cast<std::size_t>(i)];
  }
  std::array<float, 2> low(std::int64_t i) const { return {box(i).y0, box(i).x0}; }
  std::array<float, 2> high(std::int64_t i) const { return {box(i).y1, box(i).x1}; }
  /// Boxes that share an edge only do touch.
  bool boxes_touch(std::int64_t i, std::int64_t j) const {
    const Box &a = box(i), &b = box(j);
    return a.y0 <= b.y1 && b.y0 <= a.y1 && a.x0 <= b.x1 && b.x0 <= a.x1;
  }

 private:
  int rays_;
  std::vector<Vertex> vertices_;
  std::vector<Box> boxes_;
  std::vector<std::array<float, 2>> centers_;
  std::vector<float> areas_, perimeters_;
};

/// Overlap of one polygon with others. One object a thread: it keeps scratch memory.
class OverlapTest {
 public:
  OverlapTest(const StarPolygons& polygons, float threshold);
  ~OverlapTest();
  OverlapTest(const OverlapTest&) = delete;
  OverlapTest& operator=(const OverlapTest&) = delete;

  /// The polygon the next calls compare with.
  void set_first(std::int64_t i);
  /// overlap_by_clipper(j) > threshold, mostly without Clipper: bounds on the area decide.
  bool exceeds(std::int64_t j);
  /// Intersection over smaller area, as the reference computes it.
  float overlap_by_clipper(std::int64_t j);
  /// How often exceeds() needed Clipper.
  std::int64_t clipper_calls() const { return clipper_calls_; }

  /// Bounds on the true area of the intersection of the integer polygons (before Clipper rounds
  /// crossings to integers), in pixels.
  struct AreaBounds {
    float lower, upper;
  };
  AreaBounds intersection_bounds(std::int64_t j);

 private:
  /// A polygon cut at integer rows: between rows y and y+1 its edges are straight, and it lies
  /// between a left and a right line, given at the top and the bottom of that band.
  struct Bands {
    std::int32_t first = 0, count = 0;
    std::vector<float> left_top, left_bottom, right_top, right_bottom;
    std::vector<float> direct_top, direct_bottom;  // width between the two edges, signed
    std::vector<std::int32_t> edges;
  };
  void cut(std::int64_t i, Bands& bands) const;

  struct Scratch;
  const StarPolygons& polygons_;
  float threshold_;
  std::int64_t first_ = -1;
  std::int32_t origin_x_ = 0;  // columns are counted from here, to keep float32 exact
  Bands a_, b_;
  std::unique_ptr<Scratch> scratch_;
  std::int64_t clipper_calls_ = 0;
};

}  // namespace karyo::stardist
