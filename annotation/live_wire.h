#pragma once

/// The smart outline: between two places, the way along the edges of the picture.
///
/// The way runs over the corners of a plane's pixels, in eight directions, so its points are in
/// pixel-corner coordinates of the plane, as the paths of a region (annotation/region.h) are. A
/// step is cheap where the picture changes strongly, most strongly in its direction of change
/// (where a second derivative would be zero), and where it runs along the edge and not across it.
/// The cheapest ways from an anchor are found as far as they have been asked for, the nearest
/// first; what was found stays, so that the pointer's next place costs what is new alone.
///
/// Threads  on the caller's (smoothing uses more); one at a time, const functions too: they keep
///          what they find.
/// Source   Mortensen & Barrett, Interactive segmentation with intelligent scissors, Graphical
///          Models and Image Processing 60, 1998; least ways by Dial's buckets.

#include <array>
#include <cstdint>
#include <vector>

#include "annotation/image_part.h"
#include "core/base/result.h"
#include "core/image/world.h"
#include "core/segment/polygon_fill.h"

namespace karyo {

struct LiveWireOptions {
  double sigma = 1.5;        ///< of the smoothing before, in the finest pixels; 0 to 100
  std::int64_t reach = 128;  ///< of the window to each side, in pixels; 1 to 1024
};

class LiveWire {
 public:
  /// Edges of the window around `place` in a plane of the labels at `depth`; anchored at `place`.
  /// Errors: kInvalidArgument when that is outside the image, or for options out of range.
  static Result<LiveWire> around(const ImagePart& image, const VoxelGrid& grid, Plane plane,
                                 std::int64_t depth, const PointF& place,
                                 const LiveWireOptions& options = {});

  /// The corner on the strongest edge within `radius` pixels of `place`; `place`'s own corner where
  /// there is no edge. Places outside the window are moved to its border, here and below.
  PointF snapped(const PointF& place, double radius) const;
  /// Starts again from the corner next to `place`.
  void set_anchor(const PointF& place);
  /// From the anchor to the corner next to `place`, both included: corners next to each other.
  PathF path_to(const PointF& place) const;
  /// What the way to `place` costs, the cheapest there is; for tests.
  std::int64_t cost_to(const PointF& place) const;
  /// Of one step between corners next to each other; for tests.
  std::int64_t step_cost(const PointF& from, const PointF& to) const;

  PointF anchor() const { return point(anchor_); }
  /// The corners in reach, both included.
  PointF first_corner() const { return point(0); }
  PointF last_corner() const { return point(corners_.size() - 1); }

 private:
  /// How the picture changes there: how little of an edge it is, and the edge's direction.
  struct Corner {
    float faintness = 0, along_x = 0, along_y = 0;
  };

  /// From a corner to the next in one of eight directions: how long, and which way.
  struct Step {
    float length = 1, x = 1, y = 0;
  };

  LiveWire() = default;
  void find_edges(const Array3<float>& values);
  std::size_t corner_at(const PointF& place) const;
  PointF point(std::size_t corner) const;
  std::int32_t step_cost(std::size_t from, std::size_t to, std::size_t direction) const;

  std::int64_t left_ = 0, top_ = 0, columns_ = 0, rows_ = 0;  // of corners
  double width_ = 1, height_ = 1;                             // of a pixel, in the smaller of both
  std::array<Step, 8> steps_ = {};
  std::vector<Corner> corners_;
  std::size_t anchor_ = 0;
  /// Dijkstra's search by Dial's buckets: costs are whole and a step's is limited, so corners wait
  /// in a ring of one list a cost. All that cost less than `level` are final.
  struct Search {
    std::vector<std::int32_t> costs;
    std::vector<std::uint8_t> arrived_by;  // direction of the last step
    std::vector<std::vector<std::uint32_t>> ring;
    std::int32_t level = 0;
  };
  void search_to(std::size_t corner) const;
  mutable Search search_;
};

}  // namespace karyo
