#pragma once

/// The 3D view: the open layers as a volume and surfaces, or a hint where there is no depth.

#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "app/gui/turn_film.h"
#include "app/workspace.h"
#include "viewer/qt/render_surface.h"

class QLabel;

namespace karyo::gui {

class ViewHeader;
class VolumeTool;

class VolumeView : public QWidget {
 public:
  explicit VolumeView(Workspace& workspace, QWidget* parent = nullptr);
  ~VolumeView() override;

  /// What is shown and how: the workspace's. Setting it draws anew and tells `changed`.
  const VolumeLook& look() const { return workspace_.volume().look(); }
  void set_look(const VolumeLook& look) { workspace_.volume().set_look(look); }
  VolumeMethod method() const { return look().method; }
  void set_method(VolumeMethod method);
  /// Keeps this part of the stack, in the world's unit; put in order and into the stack.
  void set_crop(bool on, WorldBox kept);
  /// All of what is open.
  WorldBox box() const;

  bool orthographic() const { return surface_->camera().orthographic; }
  void set_orthographic(bool orthographic);
  /// The near side goes to the right and down by so many degrees.
  void turn(double azimuth_degrees, double elevation_degrees);
  /// All of the box along `forward`, with `down` on screen.
  void look_along(World forward, World down);
  void set_frame_shown(bool shown);
  bool frame_shown() const { return frame_shown_; }
  /// A mark at the crosshair's place.
  void set_crosshair_shown(bool shown);
  void reset_camera();
  void set_maximised(bool maximised);
  /// True when what is shown is up to date, or there is nothing to show.
  bool settled() const;
  RenderSurface& surface() { return *surface_; }
  /// What the left button does on objects; null: it turns, and a click moves the crosshair. Must
  /// outlive its use.
  void set_tool(VolumeTool* tool);

  /// The object that is seen at a place of the view, in its coordinates.
  struct SeenObject {
    std::shared_ptr<LabelsLayer> layer;
    std::uint32_t label = 0;
    WorldPoint place;  ///< the middle of the voxel that is seen
  };
  std::optional<SeenObject> object_at(QPointF position);
  /// The layer of each of the scene's surfaces.
  const std::vector<std::weak_ptr<LabelsLayer>>& drawn_labels() {
    catch_up();
    return drawn_labels_;
  }

  /// Makes a film of a turn of what is shown, seen as now. Sizes of 0: those of the view.
  Result<void> make_film(FilmOrder order);
  TurnFilm& film() { return film_; }
  Signal<> film_changed;

  /// The look, the projection or the box are others.
  Signal<> changed;

  std::function<void()> on_maximise;
  std::function<void(const Error&)> on_error;
  /// What is seen under the pointer; none beside the stack and when the pointer leaves.
  std::function<void(const std::optional<WorldPoint>&)> on_hover;

 protected:
  void resizeEvent(QResizeEvent* event) override;
  void enterEvent(QEnterEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void showEvent(QShowEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;

 private:
  /// Gathers what changed since the last picture, once for all changes of this moment.
  void ask_later();
  void rebuild();
  void catch_up();
  void look_changed();
  SceneRequest request_from_layers();
  bool marks_follow_cursor() const;
  void paint_over(QPainter& painter) const;
  void watch_surface();
  /// Moves the crosshair to the voxel that is seen there, and selects the object.
  void go_to(QPointF position);
  void hover(QPointF position);

  Workspace& workspace_;
  RenderSurface* surface_;
  QLabel* hint_;
  ViewHeader* header_;
  QTimer soon_;
  QElapsedTimer since_look_;  // to tell a drag from a single change
  bool look_moves_ = false;
  WorldBox box_;
  std::vector<std::weak_ptr<LabelsLayer>> drawn_labels_;  // of each surface of the scene
  VolumeTool* tool_ = nullptr;
  TurnFilm film_;
  bool frame_shown_ = true;
  bool crosshair_shown_ = true;
  bool failed_ = false;
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
