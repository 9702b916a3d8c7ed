// A pen over a plane view.

#include <QMouseEvent>
#include <QTabletEvent>

#include "app/gui/slice_tool.h"
#include "app/gui/slice_view.h"

namespace karyo::gui {
namespace {

constexpr int kEchoMs = 500;  // so long after a pen the system may tell the same as a mouse

}  // namespace

/// A pen that a tool asked for; Qt makes a mouse of what is left here unaccepted.
void SliceView::tabletEvent(QTabletEvent* event) {
  event->ignore();
  const bool presses = event->type() == QEvent::TabletPress;
  if (presses && !pen_down_) {
    const bool takes = event->button() == Qt::LeftButton && tool_ != nullptr &&
                       tool_->takes_pen() && !workspace_.layers().empty();
    if (!takes) return;
    pen_down_ = true;
    drag_ = Drag::kTool;
    press_ = event->position();
    setFocus(Qt::MouseFocusReason);
    if (on_active) on_active();
  }
  if (!pen_down_) return;
  event->accept();
  since_pen_.start();
  const WorldPoint place = world_at(event->position());
  const bool releases = event->type() == QEvent::TabletRelease;
  if (tool_ != nullptr && drag_ == Drag::kTool) {
    const bool measures =
        event->pointingDevice()->hasCapability(QInputDevice::Capability::Pressure);
    // At the end there is no pressure any more: what was pressed last counts.
    if (!releases) {
      tool_->pen({measures ? event->pressure() : 1,
                  event->pointerType() == QPointingDevice::PointerType::Eraser});
    }
    if (presses) {
      tool_->press(*this, place);
    } else if (releases) {
      tool_->release(*this, place);
    } else {
      tool_->move(*this, place, true);
    }
    if (releases) tool_->pen({});
  }
  if (on_hover) on_hover(place);
  last_ = event->position();
  if (!releases) return;
  pen_down_ = false;
  drag_ = Drag::kNone;
  set_usual_cursor();
}

bool SliceView::of_pen(const QMouseEvent& event) const {
  const bool echo = event.source() == Qt::MouseEventSynthesizedBySystem && since_pen_.isValid() &&
                    since_pen_.elapsed() < kEchoMs;
  return pen_down_ || echo;
}

/// A pen that went away while it was down is never told to have come up. The mouse ends its drag.
void SliceView::end_lost_pen(const QMouseEvent& event) {
  if (event.source() == Qt::MouseEventNotSynthesized && pen_down_ &&
      since_pen_.elapsed() >= kEchoMs) {
    pen_down_ = false;
  }
}

}  // namespace karyo::gui
