#include "core/layers/vector_layers.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "core/layers/label_colors.h"

namespace karyo {
namespace {

double in_range(double value, double least, double most) {
  return value >= least ? std::min(value, most) : least;  // NaN becomes the least
}

/// Voxels from 0 that hold a place; no more than places may be.
std::int64_t extent_of(double place) {
  return static_cast<std::int64_t>(in_range(std::floor(place) + 1, 1, kMostCoordinate + 1));
}

std::int64_t selection_in(std::int64_t selected, std::size_t count) {
  return selected >= 0 && selected < static_cast<std::int64_t>(count) ? selected : -1;
}

/// A rectangle or oval as its fractions say; roi_paths gives the pixels that ImageJ would fill.
PathF box_path(const Roi& roi) {
  const auto [left, top, width, height] = roi.geometry;
  if (roi.type == RoiType::kRectangle) {
    return {{left, top}, {left + width, top}, {left + width, top + height}, {left, top + height}};
  }
  constexpr int kChords = 72;
  PathF path;
  for (int i = 0; i < kChords; ++i) {
    const double angle = 2 * M_PI * i / kChords;
    path.push_back(
        {left + width / 2 * (1 + std::cos(angle)), top + height / 2 * (1 + std::sin(angle))});
  }
  return path;
}

ShapeOutline outline_of(const Roi& roi) {
  ShapeOutline outline;
  outline.z = slice_of(roi);
  outline.t = frame_of(roi);
  const bool box = roi.type == RoiType::kRectangle || roi.type == RoiType::kOval;
  const bool exact = box && roi.subpixel && roi.subtype == RoiSubtype::kNone && !roi.composite() &&
                     roi.arc_size == 0;
  outline.paths = exact ? std::vector<PathF>{box_path(roi)} : roi_paths(roi);
  outline.closed = !outline.paths.empty();
  if (!outline.closed && roi.type == RoiType::kLine) {
    outline.paths = {{{roi.geometry[0], roi.geometry[1]}, {roi.geometry[2], roi.geometry[3]}}};
  } else if (!outline.closed && roi.type == RoiType::kPoint) {
    for (const auto& point : roi.points) {  // ImageJ's points lie in the middle of pixels
      outline.paths.push_back({{point.x - 2, point.y}, {point.x + 2, point.y}});
      outline.paths.push_back({{point.x, point.y - 2}, {point.x, point.y + 2}});
    }
  } else if (!outline.closed && !roi.points.empty()) {
    outline.paths = {roi.points};
  } else if (!outline.closed) {  // text and pictures: their frame
    const double left = roi.left, top = roi.top, right = roi.right, bottom = roi.bottom;
    outline.paths = {{{left, top}, {right, top}, {right, bottom}, {left, bottom}}};
    outline.closed = true;
  }
  bool first = true;
  for (const PathF& path : outline.paths) {
    for (const auto& point : path) {
      outline.left = first ? point.x : std::min<double>(outline.left, point.x);
      outline.right = first ? point.x : std::max<double>(outline.right, point.x);
      outline.top = first ? point.y : std::min<double>(outline.top, point.y);
      outline.bottom = first ? point.y : std::max<double>(outline.bottom, point.y);
      first = false;
    }
  }
  return outline;
}

/// Mostly one of thousands has changed, come or gone: those before it and after it are known.
OutlineList outlines_of(const ShapeList& shapes, const ShapeList& before,
                        const OutlineList& known) {
  const auto [first, old_first] =
      std::mismatch(shapes.begin(), shapes.end(), before.begin(), before.end());
  const auto [last, old_last] =
      std::mismatch(shapes.rbegin(), std::make_reverse_iterator(first), before.rbegin(),
                    std::make_reverse_iterator(old_first));
  OutlineList outlines(known.begin(), known.begin() + (old_first - before.begin()));
  outlines.reserve(shapes.size());
  std::transform(first, last.base(), std::back_inserter(outlines), outline_of);
  outlines.insert(outlines.end(), known.end() - (old_last - before.rbegin()), known.end());
  return outlines;
}

}  // namespace

void VectorLayer::widen(const WorldPoint& at, std::int64_t t) {
  shape_.z = std::max(shape_.z, extent_of(at.z));
  shape_.y = std::max(shape_.y, extent_of(at.y));
  shape_.x = std::max(shape_.x, extent_of(at.x));
  shape_.t = std::max(shape_.t, std::min(t, kMostFrame) + 1);
}

PointsLayer::PointsLayer(std::string name, PointList points, VoxelGrid grid)
    : VectorLayer(std::move(name), std::move(grid)) {
  PointsLook look;
  look.data = std::make_shared<const PointList>(std::move(points));
  set_look(std::move(look));
}

void PointsLayer::set_look(PointsLook look) {
  if (look.data == nullptr) look.data = std::make_shared<const PointList>();
  look.size = in_range(look.size, 0.1, 1000);
  look.selected = selection_in(look.selected, look.data->size());
  if (look == look_) return;
  if (look.data != look_.data) {
    shape_ = {1, 1, 1, 1, 1};
    for (const PointMark& point : *look.data) widen(point.at, point.t);
  }
  look_ = std::move(look);
  look_changed();
}

ShapesLayer::ShapesLayer(std::string name, ShapeList shapes, VoxelGrid grid)
    : VectorLayer(std::move(name), std::move(grid)) {
  ShapesLook look;
  look.data = std::make_shared<const ShapeList>(std::move(shapes));
  set_look(std::move(look));
}

ShapesLayer::ShapesLayer(std::string name, const ShapesLayer& same)
    : VectorLayer(std::move(name), same.grid()), look_(same.look_), outlines_(same.outlines_) {
  shape_ = same.shape_;
}

void ShapesLayer::set_look(ShapesLook look) {
  if (look.data == nullptr) look.data = std::make_shared<const ShapeList>();
  look.width = in_range(look.width, 0.5, 50);
  look.selected = selection_in(look.selected, look.data->size());
  if (look == look_) return;
  if (look.data != look_.data) {
    shape_ = {1, 1, 1, 1, 1};
    auto outlines = std::make_shared<OutlineList>(outlines_of(*look.data, *look_.data, *outlines_));
    for (const ShapeOutline& outline : *outlines) {
      // The far edge of a region is a corner of pixels, not one more pixel.
      const WorldPoint last{static_cast<double>(std::max<std::int64_t>(0, outline.z)),
                            std::ceil(outline.bottom) - 1, std::ceil(outline.right) - 1};
      widen(last, outline.t);
    }
    outlines_ = std::move(outlines);
  }
  look_ = std::move(look);
  look_changed();
}

TracksLayer::TracksLayer(std::string name, TrackList tracks, VoxelGrid grid)
    : VectorLayer(std::move(name), std::move(grid)) {
  TracksLook look;
  look.data = std::make_shared<const TrackList>(std::move(tracks));
  set_look(std::move(look));
}

void TracksLayer::set_look(TracksLook look) {
  if (look.data == nullptr) look.data = std::make_shared<const TrackList>();
  look.tail = std::clamp(look.tail, 0, 10000);
  look.width = in_range(look.width, 0.5, 50);
  if (look == look_) return;
  if (look.data != look_.data) {
    shape_ = {1, 1, 1, 1, 1};
    for (const TrackPoint& point : look.data->points) widen(point.at, point.t);
  }
  look_ = std::move(look);
  look_changed();
}

void for_each_tail_piece(const TracksLook& look, std::int64_t time,
                         const std::function<void(const TailPiece&)>& draw) {
  const std::vector<TrackPoint>& points = look.data->points;
  const std::int64_t first = time - look.tail;
  const auto age = [&](const TrackPoint& to) {
    return static_cast<double>(time - to.t) / (look.tail + 1.0);
  };
  const auto before = [](const TrackPoint& point, std::int64_t id) { return point.id < id; };
  for (std::size_t i = 0; i < points.size(); ++i) {
    const TrackPoint& point = points[i];
    if (point.t > time || point.t < first) continue;
    const bool begins = i == 0 || points[i - 1].id != point.id;
    if (!begins && points[i - 1].t >= first) draw({points[i - 1], point, age(point)});
    const auto parent = begins ? look.data->parents.find(point.id) : look.data->parents.end();
    if (parent == look.data->parents.end()) continue;
    const auto end = std::lower_bound(points.begin(), points.end(), parent->second + 1, before);
    if (end == points.begin() || std::prev(end)->id != parent->second) continue;
    const TrackPoint& last = *std::prev(end);
    if (last.t >= first && last.t <= point.t) draw({last, point, age(point)});
  }
}

Rgb track_color(std::int64_t id) {
  return label_color(static_cast<std::uint32_t>(id % 400) + 1);
}

std::int64_t slice_of(const Roi& roi) {
  const bool placed = roi.z > 0 || roi.t > 0 || roi.c > 0;
  return (placed ? roi.z : roi.position) - std::int64_t{1};
}

std::int64_t frame_of(const Roi& roi) {
  return roi.t > 0 ? roi.t - std::int64_t{1} : -1;
}

Result<Roi> make_shape(const std::string& type, const PathF& corners) {
  struct Kind {
    const char* name;
    RoiType type;
    std::size_t least, most;
  };
  static constexpr Kind kKinds[] = {{"rectangle", RoiType::kRectangle, 2, 2},
                                    {"ellipse", RoiType::kOval, 2, 2},
                                    {"line", RoiType::kLine, 2, 2},
                                    {"polygon", RoiType::kPolygon, 3, 65535},
                                    {"freehand", RoiType::kFreehand, 3, 65535},
                                    {"polyline", RoiType::kPolyline, 2, 65535}};
  const auto* kind = std::find_if(std::begin(kKinds), std::end(kKinds),
                                  [&](const Kind& one) { return type == one.name; });
  if (kind == std::end(kKinds)) {
    return Error(ErrorCode::kInvalidArgument, "unknown type of shape \"" + type + "\"",
                 "Use rectangle, ellipse, line, polygon, freehand or polyline.");
  }
  if (corners.size() < kind->least || corners.size() > kind->most) {
    return Error(ErrorCode::kInvalidArgument,
                 "a " + type + " cannot be made of " + std::to_string(corners.size()) + " points",
                 "Give " + std::string(kind->most == 2 ? "two" : "two or three at least") +
                     " points: y, x, y, x.");
  }
  double left = 32767, top = 32767, right = -32768, bottom = -32768;
  for (const auto& corner : corners) {
    // What a region's file can hold.
    if (!(std::abs(corner.x) <= 32767 && std::abs(corner.y) <= 32767)) {
      return Error(ErrorCode::kInvalidArgument, "a corner lies beyond 32767 pixels",
                   "Give places in pixels; region files hold no larger ones.");
    }
    left = std::min<double>(left, corner.x);
    right = std::max<double>(right, corner.x);
    top = std::min<double>(top, corner.y);
    bottom = std::max<double>(bottom, corner.y);
  }
  Roi roi;
  roi.type = kind->type;
  roi.subpixel = true;
  roi.left = static_cast<std::int16_t>(std::floor(left));
  roi.top = static_cast<std::int16_t>(std::floor(top));
  roi.right = static_cast<std::int16_t>(std::ceil(right));
  roi.bottom = static_cast<std::int16_t>(std::ceil(bottom));
  if (kind->type == RoiType::kLine) {
    roi.geometry = {static_cast<float>(corners[0].x), static_cast<float>(corners[0].y),
                    static_cast<float>(corners[1].x), static_cast<float>(corners[1].y)};
  } else if (kind->most == 2) {
    roi.geometry = {static_cast<float>(left), static_cast<float>(top),
                    static_cast<float>(right - left), static_cast<float>(bottom - top)};
  } else {
    roi.points = corners;
  }
  return roi;
}

}  // namespace karyo
