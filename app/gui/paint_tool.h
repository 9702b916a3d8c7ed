#pragma once

/// Paints labels in the plane views.

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "app/background_edit.h"
#include "app/gui/label_tool.h"
#include "app/stroke.h"

namespace karyo::gui {

enum class PaintKind { kBrush, kEraser, kFill, kPick };

/// Brush and eraser: press and drag; what is drawn is there at once and one step of undo. Fill: a
/// click gives what hangs together the object's number, once it is found; a stroke begun before
/// that gives it up. Pick: a click selects the object there.
///
/// A pen's pressure changes the size of brush and eraser (PaintState::pen_pressure()), and its
/// other end erases.
///
/// Shift+drag, to the right or left, and Shift+wheel change the size of brush and eraser.
///
/// Esc takes back a stroke that is being drawn.
class PaintTool : public LabelTool {
 public:
  PaintTool(Workspace& workspace, Run run, Did did)
      : LabelTool(workspace, std::move(run), std::move(did)), fill_(workspace) {}

  /// None: the tool is not in use.
  const std::optional<PaintKind>& kind() const { return kind_; }
  bool drawing() const { return stroke_.has_value(); }
  /// Gives up what is being drawn.
  void set_kind(std::optional<PaintKind> kind);

  void press(SliceView& view, const WorldPoint& place) override;
  void move(SliceView& view, const WorldPoint& place, bool dragging) override;
  void release(SliceView& view, const WorldPoint& place) override;
  void double_click(SliceView& view, const WorldPoint& place) override { press(view, place); }
  bool takes_pen() const override { return draws(); }
  void pen(const Pen& pen) override { pen_ = pen; }
  bool wheel(double notches) override;
  void paint(QPainter& painter, const SliceView& view) const override;
  bool cancel() override;

 private:
  bool erases() const { return kind_ == PaintKind::kEraser || pen_.eraser; }
  /// The diameter that is painted with now, in voxels along x.
  double size() const;
  /// Shift+drag: the circle's edge goes with the pointer.
  struct Resizing {
    WorldPoint from;
    double size = 0;
  };
  bool begin_resizing(const WorldPoint& place);
  void resize_to(const SliceView& view, const WorldPoint& place);
  /// What a press would do, beside the circle.
  void paint_hint(QPainter& painter, const QPointF& beside) const;
  bool draws() const { return kind_ == PaintKind::kBrush || kind_ == PaintKind::kEraser; }
  void accept_what_is_drawn_on(const WorldPoint& voxel);
  void begin(const SliceView& view);
  PictureAround picture_under();
  void add(const WorldPoint& place);
  void drop_stroke();

  std::optional<PaintKind> kind_;
  std::optional<Stroke> stroke_;
  BackgroundEdit fill_;
  std::shared_ptr<LabelsLayer> painted_;
  nlohmann::json arguments_;         // of the command that draws the same stroke
  std::vector<double> points_;       // its places
  std::vector<double> sizes_;        // how wide it is at each
  Pen pen_;                          // of what is being drawn; pressed fully: a mouse
  Plane plane_ = Plane::kXY;         // where it is being drawn
  std::optional<Resizing> resizing_;
  std::optional<WorldPoint> at_;     // the pointer's place
  const SliceView* over_ = nullptr;  // the view it is in; compared, never used
};

}  // namespace karyo::gui
