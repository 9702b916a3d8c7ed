#pragma once

/// Corrects tracks in the plane views: cells are picked, and linked to the one picked before.

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "app/gui/slice_tool.h"
#include "app/track_desk.h"

namespace karyo::gui {

/// A click selects the cell nearest to it in this frame; with Shift it links the selected cell, of
/// an earlier frame, to it; with Ctrl it makes it the selected one's second daughter. A ring is
/// around the selected cell; where the frame is another, a dashed one around where it was, and one
/// around where its track is now.
class TrackTool : public SliceTool {
 public:
  using Run = std::function<bool(const std::string& id, const nlohmann::json& arguments)>;
  TrackTool(Workspace& workspace, TrackDesk& desk, Run run)
      : workspace_(workspace), desk_(desk), run_(std::move(run)) {}

  bool in_use() const { return in_use_; }
  void set_in_use(bool on);

  void press(SliceView& view, const WorldPoint& place) override;
  void move(SliceView& view, const WorldPoint& place, bool dragging) override;
  void release(SliceView& view, const WorldPoint& place) override;
  void double_click(SliceView&, const WorldPoint&) override {}
  void paint(QPainter& painter, const SliceView& view) const override;
  bool removes() const override { return in_use_ && desk_.selected().has_value(); }
  void remove() override;
  bool cancel() override;

  Signal<> changed;

 private:
  Workspace& workspace_;
  TrackDesk& desk_;
  Run run_;
  bool in_use_ = false;
};

}  // namespace karyo::gui
