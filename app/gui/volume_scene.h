#pragma once

/// What the 3D view draws of the open layers.

#include <memory>
#include <vector>

#include "app/workspace.h"
#include "viewer/scene/scene_request.h"

namespace karyo::gui {

struct LayerScene {
  SceneRequest request;                            ///< all but box, look, camera and size
  std::vector<std::weak_ptr<LabelsLayer>> labels;  ///< of each of the request's surfaces
};

/// The layers that are seen, at the time that is looked at. May start reading a coarse copy of an
/// image that stays in its file.
LayerScene scene_of_layers(Workspace& workspace);

}  // namespace karyo::gui
