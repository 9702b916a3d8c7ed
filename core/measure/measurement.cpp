#include "core/measure/measurement.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>

namespace karyo {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// A place on a plane: to the right and down, in the world's unit.
struct Flat {
  double x = 0, y = 0;
};

std::vector<Flat> flat_points(const MeasureShape& shape) {
  std::vector<Flat> flat;
  for (const WorldPoint& point : shape.points) {
    flat.push_back({point[horizontal_axis(shape.plane)], point[vertical_axis(shape.plane)]});
  }
  return flat;
}

double distance(const Flat& a, const Flat& b) {
  return std::hypot(b.x - a.x, b.y - a.y);
}

std::vector<std::int64_t> visible_channels(const ImageLayer& layer) {
  std::vector<std::int64_t> channels;
  for (std::int64_t c = 0; c < layer.channel_count(); ++c) {
    if (layer.channel(c).visible) channels.push_back(c);
  }
  return channels;
}

/// One channel of a layer at one time; none outside, and for what has not come from the file.
class Values {
 public:
  Values(const ImageLayer& layer, std::int64_t channel, std::int64_t time)
      : layer_(layer), channel_(channel), time_(layer.time_shown(time)) {}

  double at(const Index3& voxel) const {
    if (!Box3::of_shape(layer_.shape().zyx()).contains(voxel)) return kNone;
    return layer_.value_at(time_, channel_, voxel).value_or(kNone);
  }

 private:
  const ImageLayer& layer_;
  std::int64_t channel_, time_;
};

/// The voxels of one slice of a layer, by their numbers along the plane's axes.
struct Slice {
  Plane plane;
  std::int64_t number = 0;  // along the normal

  Index3 voxel(std::int64_t column, std::int64_t row) const {
    Index3 voxel;
    const auto put = [&](Axis axis, std::int64_t value) {
      (axis == Axis::kZ ? voxel.z : axis == Axis::kY ? voxel.y : voxel.x) = value;
    };
    put(normal_axis(plane), number);
    put(horizontal_axis(plane), column);
    put(vertical_axis(plane), row);
    return voxel;
  }
};

Slice slice_of(const MeasureShape& shape, const VoxelGrid& grid) {
  const Axis normal = normal_axis(shape.plane);
  return {shape.plane, voxel_along(shape.points.front()[normal], grid, normal)};
}

/// Where a world coordinate lies among voxel middles: 2.0 is the middle of voxel 2.
double in_voxels(double place, const VoxelGrid& grid, Axis axis) {
  return voxels_along(place, grid, axis) - 0.5;
}

double between_voxels(const Values& values, const Slice& slice, double column, double row) {
  const double left = std::floor(column), top = std::floor(row);
  double sum = 0, weights = 0;
  for (int dy = 0; dy < 2; ++dy) {
    for (int dx = 0; dx < 2; ++dx) {
      const double weight =
          (dx == 0 ? 1 - (column - left) : column - left) * (dy == 0 ? 1 - (row - top) : row - top);
      if (weight <= 0) continue;
      const double value = values.at(
          slice.voxel(static_cast<std::int64_t>(left) + dx, static_cast<std::int64_t>(top) + dy));
      if (std::isnan(value)) continue;  // at the border the voxels that are there count
      sum += weight * value;
      weights += weight;
    }
  }
  return weights > 0 ? sum / weights : kNone;
}

struct Extent {
  std::int64_t first = 0, last = -1;  // of the voxels whose middles lie within
};
Extent middles_between(double a, double b, const VoxelGrid& grid, Axis axis, std::int64_t count) {
  const double low = in_voxels(std::min(a, b), grid, axis);
  const double high = in_voxels(std::max(a, b), grid, axis);
  const double most = static_cast<double>(count - 1);
  if (!(high >= 0 && low <= most)) return {};
  return {static_cast<std::int64_t>(std::ceil(std::max(low, 0.0))),
          static_cast<std::int64_t>(std::floor(std::min(high, most)))};
}

/// Whether a place lies inside an outline, by the crossings to its right (even-odd).
bool inside(const std::vector<Flat>& outline, double x, double y) {
  bool in = false;
  for (std::size_t i = 0, j = outline.size() - 1; i < outline.size(); j = i++) {
    const Flat &a = outline[i], &b = outline[j];
    if ((a.y > y) == (b.y > y)) continue;
    if (x < (b.x - a.x) * (y - a.y) / (b.y - a.y) + a.x) in = !in;
  }
  return in;
}

class Tally {
 public:
  void add(double value) {
    if (std::isnan(value)) return;
    // Welford: sums of squares of large values would lose their differences.
    ++stats_.count;
    const double off = value - stats_.mean;
    stats_.mean += off / static_cast<double>(stats_.count);
    squares_ += off * (value - stats_.mean);
    stats_.least = stats_.count == 1 ? value : std::min(stats_.least, value);
    stats_.most = stats_.count == 1 ? value : std::max(stats_.most, value);
  }
  ValueStats of(std::int64_t channel) const {
    ValueStats stats = stats_;
    stats.channel = channel;
    if (stats.count > 1)
      stats.deviation = std::sqrt(squares_ / static_cast<double>(stats.count - 1));
    return stats;
  }

 private:
  ValueStats stats_;
  double squares_ = 0;
};

Profile line_profile(const MeasureShape& shape, const ImageLayer& layer, const VoxelGrid& grid,
                     std::int64_t time) {
  Profile profile;
  const auto ends = flat_points(shape);
  const Axis across = horizontal_axis(shape.plane), down = vertical_axis(shape.plane);
  const double length = distance(ends[0], ends[1]);
  const double finest = std::min(spacing_along(grid, across), spacing_along(grid, down));
  const double steps =
      std::clamp(std::round(length / finest), 1.0, static_cast<double>(Profile::kMostSamples - 1));
  const Slice slice = slice_of(shape, grid);
  for (const std::int64_t channel : visible_channels(layer)) {
    const Values values(layer, channel, time);
    std::vector<double> along;
    for (double step = 0; step <= steps; ++step) {
      const double part = step / steps;
      const double x = ends[0].x + part * (ends[1].x - ends[0].x);
      const double y = ends[0].y + part * (ends[1].y - ends[0].y);
      along.push_back(
          between_voxels(values, slice, in_voxels(x, grid, across), in_voxels(y, grid, down)));
      if (profile.channels.empty()) profile.distance.push_back(part * length);
    }
    profile.values.push_back(std::move(along));
    profile.channels.push_back(channel);
  }
  return profile;
}

Profile column_means(const MeasureShape& shape, const ImageLayer& layer, const VoxelGrid& grid,
                     std::int64_t time) {
  Profile profile;
  const auto corners = flat_points(shape);
  const Axis across = horizontal_axis(shape.plane), down = vertical_axis(shape.plane);
  const Index3 extent = layer.shape().zyx();
  const Extent columns =
      middles_between(corners[0].x, corners[1].x, grid, across, along(extent, across));
  const Extent rows = middles_between(corners[0].y, corners[1].y, grid, down, along(extent, down));
  const std::int64_t wide = columns.last - columns.first + 1, high = rows.last - rows.first + 1;
  if (wide <= 0 || high <= 0) return profile;
  const std::int64_t column_step = 1 + wide / static_cast<std::int64_t>(Profile::kMostSamples);
  const std::int64_t row_step = 1 + wide / column_step * high / Statistics::kMostVoxels;
  const Slice slice = slice_of(shape, grid);
  for (const std::int64_t channel : visible_channels(layer)) {
    const Values values(layer, channel, time);
    std::vector<double> means;
    for (std::int64_t column = columns.first; column <= columns.last; column += column_step) {
      Tally tally;
      for (std::int64_t row = rows.first; row <= rows.last; row += row_step) {
        tally.add(values.at(slice.voxel(column, row)));
      }
      const ValueStats stats = tally.of(channel);
      means.push_back(stats.count > 0 ? stats.mean : kNone);
      if (profile.channels.empty()) {
        profile.distance.push_back(static_cast<double>(column - columns.first) *
                                   spacing_along(grid, across));
      }
    }
    profile.values.push_back(std::move(means));
    profile.channels.push_back(channel);
  }
  return profile;
}

}  // namespace

std::string_view name_of(MeasureKind kind) {
  switch (kind) {
    case MeasureKind::kLine:
      return "line";
    case MeasureKind::kRectangle:
      return "rectangle";
    case MeasureKind::kAngle:
      return "angle";
    case MeasureKind::kArea:
      return "area";
  }
  return "";
}

Result<MeasureKind> measure_kind_from(std::string_view name) {
  for (const MeasureKind kind :
       {MeasureKind::kLine, MeasureKind::kRectangle, MeasureKind::kAngle, MeasureKind::kArea}) {
    if (name == name_of(kind)) return kind;
  }
  return Error(ErrorCode::kInvalidArgument, "\"" + std::string(name) + "\" is not measured",
               "Use line, rectangle, angle or area.");
}

bool MeasureShape::complete() const {
  switch (kind) {
    case MeasureKind::kLine:
    case MeasureKind::kRectangle:
      return points.size() == 2;
    case MeasureKind::kAngle:
      return points.size() == 3;
    case MeasureKind::kArea:
      return points.size() >= 3;
  }
  return false;
}

MeasureSize size_of(const MeasureShape& shape) {
  MeasureSize size;
  if (!shape.complete()) return size;
  constexpr double kDegrees = 180 / std::numbers::pi;
  const auto p = flat_points(shape);
  switch (shape.kind) {
    case MeasureKind::kLine:
      size.length = distance(p[0], p[1]);
      size.degrees = std::atan2(p[0].y - p[1].y, p[1].x - p[0].x) * kDegrees;
      break;
    case MeasureKind::kRectangle:
      size.width = std::abs(p[1].x - p[0].x);
      size.height = std::abs(p[1].y - p[0].y);
      size.area = size.width * size.height;
      size.perimeter = 2 * (size.width + size.height);
      break;
    case MeasureKind::kAngle: {
      const double ax = p[0].x - p[1].x, ay = p[0].y - p[1].y;
      const double bx = p[2].x - p[1].x, by = p[2].y - p[1].y;
      size.degrees = std::abs(std::atan2(ax * by - ay * bx, ax * bx + ay * by)) * kDegrees;
      break;
    }
    case MeasureKind::kArea:
      for (std::size_t i = 0, j = p.size() - 1; i < p.size(); j = i++) {
        size.area += (p[j].x * p[i].y - p[i].x * p[j].y) / 2;
        size.perimeter += distance(p[j], p[i]);
      }
      size.area = std::abs(size.area);
      break;
  }
  return size;
}

Statistics statistics_of(const MeasureShape& shape, const ImageLayer& layer, const VoxelGrid& grid,
                         std::int64_t time) {
  Statistics statistics;
  if (!shape.complete() || shape.kind == MeasureKind::kAngle) return statistics;
  if (shape.kind == MeasureKind::kLine) {
    const Profile profile = line_profile(shape, layer, grid, time);
    for (std::size_t i = 0; i < profile.channels.size(); ++i) {
      Tally tally;
      for (const double value : profile.values[i]) tally.add(value);
      statistics.channels.push_back(tally.of(profile.channels[i]));
    }
    return statistics;
  }
  const auto outline = flat_points(shape);
  Flat low = outline[0], high = outline[0];
  for (const Flat& p : outline) {
    low = {std::min(low.x, p.x), std::min(low.y, p.y)};
    high = {std::max(high.x, p.x), std::max(high.y, p.y)};
  }
  const Axis across = horizontal_axis(shape.plane), down = vertical_axis(shape.plane);
  const Index3 extent = layer.shape().zyx();
  const Extent columns = middles_between(low.x, high.x, grid, across, along(extent, across));
  const Extent rows = middles_between(low.y, high.y, grid, down, along(extent, down));
  const double box = static_cast<double>(columns.last - columns.first + 1) *
                     static_cast<double>(rows.last - rows.first + 1);
  statistics.step = std::max<std::int64_t>(
      1, static_cast<std::int64_t>(
             std::ceil(std::sqrt(box / static_cast<double>(Statistics::kMostVoxels)))));
  const auto place = [&](std::int64_t voxel, Axis axis) {
    return origin_along(grid, axis) +
           (static_cast<double>(voxel) + 0.5) * spacing_along(grid, axis);
  };
  const Slice slice = slice_of(shape, grid);
  for (const std::int64_t channel : visible_channels(layer)) {
    const Values values(layer, channel, time);
    Tally tally;
    for (std::int64_t row = rows.first; row <= rows.last; row += statistics.step) {
      for (std::int64_t column = columns.first; column <= columns.last; column += statistics.step) {
        if (shape.kind == MeasureKind::kArea &&
            !inside(outline, place(column, across), place(row, down))) {
          continue;
        }
        tally.add(values.at(slice.voxel(column, row)));
      }
    }
    statistics.channels.push_back(tally.of(channel));
  }
  return statistics;
}

Profile profile_of(const MeasureShape& shape, const ImageLayer& layer, const VoxelGrid& grid,
                   std::int64_t time) {
  if (!shape.complete()) return {};
  if (shape.kind == MeasureKind::kLine) return line_profile(shape, layer, grid, time);
  if (shape.kind == MeasureKind::kRectangle) return column_means(shape, layer, grid, time);
  return {};
}

}  // namespace karyo
