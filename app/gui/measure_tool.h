#pragma once

/// Draws the lines, rectangles, angles and areas that are measured, and moves their points.

#include <functional>
#include <optional>
#include <vector>

#include "app/gui/slice_tool.h"
#include "app/workspace.h"
#include "core/measure/measurement.h"

namespace karyo::gui {

/// Line, rectangle: press and drag. Angle: three clicks, the vertex second. Area: a click for each
/// corner; a double click, or one on the first corner, ends it. A point of what is drawn can be
/// dragged; a press elsewhere begins anew.
class MeasureTool : public SliceTool {
 public:
  explicit MeasureTool(Workspace& workspace) : workspace_(workspace) {}

  MeasureKind kind() const { return kind_; }
  /// Begins anew.
  void set_kind(MeasureKind kind);
  /// What is drawn, perhaps not yet complete; none before the first press.
  const std::optional<MeasureShape>& shape() const { return shape_; }
  void set_shape(std::optional<MeasureShape> shape);
  /// Whether `shape` is one to be measured: complete, and its plane still the one on screen.
  bool complete() const { return shape_ && !drawing_ && shape_->complete(); }

  void press(SliceView& view, const WorldPoint& place) override;
  void move(SliceView& view, const WorldPoint& place, bool dragging) override;
  void release(SliceView& view, const WorldPoint& place) override;
  void double_click(SliceView& view, const WorldPoint& place) override;
  void paint(QPainter& painter, const SliceView& view) const override;
  bool cancel() override;

  Signal<> changed;

 private:
  std::optional<std::size_t> point_at(const SliceView& view, const WorldPoint& place) const;
  void begin(const SliceView& view, const WorldPoint& place);
  bool by_dragging() const {
    return kind_ == MeasureKind::kLine || kind_ == MeasureKind::kRectangle;
  }

  Workspace& workspace_;
  MeasureKind kind_ = MeasureKind::kLine;
  std::optional<MeasureShape> shape_;
  bool drawing_ = false;                // the last point follows the pointer
  std::optional<std::size_t> dragged_;  // a point of a finished shape
};

}  // namespace karyo::gui
