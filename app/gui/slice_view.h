#pragma once

/// One plane of the open layers, with its overlays: what is looked at, scrolled, moved and clicked.
///
/// The compositor's picture is painted as an image by a plain QWidget: one blit of the viewport
/// (under 2 ms at 1600x1000), no OpenGL, the same on screen and off.

#include <QElapsedTimer>
#include <QImage>
#include <QWidget>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "app/gui/layer_choice.h"
#include "app/gui/marks_picture.h"
#include "app/gui/paced_picture.h"
#include "app/workspace.h"
#include "viewer/scene/overlays.h"
#include "viewer/scene/slice_compositor.h"

class QLabel;
class QSlider;
class QToolButton;

namespace karyo::gui {

/// What is drawn over all planes.
struct OverlayChoice {
  bool scale_bar = true, axes = true, crosshair = true;
};

/// What a view shows at one time, with layers of its own.
struct PlaneScene {
  std::shared_ptr<const LayerList> layers;
  ViewTransform view;
  std::int64_t time = 0;
  double scale = 1;  ///< pixels for one of the screen
  LayerFilter shown;
  LayerFilter shown_right = {};  ///< right of `wipe`; empty: there is none
  double wipe = 1;               ///< of the width

  /// On any thread, one at a time.
  QImage draw() const;
};
/// Layers that nobody changes, with the same marks, tiles and voxels.
std::shared_ptr<const LayerList> copy_of(const LayerList& layers);

class SliceTool;
class ViewHeader;

/// Wheel: planes. Ctrl+wheel, pinch: zoom about the pointer. Drag (left, middle, or any with
/// Space): move. Click: crosshair. Shift+drag: the crosshair follows. Double click: maximise. A pen
/// is a mouse to all but tools that ask for more.
class SliceView : public QWidget {
 public:
  SliceView(Plane plane, Workspace& workspace, QWidget* parent = nullptr);
  ~SliceView() override;

  Plane plane() const { return plane_; }
  /// Shows all layers.
  void fit();
  void set_overlays(const OverlayChoice& choice);
  /// Where a place of the world lies in the widget, in its coordinates.
  QPointF position_of(const WorldPoint& place) const;
  /// And back.
  WorldPoint world_at(const QPointF& position) const;
  /// What is on screen, in pixels of the screen.
  ViewTransform transform() const;
  /// The plane on screen: what automatic contrast is measured on.
  Box3 visible_box(const Layer& layer) const;
  void set_maximised(bool maximised);
  /// What the view shows now, to be drawn with `scale` times as many pixels a side. `layers` is a
  /// copy of the workspace's.
  PlaneScene scene(double scale, std::shared_ptr<const LayerList> layers) const;
  PlaneScene scene(double scale) const { return scene(scale, copy_of(workspace_.layers())); }
  /// The lines and texts over it, in pixels of the widget.
  Overlay overlay_for(const OverlayChoice& choice) const;
  /// What the left button does here; null: moves the picture. Must outlive its use.
  void set_tool(SliceTool* tool);
  /// Draws these layers instead of the workspace's; null: those again. Must outlive its use.
  void set_shown_instead(const LayerList* layers);
  /// Which layers this view shows.
  void set_choice(LayerChoice choice);
  const LayerChoice& choice() const { return choice_; }
  /// The same at a place, which a wipe may have divided.
  const LayerChoice& choice_at(const QPointF& position) const {
    return wipe_ && position.x() > wipe_->at * width() ? wipe_->right : choice_;
  }
  /// Two pictures, one left and one right of a line that a person drags.
  struct Wipe {
    LayerChoice right;  ///< choice() is what the left one shows
    double at = 0.5;    ///< of the width
  };
  void set_wipe(std::optional<Wipe> wipe);
  const std::optional<Wipe>& wipe() const { return wipe_; }
  /// Lets a person choose: in the header, or by dropping a layer here.
  void set_chooses_layers(bool chooses);

  std::function<void()> on_maximise;
  std::function<void()> on_moved;    ///< by hand: the framing is the person's now
  std::function<void()> on_resized;
  std::function<void(double at, bool ended)> on_wiped;  ///< the line was dragged
  std::function<void()> on_active;  ///< the pointer came in or a button went down here
  std::function<void(const std::optional<WorldPoint>&)> on_hover;
  /// Whether the picture is drawn to its end; one that takes long comes in parts.
  bool drawn() const;
  /// The next time it is painted as a whole.
  void hurry();
  /// Not null; one's own at first.
  void share_time(std::shared_ptr<DrawingTime> time) { drawing_time_ = std::move(time); }

  /// Follows the first painted frame with layers or without; for timing.
  std::function<void()> on_first_paint;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void tabletEvent(QTabletEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void enterEvent(QEnterEvent* event) override;
  void leaveEvent(QEvent* event) override;
  bool event(QEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  Overlay overlay_on(const ViewTransform& view, double scale, const OverlayChoice& choice) const;
  void redraw();
  /// What it draws: the workspace's, but for set_shown_instead().
  const LayerList& layers() const;
  void compose();
  void paint_picture(QPainter& painter, const PacedPicture& picture) const;
  void paint_overlays(QPainter& painter);
  void set_usual_cursor();
  void put_cursor(const QPointF& position);
  void pan_by(const QPointF& pixels);
  QString title() const;
  QString title_of_choice(const LayerChoice& choice) const;
  // In slice_view_wipe.cpp:
  void paint_right(QPainter& painter);
  bool on_wipe_line(const QPointF& position) const;
  void drag_wipe(const QPointF& position, bool ended);
  // In slice_view_bar.cpp:
  /// What the colours of a map mean; null where the view shows anything but one coloured image.
  const ImageLayer* coloured_alone() const;
  void paint_color_bar(QPainter& painter) const;
  bool shows_nothing() const;
  void fill_layer_menu();

  const Plane plane_;
  Workspace& workspace_;
  PacedPicture picture_, right_picture_;  // the second where there is a wipe
  MarksPicture marks_{[this] { update(); }};
  std::shared_ptr<DrawingTime> drawing_time_ = std::make_shared<DrawingTime>();
  OverlayChoice overlays_;
  LayerChoice choice_;
  std::optional<Wipe> wipe_;
  ViewHeader* header_;
  std::vector<Connection> connections_;

  enum class Drag { kNone, kUndecided, kPan, kCursor, kTool, kWipe };
  Drag drag_ = Drag::kNone;
  QPointF press_, last_;
  double wheel_left_ = 0;
  /// Whether a pen has done already what this event tells of.
  bool of_pen(const QMouseEvent& event) const;
  void end_lost_pen(const QMouseEvent& event);

  SliceTool* tool_ = nullptr;
  bool pen_down_ = false;
  QElapsedTimer since_pen_;  // was last used with a tool
  const LayerList* instead_ = nullptr;
};

}  // namespace karyo::gui
