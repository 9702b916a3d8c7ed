#pragma once

/// The picture: three linked planes and 3D, one of them alone, or one plane in several cells; below
/// it sliders for the axes that are not on screen.

#include <QWidget>
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "app/gui/axis_slider.h"
#include "app/gui/cell_grid.h"
#include "app/gui/slice_view.h"
#include "app/gui/volume_view.h"
#include "app/workspace.h"

class QGridLayout;

namespace karyo::gui {

/// XY with YZ to its right and XZ below, as Fiji's orthogonal views: shared axes line up.
class ViewGrid : public QWidget {
 public:
  explicit ViewGrid(Workspace& workspace, QWidget* parent = nullptr);

  SliceView& slice(Plane plane) { return *slices_[static_cast<std::size_t>(plane)]; }
  VolumeView& volume() { return *volume_; }
  CellGrid& cells() { return *cells_; }
  AxisSlider& time_slider() { return *time_; }
  AxisSlider& plane_slider() { return *plane_; }
  AxisSlider& channel_slider() { return *channel_; }
  /// The plane the pointer was over last: what keys step through.
  Plane active_plane() const { return active_; }
  void set_overlays(const OverlayChoice& choice);
  const OverlayChoice& overlays() const { return overlays_; }
  /// The XY view shows `shown` in the place of `source` until it is called again; null ends it. A
  /// change of the list of layers ends it too.
  void show_preview(const std::shared_ptr<Layer>& source, std::shared_ptr<Layer> shown);
  /// Paints the planes again: what a tool draws over them has changed.
  void update_planes();
  /// In all plane views; null: none.
  void set_tool(SliceTool* tool);
  /// Everything fills the views again, and does after every resize until a view is moved by hand.
  void reset();
  /// One view alone, or all again.
  void toggle_maximised();
  bool settled() const;
  const LayerList& layers() const;
  /// What the planes still have to draw is there the next time they are painted: for pictures of
  /// them.
  void hurry();
  /// Side by side (2 to 4), or a cell for each layer; asked for again: back to what was before.
  void show_columns(int count);
  void show_layer_grid();
  /// A cell for each choice, in rows of `columns`, until columns of another kind are asked for.
  /// Called again, these take their place.
  void show_chosen(std::vector<LayerChoice> choices, int columns);
  /// The next plane takes the place of the one shown alone or in cells: XY, XZ, YZ.
  void roll_planes();

  std::function<void(const std::optional<WorldPoint>&)> on_hover;
  /// Called for each new cell.
  std::function<void(SliceView&)> on_cell;
  /// The cells of show_chosen() were made, again perhaps.
  std::function<void()> on_chosen_shown;
  /// Delete while the views have the keyboard and no tool has a use for it: whether it is more than
  /// the window's own, and what it does then.
  std::function<bool()> removes;
  std::function<void()> on_remove;

 protected:
  bool event(QEvent* event) override;

 private:
  void arrange();
  void toggle_plane(Plane plane);
  void toggle_volume();
  void show_cells(ViewLayoutKind layout);
  void leave_cells();
  void prepare(SliceView& view);
  void update_sliders();
  void update_time();
  void update_plane();
  void update_channel();
  void show_one_channel(int number);
  void fit_planes();

  Workspace& workspace_;
  QGridLayout* grid_;
  std::array<SliceView*, 3> slices_{};
  VolumeView* volume_;
  CellGrid* cells_;
  QWidget* views_;
  AxisSlider* time_;
  AxisSlider* plane_;
  AxisSlider* channel_;
  int columns_ = 2;
  std::vector<LayerChoice> chosen_;  // of the columns, where they are not the usual ones
  int chosen_columns_ = 1;
  int cell_layers_ = -1;  // that the cells were made for
  Plane active_ = Plane::kXY;
  bool fitted_ = true;
  OverlayChoice overlays_;
  SliceTool* tool_ = nullptr;
  std::unique_ptr<LayerList> preview_;
  std::shared_ptr<DrawingTime> drawing_time_ = std::make_shared<DrawingTime>();  // of all planes
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
