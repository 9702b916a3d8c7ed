#include "app/gui/mark_tool.h"

#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <array>
#include <cmath>

#include "app/gui/drawn_outline.h"
#include "app/gui/slice_view.h"
#include "app/gui/vector_painter.h"

namespace karyo::gui {
namespace {

constexpr double kGrip = 7;    // pixels around a mark that take hold of it
constexpr double kSlack = 3;   // pixels that a click may tremble
constexpr double kStep = 1.5;  // pixels between two places of a freehand line
constexpr double kDot = 4;
constexpr std::size_t kMostPlaces = 65535;  // that a region's file holds

const char* type_of(MarkKind kind) {
  static constexpr std::array<const char*, 7> kTypes{"",     "rectangle", "ellipse", "polygon",
                                                     "line", "polyline",  "freehand"};
  return kTypes[static_cast<std::size_t>(kind)];
}

double distance(const SliceView& view, const WorldPoint& a, const WorldPoint& b) {
  const QPointF off = view.position_of(a) - view.position_of(b);
  return std::hypot(off.x(), off.y());
}

/// Hundredths of a voxel are finer than a hand, and read well in macros.
double rounded(double voxels) {
  return std::round(voxels * 100) / 100;
}

}  // namespace

void MarkTool::set_kind(std::optional<MarkKind> kind) {
  kind_ = kind;
  cancel();
}

const PointsLayer* MarkTool::points_layer() const {
  return dynamic_cast<const PointsLayer*>(workspace_.layers().selected());
}

const ShapesLayer* MarkTool::shapes_layer() const {
  return dynamic_cast<const ShapesLayer*>(workspace_.layers().selected());
}

VoxelGrid MarkTool::grid_for(const Layer* layer) const {
  return layer != nullptr ? workspace_.layers().grid_of(*layer) : workspace_.layers().grid();
}

nlohmann::json MarkTool::target(const Layer* layer) const {
  if (layer == nullptr) return {{"new_layer", true}};
  return {{"layer", layer->name()}};
}

std::vector<double> MarkTool::voxel_of(const WorldPoint& place, Plane plane,
                                       const Layer* layer) const {
  const VoxelGrid grid = grid_for(layer);
  std::vector<double> voxel;
  for (const Axis axis : {Axis::kZ, Axis::kY, Axis::kX}) {
    const double along = voxels_along(place[axis], grid, axis);
    voxel.push_back(axis == normal_axis(plane) ? std::floor(along) : rounded(along - 0.5));
  }
  return voxel;
}

std::optional<std::size_t> MarkTool::mark_at(const SliceView& view, const WorldPoint& place) const {
  const PointsLayer* layer = points_layer();
  if (layer == nullptr || !layer->visible()) return {};
  const VoxelGrid grid = grid_for(layer);
  const Axis normal = normal_axis(view.plane());
  const auto [near, far] = marks_depth(workspace_.view().slab(), place[normal], grid, normal);
  const PointList& points = *layer->look().data;
  std::optional<std::size_t> nearest;
  double best = kGrip;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const PointMark& point = points[i];
    if (point.t >= 0 && point.t != workspace_.view().time()) continue;
    if (point.at[normal] < near || point.at[normal] >= far) continue;
    if (const double off = distance(view, world_place(point.at, grid), place); off <= best) {
      best = off;
      nearest = i;
    }
  }
  return nearest;
}

void MarkTool::press(SliceView& view, const WorldPoint& place) {
  if (!kind_) return;
  if (!is_point() && view.plane() != Plane::kXY) {
    workspace_.failed.emit(Error(ErrorCode::kInvalidArgument, "shapes lie in the XY view",
                                 "Draw there; points can be put in every view."));
    return;
  }
  if (is_point()) {
    held_ = mark_at(view, place);
    moved_ = false;
    places_ = {place};
  } else if (kind_ == MarkKind::kFreehand) {
    places_ = {place};
  } else if (!by_corners() || places_.empty()) {
    places_ = {place, place};
  } else if (kind_ == MarkKind::kPolygon && places_.size() > 3 &&
             distance(view, places_.front(), place) <= kGrip) {
    places_.pop_back();  // the one that follows the pointer
    finish_shape();
  } else {
    places_.back() = place;  // the pointer's last move may not have been told
    places_.push_back(place);
  }
  plane_ = view.plane();
  changed.emit();
}

void MarkTool::move(SliceView& view, const WorldPoint& place, bool dragging) {
  if (places_.empty() || view.plane() != plane_) return;
  if (is_point()) {
    moved_ = moved_ || distance(view, places_.front(), place) > kSlack;
    if (moved_) places_.front() = place;
  } else if (kind_ == MarkKind::kFreehand) {
    const bool full = places_.size() == kMostPlaces;
    if (full || !dragging || distance(view, places_.back(), place) < kStep) return;
    places_.push_back(place);
  } else {
    places_.back() = place;
  }
  changed.emit();
}

void MarkTool::release(SliceView& view, const WorldPoint& place) {
  if (places_.empty() || view.plane() != plane_ || by_corners()) return;
  if (is_point()) {
    moved_ = moved_ || distance(view, places_.front(), place) > kSlack;
    put_point(moved_ ? place : places_.front());
    return;
  }
  if (kind_ != MarkKind::kFreehand) places_.back() = place;
  const QPointF off = view.position_of(places_.front()) - view.position_of(places_.back());
  const bool flat = kind_ == MarkKind::kRectangle || kind_ == MarkKind::kEllipse
                        ? std::min(std::abs(off.x()), std::abs(off.y())) < 2
                        : std::hypot(off.x(), off.y()) < 2;
  // A click alone draws nothing; a freehand line may end where it began.
  if (kind_ == MarkKind::kFreehand ? places_.size() < 4 : flat) {
    cancel();
  } else {
    finish_shape();
  }
}

void MarkTool::double_click(SliceView& view, const WorldPoint& place) {
  if (is_point()) {  // two quick clicks are two clicks
    press(view, place);
    release(view, place);
    return;
  }
  if (!by_corners() || places_.empty()) return;
  // Its first press added a corner already, and the moving one lies on it.
  places_.pop_back();
  while (places_.size() > 1 && distance(view, places_[places_.size() - 2], places_.back()) < 1) {
    places_.pop_back();
  }
  if (places_.size() >= (kind_ == MarkKind::kPolygon ? 3u : 2u)) {
    finish_shape();
  } else {
    places_.push_back(place);
  }
}

void MarkTool::put_point(const WorldPoint& place) {
  const PointsLayer* layer = points_layer();
  const auto held = held_;
  const bool moved = moved_;
  nlohmann::json arguments = target(layer);
  std::vector<double> voxel = voxel_of(place, plane_, layer);
  cancel();
  if (!held) {
    arguments["voxel"] = voxel;
    arguments["select"] = true;
    if (workspace_.layers().time_count() > 1) arguments["frame"] = workspace_.view().time();
    run_("points.add", arguments);
    return;
  }
  // A command may have taken it out since the press.
  if (layer == nullptr || *held >= layer->count()) return;
  if (moved) {
    const Axis normal = normal_axis(plane_);  // along it, it stays where it is
    voxel[static_cast<std::size_t>(normal)] = (*layer->look().data)[*held].at[normal] - 0.5;
    arguments["number"] = *held + 1;
    arguments["voxel"] = voxel;
    run_("points.move", arguments);
  } else if (layer->look().selected != static_cast<std::int64_t>(*held)) {
    arguments["selected"] = *held + 1;
    run_("layer.set", arguments);
  }
}

void MarkTool::finish_shape() {
  const ShapesLayer* layer = shapes_layer();
  const VoxelGrid grid = grid_for(layer);
  nlohmann::json arguments = target(layer);
  std::vector<double> points;
  for (const WorldPoint& place : places_) {
    points.push_back(rounded(voxels_along(place.y, grid, Axis::kY)));
    points.push_back(rounded(voxels_along(place.x, grid, Axis::kX)));
  }
  arguments["type"] = type_of(*kind_);
  arguments["points"] = points;
  arguments["select"] = true;
  if (workspace_.has_depth()) {
    arguments["slice"] = std::max<std::int64_t>(0, voxel_along(places_.front().z, grid, Axis::kZ));
  }
  if (workspace_.layers().time_count() > 1) arguments["frame"] = workspace_.view().time();
  cancel();
  run_("shapes.add", arguments);
}

bool MarkTool::cancel() {
  const bool drawing = !places_.empty();
  places_.clear();
  held_.reset();
  changed.emit();
  return drawing;
}

void MarkTool::remove() {
  const bool points = is_point();
  const Layer* layer = nullptr;
  std::int64_t selected = -1;
  if (const PointsLayer* found = points_layer(); points && found != nullptr) {
    layer = found;
    selected = found->look().selected;
  } else if (const ShapesLayer* found = shapes_layer(); kind_ && !points && found != nullptr) {
    layer = found;
    selected = found->look().selected;
  }
  if (layer == nullptr || selected < 0) return;
  cancel();
  run_(points ? "points.delete" : "shapes.delete",
       {{"layer", layer->name()}, {"number", selected + 1}});
}

void MarkTool::paint(QPainter& painter, const SliceView& view) const {
  if (places_.empty() || view.plane() != plane_) return;
  QPolygonF points;
  for (const WorldPoint& place : places_) points << view.position_of(place);
  QPainterPath path;
  switch (*kind_) {
    case MarkKind::kPoint:
      path.addEllipse(points.front(), kDot, kDot);
      break;
    case MarkKind::kRectangle:
      path.addRect(QRectF(points.front(), points.back()).normalized());
      break;
    case MarkKind::kEllipse:
      path.addEllipse(QRectF(points.front(), points.back()).normalized());
      break;
    case MarkKind::kPolygon:
    case MarkKind::kLine:
    case MarkKind::kPolyline:
    case MarkKind::kFreehand:
      path.addPolygon(points);
      break;
  }
  paint_drawn_outline(painter, path);
  if (by_corners()) paint_drawn_dots(painter, points);
}

}  // namespace karyo::gui
