#pragma once

/// A widget that shows a 3D scene.
///
/// VTK draws on a thread of its own, into an OpenGL context of its own (viewer/scene/gl_context),
/// and the picture comes back to be painted. A QOpenGLWidget would draw on the UI thread, where one
/// ray-cast frame of a software renderer (40 ms to 1 s) stalls every other view, and would turn the
/// whole window's painting over to OpenGL. Reading the picture back costs about a millisecond.

#include <QImage>
#include <QTimer>
#include <QWidget>
#include <functional>
#include <memory>

#include "core/base/result.h"
#include "viewer/scene/scene_request.h"

namespace karyo {

/// Drag turns, Shift or middle drag moves, wheel zooms, click and double click are its owner's. A
/// left drag is its owner's where `on_press` takes it.
/// Out of sight for 20 s it gives back what it holds; its owner sets the scene again when it is
/// shown. While turning, coarse pictures are drawn at half size; the full one follows when the hand
/// rests.
class RenderSurface : public QWidget {
 public:
  explicit RenderSurface(QWidget* parent = nullptr);
  ~RenderSurface() override;

  /// What to draw; camera and size are the surface's own. The view is set to show all of the box
  /// when the box is another than before. `moving`: more will follow at once, as of a slider that
  /// is dragged; coarse pictures do until it rests.
  void set_scene(SceneRequest scene, bool moving = false);
  /// Nothing is drawn and no thread is started until there is a scene; what the last one held, in
  /// memory and on the graphics card, is given back soon.
  void clear_scene();
  /// Back to the first view of the box.
  void reset_camera();
  const Camera& camera() const { return scene_.camera; }
  void set_camera(const Camera& camera);
  /// Whether it is another than that of reset_camera(), which shows all of the box.
  bool camera_moved() const { return camera_moved_; }
  bool has_scene() const { return has_scene_; }
  /// What is shown, for a picture of this widget's logical size.
  const SceneRequest& scene() const { return scene_; }

  /// True when the newest request has been drawn in full.
  bool settled() const;
  /// The picture on screen; null before the first.
  const QImage& picture() const { return picture_; }

  /// Called on the UI thread when a picture arrives or could not be drawn.
  std::function<void()> on_drawn;
  std::function<void(const Error&)> on_error;
  /// The camera was set, reset or moved by hand.
  std::function<void()> on_camera;
  /// A left click that was no drag, in the widget's coordinates.
  std::function<void(QPointF)> on_click;
  /// The left button went down, without Shift; true: what follows until it comes up is the owner's
  /// and goes to `on_drag` and `on_release`.
  std::function<bool(QPointF)> on_press;
  std::function<void(QPointF)> on_drag, on_release;
  /// The pointer moved with no button down.
  std::function<void(QPointF)> on_hover;
  /// Painted over the picture by the owner, in the widget's coordinates.
  std::function<void(QPainter&)> paint_over;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void showEvent(QShowEvent* event) override;
  void hideEvent(QHideEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;

 private:
  class Worker;
  void request(bool draft);
  void arrived(QImage picture, bool draft, std::uint64_t number);
  void moved();
  void measure();
  void draw_coarse_first();

  SceneRequest scene_;
  bool has_scene_ = false;
  bool camera_moved_ = false;  // until then a new size shows all of the box again
  QImage picture_;
  std::unique_ptr<Worker> worker_;
  std::uint64_t asked_ = 0, full_drawn_ = 0, full_asked_ = 0;
  QTimer rest_, hidden_;
  QPointF pressed_at_, last_mouse_;
  Qt::MouseButton button_ = Qt::NoButton;
  bool panning_ = false;
  bool dragging_ = false;  // beyond a click's slack
  bool owners_ = false;    // the drag is the owner's
};

}  // namespace karyo
