#pragma once

/// The picture: three linked planes and 3D, or one of them alone; the time slider below.

#include <QWidget>
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "app/gui/slice_view.h"
#include "app/gui/volume_view.h"
#include "app/workspace.h"

class QGridLayout;
class QLabel;
class QSlider;

namespace karyo::gui {

/// XY with YZ to its right and XZ below, as Fiji's orthogonal views: shared axes line up.
class ViewGrid : public QWidget {
 public:
  explicit ViewGrid(Workspace& workspace, QWidget* parent = nullptr);

  SliceView& slice(Plane plane) { return *slices_[static_cast<std::size_t>(plane)]; }
  VolumeView& volume() { return *volume_; }
  /// The plane the pointer was over last: what keys step through.
  Plane active_plane() const { return active_; }
  void set_overlays(const OverlayChoice& choice);
  const OverlayChoice& overlays() const { return overlays_; }
  /// Everything fills the views again, and does after every resize until a view is moved by hand.
  void reset();
  /// One view alone, or all again.
  void toggle_maximised();
  bool settled() const;

  std::function<void(const std::optional<WorldPoint>&)> on_hover;

 private:
  void arrange();
  void toggle_plane(Plane plane);
  void toggle_volume();
  void update_time();
  void fit_planes();

  Workspace& workspace_;
  QGridLayout* grid_;
  std::array<SliceView*, 3> slices_{};
  VolumeView* volume_;
  QWidget* time_row_;
  QSlider* time_slider_;
  QLabel* time_text_;
  Plane active_ = Plane::kXY;
  bool fitted_ = true;
  OverlayChoice overlays_;
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
