#pragma once

/// What a 3D view is asked to draw: a frozen copy, so it can be drawn on any thread while the
/// layers go on changing.

#include <array>
#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

#include "core/image/volume.h"
#include "core/labels/label_volume.h"
#include "core/layers/label_colors.h"
#include "core/layers/surface_layer.h"
#include "core/layers/vector_layers.h"
#include "viewer/scene/camera.h"
#include "viewer/scene/volume_look.h"

namespace karyo {

/// One channel to ray cast.
struct VolumeItem {
  std::shared_ptr<const Volume> volume;
  VoxelGrid grid;                   ///< how it lies in the world
  std::int64_t t = 0, c = 0;
  double low = 0, high = 1;         ///< contrast limits
  double gamma = 1;
  std::array<Rgb, 256> colours{};   ///< from low to high
  double opacity = 1;
};

/// Labels whose objects are drawn, as surfaces or voxel by voxel.
struct SurfaceItem {
  LabelVolume labels;
  VoxelGrid grid;
  std::uint32_t only = 0;           ///< this object alone; 0: all
  LabelColors colours;
  double opacity = 1;
  std::vector<std::uint32_t> selected;  ///< get an outline in the accent

  /// Whether it is drawn: objects are, not background and not what is ignored.
  bool shows(std::uint32_t id) const {
    return id != 0 && id != kIgnoredLabel && (only == 0 || id == only);
  }
};

struct ShapesInScene {
  ShapesLook look;
  std::shared_ptr<const OutlineList> outlines;
  double everywhere = 0.5;  ///< where along z shapes of all slices are drawn, voxels
  friend bool operator==(const ShapesInScene&, const ShapesInScene&) = default;
};
/// One layer of marks.
struct MarksItem {
  std::variant<PointsLook, ShapesInScene, TracksLook, SurfaceLook> marks;
  VoxelGrid grid;
  std::int64_t time = 0;
  double opacity = 1;
  friend bool operator==(const MarksItem&, const MarksItem&) = default;
};

struct SceneRequest {
  std::vector<VolumeItem> volumes;   ///< added up, as the planes add channels
  std::vector<SurfaceItem> surfaces;
  std::vector<MarksItem> marks;
  VolumeLook look;
  WorldBox box;                      ///< drawn as a thin frame
  bool show_box = true;
  Camera camera;
  int width = 0, height = 0;         ///< pixels, >= 1
  double scale = 1;                  ///< pixels for one of the screen's, in which marks are sized
  bool draft = false;                ///< while turning: coarser steps along each line of sight
};

}  // namespace karyo
