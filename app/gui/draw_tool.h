#pragma once

/// Draws areas into labels, and lines that cut or merge them, in the plane views.

#include <optional>
#include <vector>

#include "annotation/live_wire.h"
#include "annotation/placed_mask.h"
#include "app/background_edit.h"
#include "app/gui/label_tool.h"
#include "app/picture_part.h"
#include "app/wand_preview.h"

namespace karyo::gui {

enum class DrawKind {
  kPolygon,    ///< a click for each corner; a double click, or one on the first corner, ends it
  kLasso,      ///< drag around an area
  kRectangle,  ///< drag
  kEllipse,    ///< drag
  kSmart,      ///< clicks along an edge, which the outline follows; ends as a polygon
  kWand,       ///< a click takes what is about as bright; dragging right takes more
  kOneClick,   ///< a click takes the nucleus there
  kCut,        ///< drag across an object
  kSeeds,      ///< a click in each part, a double click splits
  kMerge,      ///< drag from one object into others
  kMove,       ///< drag an object
};

/// Areas become objects of their own or parts of the selected one (PaintState::new_each); Shift
/// adds to the selected one, Alt takes away. Each is one command and one step of undo. Esc gives up
/// what is being drawn.
class DrawTool : public LabelTool {
 public:
  DrawTool(Workspace& workspace, Run run, Did did);

  /// None: the tool is not in use.
  const std::optional<DrawKind>& kind() const { return kind_; }
  /// Gives up what is being drawn.
  void set_kind(std::optional<DrawKind> kind);

  void press(SliceView& view, const WorldPoint& place) override;
  void move(SliceView& view, const WorldPoint& place, bool dragging) override;
  void release(SliceView& view, const WorldPoint& place) override;
  void double_click(SliceView& view, const WorldPoint& place) override;
  void paint(QPainter& painter, const SliceView& view) const override;
  bool cancel() override;

 private:
  bool by_clicks() const {
    return kind_ == DrawKind::kPolygon || kind_ == DrawKind::kSmart || kind_ == DrawKind::kSeeds;
  }
  bool by_dragging() const {
    return kind_ == DrawKind::kLasso || kind_ == DrawKind::kCut || kind_ == DrawKind::kMerge;
  }
  /// x, y in the plane's voxels of the layer, corners at whole numbers; and back.
  PointF in_plane(const WorldPoint& place) const;
  WorldPoint in_world(const PointF& point) const;
  std::int64_t depth() const;
  /// The number an area gets.
  std::uint32_t label_for_area() const;
  void click_corner(SliceView& view, const WorldPoint& place);
  void fix_wire(const WorldPoint& place);
  void finish_area(const char* shape, const PathF& path);
  void select(LabelsLayer& labels, std::uint32_t label);
  void finish();
  void try_wand();
  void take_wand(const nlohmann::json& arguments);
  void clear();
  void paint_taken(QPainter& painter, const SliceView& view) const;
  std::optional<PicturePart> picture(const Box3& box);
  Box3 slice_box() const;

  std::optional<DrawKind> kind_;
  std::shared_ptr<LabelsLayer> labels_;  // that is drawn into
  Plane plane_ = Plane::kXY;
  std::vector<WorldPoint> places_;   // the last follows the pointer
  std::optional<WorldPoint> press_;  // where the button went down
  std::uint32_t held_ = 0;           // the object that is moved
  std::optional<LiveWire> wire_;
  PathF wired_;       // the smart outline so far, up to its last anchor
  WandPreview wand_;
  BackgroundEdit edits_;
  Connection wand_changed_;
  double tolerance_ = 0;
};

}  // namespace karyo::gui
