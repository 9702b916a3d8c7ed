#pragma once

/// Layers to be opened in a given order and look, and how they are looked at: what a session file
/// says.

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/measurements.h"
#include "app/open_layer.h"
#include "core/layers/layer_look.h"
#include "core/layers/view_state.h"
#include "viewer/scene/volume_look.h"

namespace karyo {

struct SessionLayer {
  std::filesystem::path path;       ///< first tried
  std::filesystem::path otherwise;  ///< where the file was when the session was saved; may be empty
  std::string part;                 ///< a label image's name in an OME-Zarr
  OpenAs as = OpenAs::kImage;
  bool kept = false;  ///< its file is no more than a copy in case of a crash: the layer has none
  LayerLook look;
  bool selected = false;
};

struct SessionView {
  WorldPoint cursor;
  std::int64_t time = 0;
  bool linked = true;
  ViewLayoutKind layout = ViewLayoutKind::kFour;
  Plane plane = Plane::kXY;
  Slab slab;
  std::array<PlaneView, 3> planes;
  VolumeLook volume;
  std::optional<Camera> camera;  ///< of 3D; none: all of the box
  std::vector<MeasuredRow> measurements;
};

void apply_view(const SessionView& wanted, ViewState& view);

/// Reads a session's layer with its look. Errors: as open_layers; kNotFound where it is at neither
/// place or lacks the part.
Result<std::shared_ptr<Layer>> open_session_layer(const SessionLayer& wanted,
                                                  const std::shared_ptr<ChunkStore>& chunks,
                                                  TaskControl& control);

}  // namespace karyo
