#pragma once

/// How 3D shows what is open: the 3D view draws it, session files keep it.

#include <optional>

#include "core/base/signal.h"
#include "viewer/scene/camera.h"
#include "viewer/scene/volume_look.h"

namespace karyo {

/// Threads  one, the UI thread.
class VolumeState {
 public:
  const VolumeLook& look() const { return look_; }
  void set_look(const VolumeLook& look) {
    if (look == look_) return;
    look_ = look;
    changed.emit();
  }

  /// Where it was turned to; none: all of the box, as at first. The view tells it here, and takes
  /// it from here when a session is opened.
  const std::optional<Camera>& camera() const { return camera_; }
  void set_camera(std::optional<Camera> camera) { camera_ = camera; }

  Signal<> changed;  ///< the look

 private:
  VolumeLook look_;
  std::optional<Camera> camera_;
};

}  // namespace karyo
