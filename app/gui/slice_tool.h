#pragma once

/// What the left button does in the plane views while a tool is chosen; without one it moves the
/// picture and sets the crosshair.
///
/// One tool serves all views. Places are in the world, on the view's plane. The middle button and
/// Space + drag stay the views' own, and the wheel but with Shift.

#include <QCursor>
#include <QMouseEvent>

#include "core/image/world.h"

class QPainter;

namespace karyo::gui {

class SliceView;

/// What a pen tells beside its place.
struct Pen {
  double pressure = 1;  ///< 0 .. 1
  bool eraser = false;  ///< its other end
};

class SliceTool {
 public:
  virtual ~SliceTool() = default;
  virtual void press(SliceView& view, const WorldPoint& place) = 0;
  /// `dragging`: since a press that has not ended.
  virtual void move(SliceView& view, const WorldPoint& place, bool dragging) = 0;
  virtual void release(SliceView& view, const WorldPoint& place) = 0;
  virtual void double_click(SliceView& view, const WorldPoint& place) = 0;
  /// Whether a pen is more to this tool than a mouse: then `pen` is called before each of the above
  /// that the pen does.
  virtual bool takes_pen() const { return false; }
  virtual void pen(const Pen&) {}
  /// The wheel was turned by so many notches with Shift held; false: it is the view's.
  virtual bool wheel(double /*notches*/) { return false; }
  /// Over the picture, in the widget's coordinates.
  virtual void paint(QPainter& painter, const SliceView& view) const = 0;
  /// Esc; false when there was nothing to give up.
  virtual bool cancel() { return false; }
  /// Whether Delete, while the views have the keyboard, is this tool's and not the window's.
  virtual bool removes() const { return false; }
  /// Delete.
  virtual void remove() {}
  virtual QCursor cursor() const { return Qt::CrossCursor; }
};

}  // namespace karyo::gui
