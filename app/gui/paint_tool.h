#pragma once

/// Paints labels in the plane views.

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "app/gui/slice_tool.h"
#include "app/stroke.h"

namespace karyo::gui {

enum class PaintKind { kBrush, kEraser, kFill, kPick };

/// Brush and eraser: press and drag; what is drawn is there at once and one step of undo. Fill: a
/// click gives what hangs together the object's number. Pick: a click selects the object there.
///
/// Works on the selected layer of labels, else on the topmost one that is seen; where there is
/// none, the brush makes one. Esc takes back a stroke that is being drawn.
class PaintTool : public SliceTool {
 public:
  /// `run` starts a command, shows its error and says whether it went well; `did` tells of one
  /// whose work the hand has done.
  using Run = std::function<bool(const std::string& id, const nlohmann::json& arguments)>;
  using Did = std::function<void(const std::string& id, const nlohmann::json& arguments)>;
  PaintTool(Workspace& workspace, Run run, Did did)
      : workspace_(workspace), run_(std::move(run)), did_(std::move(did)) {}

  /// None: the tool is not in use.
  const std::optional<PaintKind>& kind() const { return kind_; }
  bool drawing() const { return stroke_.has_value(); }
  /// Gives up what is being drawn.
  void set_kind(std::optional<PaintKind> kind);

  void press(SliceView& view, const WorldPoint& place) override;
  void move(SliceView& view, const WorldPoint& place, bool dragging) override;
  void release(SliceView& view, const WorldPoint& place) override;
  void double_click(SliceView& view, const WorldPoint& place) override { press(view, place); }
  void paint(QPainter& painter, const SliceView& view) const override;
  bool cancel() override;

  Signal<> changed;

 private:
  bool draws() const { return kind_ == PaintKind::kBrush || kind_ == PaintKind::kEraser; }
  /// The layer to change, selected; null where that was said to be impossible.
  std::shared_ptr<LabelsLayer> layer();
  void begin(const SliceView& view);
  void add(const WorldPoint& place);
  /// z, y, x in voxels of the layer; whole numbers are their middles.
  WorldPoint voxel_of(const WorldPoint& place, const Layer& layer) const;
  nlohmann::json common(const Layer& layer, Plane plane) const;

  Workspace& workspace_;
  Run run_;
  Did did_;
  std::optional<PaintKind> kind_;
  std::optional<Stroke> stroke_;
  std::shared_ptr<LabelsLayer> painted_;
  nlohmann::json arguments_;         // of the command that draws the same stroke
  std::vector<double> points_;       // its places
  Plane plane_ = Plane::kXY;         // where it is being drawn
  std::optional<WorldPoint> at_;     // the pointer's place
  const SliceView* over_ = nullptr;  // the view it is in; compared, never used
};

}  // namespace karyo::gui
