#pragma once

/// A picture of a plane that is kept on screen and drawn anew where it has changed.
///
/// What takes long (a projection through hundreds of planes, many layers) comes in parts, one an
/// event, so that the hand is not held up; until a part comes, what was there before is shown.
///
/// Threads  the one that owns the layers.

#include <QObject>
#include <chrono>

#include "viewer/scene/slice_compositor.h"

namespace karyo::gui {

/// What the views that are drawn in one event take together.
class DrawingTime {
 public:
  using Clock = SliceCompositor::Clock;
  static constexpr std::chrono::milliseconds kMost{25};  ///< an event
  static constexpr std::chrono::milliseconds kLeast{3};  ///< a view, so that the last one moves too

  /// When a view that begins to draw now is to end.
  Clock::time_point until();

 private:
  QObject timer_;
  Clock::time_point end_;
  bool begun_ = false;  // in this event
};

class PacedPicture {
 public:
  /// All of it is to be drawn anew.
  void redraw() { all_ = true; }
  /// So is this part.
  void redraw(const ScreenRect& part) { part_ = part_.united_with(part); }
  /// The next compose() draws all that is due, however long it takes.
  void hurry() { hurries_ = true; }
  /// The last compose() left nothing.
  bool drawn() const { return rows_due_ == 0 && part_.empty(); }

  /// Draws what is due, or no more of it than was begun `until` then. A picture of another size
  /// shows the one before, stretched, until its own rows come.
  void compose(const LayerList& layers, const ViewTransform& view, std::int64_t time,
               const LayerFilter& shown, SliceCompositor::Clock::time_point until);
  const RgbaImage& pixels() const { return pixels_; }

 private:
  SliceCompositor compositor_;
  RgbaImage pixels_;
  ScreenRect part_;
  bool all_ = true, hurries_ = false;
  /// Rows that are due and the first of them; those past the last are the topmost.
  int rows_due_ = 0, next_ = 0;
};

}  // namespace karyo::gui
