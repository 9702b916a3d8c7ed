#include "app/gui/histogram_counter.h"

#include <QPointer>
#include <utility>

namespace karyo::gui {

HistogramCounter::HistogramCounter(Workspace& workspace, QObject* parent,
                                   std::function<void(Histogram)> ready)
    : QObject(parent), workspace_(workspace), ready_(std::move(ready)) {}

void HistogramCounter::count(Count wish) {
  if (counting_) {
    next_ = std::move(wish);
  } else {
    start(std::move(wish));
  }
}

void HistogramCounter::start(Count wish) {
  counting_ = true;
  workspace_.in_background(
      [self = QPointer(this), wish = std::move(wish)](TaskControl&) -> Result<Workspace::Finish> {
        return Workspace::Finish([self, counted = wish()] {
          if (self == nullptr) return;
          self->counting_ = false;
          if (self->next_) {
            self->start(*std::exchange(self->next_, std::nullopt));
          } else {
            self->ready_(counted);
          }
        });
      });
}

}  // namespace karyo::gui
