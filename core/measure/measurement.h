#pragma once

/// Lines, rectangles, angles and areas drawn on a plane: their sizes in calibrated units, and the
/// values of an image along and inside them.
///
/// Threads  as the layer that is measured (the UI thread).

#include <cstdint>
#include <string>
#include <vector>

#include "core/image/world.h"
#include "core/layers/image_layer.h"

namespace karyo {

enum class MeasureKind { kLine, kRectangle, kAngle, kArea };
/// "line", "rectangle", "angle", "area".
std::string_view name_of(MeasureKind kind);
Result<MeasureKind> measure_kind_from(std::string_view name);

struct MeasureShape {
  MeasureKind kind = MeasureKind::kLine;
  Plane plane = Plane::kXY;
  /// In the world; their places along the plane's normal are the plane's. Line: two ends;
  /// rectangle: two opposite corners; angle: three, the vertex second; area: the outline.
  std::vector<WorldPoint> points;

  /// Has as many points as its kind needs (an area at least three).
  bool complete() const;
  friend bool operator==(const MeasureShape&, const MeasureShape&) = default;
};

/// In the world's unit; what a kind does not have is 0.
struct MeasureSize {
  double length = 0;   ///< line
  double degrees = 0;  ///< angle: 0 to 180; line: against the horizontal, up is positive, as Fiji
  double area = 0;     ///< rectangle, area (of the polygon; crossing lines count as they cancel)
  double perimeter = 0;
  double width = 0, height = 0;  ///< rectangle: along the plane's axes
};
MeasureSize size_of(const MeasureShape& shape);

/// Of one channel's voxels whose middles lie inside a rectangle or area, or of the samples along a
/// line.
struct ValueStats {
  std::int64_t channel = 0;
  std::int64_t count = 0;  ///< 0: none is in memory, and the rest means nothing
  double mean = 0;
  double deviation = 0;  ///< of the sample (n - 1)
  double least = 0, most = 0;
};
struct Statistics {
  std::vector<ValueStats> channels;  ///< the visible ones
  /// 1: all voxels; n: every nth along both axes, since there are more than kMostVoxels.
  std::int64_t step = 1;
  static constexpr std::int64_t kMostVoxels = 1 << 20;
};
/// `grid`: of the layer in the world. An angle has none.
Statistics statistics_of(const MeasureShape& shape, const ImageLayer& layer, const VoxelGrid& grid,
                         std::int64_t time);

/// Values along a line, between voxels linearly, as often as voxels lie (the finer of the plane's
/// axes) and at both ends; or the mean of each column of a rectangle (Fiji: Plot Profile).
struct Profile {
  std::vector<double> distance;             ///< from the start, in the world's unit
  std::vector<std::vector<double>> values;  ///< of each visible channel; NaN where there is none
  std::vector<std::int64_t> channels;       ///< their numbers
  static constexpr std::size_t kMostSamples = 100000;
};
Profile profile_of(const MeasureShape& shape, const ImageLayer& layer, const VoxelGrid& grid,
                   std::int64_t time);

}  // namespace karyo
