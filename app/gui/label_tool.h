#pragma once

/// What all tools share that change labels in the plane views.

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "app/gui/slice_tool.h"
#include "app/workspace.h"

namespace karyo::gui {

/// Works on the selected layer of labels, else on the topmost one that is seen; where there is
/// none, a tool that makes objects makes one.
class LabelTool : public SliceTool {
 public:
  /// `run` starts a command, shows its error and says whether it went well; `did` tells of one
  /// whose work the hand has done.
  using Run = std::function<bool(const std::string& id, const nlohmann::json& arguments)>;
  using Did = std::function<void(const std::string& id, const nlohmann::json& arguments)>;
  LabelTool(Workspace& workspace, Run run, Did did)
      : workspace_(workspace), run_(std::move(run)), did_(std::move(did)) {}

  Signal<> changed;

 protected:
  /// The layer to change, selected; null where that was said to be impossible. `makes`: one is made
  /// where there is none; `reads`: nothing will be changed, so it may be locked.
  std::shared_ptr<LabelsLayer> layer(bool makes, bool reads = false);
  /// z, y, x in voxels of the layer; whole numbers are their middles.
  WorldPoint voxel_of(const WorldPoint& place, const Layer& layer) const;
  /// Layer, plane, frame and what may be painted over, as commands have them.
  nlohmann::json common(const Layer& layer, Plane plane) const;
  Workspace& workspace() const { return workspace_; }
  bool run(const std::string& id, const nlohmann::json& arguments) { return run_(id, arguments); }
  void did(const std::string& id, const nlohmann::json& arguments) { did_(id, arguments); }

 private:
  Workspace& workspace_;
  Run run_;
  Did did_;
};

}  // namespace karyo::gui
