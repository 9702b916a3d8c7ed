#pragma once

/// Puts points and shapes into layers of them, in the plane views.

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "app/gui/slice_tool.h"
#include "app/workspace.h"

namespace karyo::gui {

enum class MarkKind { kPoint, kRectangle, kEllipse, kPolygon, kLine, kPolyline, kFreehand };

/// Point: a click adds one, a press on one selects it, a drag moves it. Rectangle, ellipse, line,
/// freehand: press and drag. Polygon and polyline: a click for each corner; a double click ends
/// them, and a polygon also one on its first corner. Delete takes out the selected mark.
///
/// Marks go into the selected layer where it is one for them, else into a new one. Shapes lie in
/// XY; points can be put in every view. All is done by commands, one a mark, so that undo and
/// macros know of it.
class MarkTool : public SliceTool {
 public:
  /// `run` starts a command and shows its error.
  using Run = std::function<void(const std::string& id, const nlohmann::json& arguments)>;
  MarkTool(Workspace& workspace, Run run) : workspace_(workspace), run_(std::move(run)) {}

  /// None: the tool is not in use.
  const std::optional<MarkKind>& kind() const { return kind_; }
  /// Gives up what is being drawn.
  void set_kind(std::optional<MarkKind> kind);

  void press(SliceView& view, const WorldPoint& place) override;
  void move(SliceView& view, const WorldPoint& place, bool dragging) override;
  void release(SliceView& view, const WorldPoint& place) override;
  void double_click(SliceView& view, const WorldPoint& place) override;
  void paint(QPainter& painter, const SliceView& view) const override;
  bool cancel() override;
  bool removes() const override { return kind_.has_value(); }
  void remove() override;

  Signal<> changed;

 private:
  bool is_point() const { return kind_ == MarkKind::kPoint; }
  bool by_corners() const { return kind_ == MarkKind::kPolygon || kind_ == MarkKind::kPolyline; }
  const PointsLayer* points_layer() const;
  const ShapesLayer* shapes_layer() const;
  /// Of the selected layer of points, seen in this view under the pointer.
  std::optional<std::size_t> mark_at(const SliceView& view, const WorldPoint& place) const;
  nlohmann::json target(const Layer* layer) const;
  VoxelGrid grid_for(const Layer* layer) const;
  /// z, y, x for points.add; on the view's plane the middle of a voxel.
  std::vector<double> voxel_of(const WorldPoint& place, Plane plane, const Layer* layer) const;
  void put_point(const WorldPoint& place);
  void finish_shape();

  Workspace& workspace_;
  Run run_;
  std::optional<MarkKind> kind_;
  Plane plane_ = Plane::kXY;         // where it is being drawn
  std::vector<WorldPoint> places_;   // of what is being drawn; the last follows the pointer
  std::optional<std::size_t> held_;  // the point that is being dragged
  bool moved_ = false;
};

}  // namespace karyo::gui
