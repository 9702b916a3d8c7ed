#pragma once

/// What a 3D view is asked to draw: a frozen copy, so it can be drawn on any thread while the
/// layers go on changing.

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/image/volume.h"
#include "core/labels/label_volume.h"
#include "core/layers/label_colors.h"
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
};

struct SceneRequest {
  std::vector<VolumeItem> volumes;   ///< added up, as the planes add channels
  std::vector<SurfaceItem> surfaces;
  VolumeLook look;
  WorldBox box;                      ///< drawn as a thin frame
  bool show_box = true;
  Camera camera;
  int width = 0, height = 0;         ///< pixels, >= 1
  bool draft = false;                ///< while turning: coarser steps along each line of sight
};

}  // namespace karyo
