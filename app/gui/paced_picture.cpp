#include "app/gui/paced_picture.h"

#include <QTimer>
#include <algorithm>
#include <utility>

namespace karyo::gui {
namespace {

/// Each pixel the one that lies there in `from`; black where that is empty.
void stretch(const RgbaImage& from, RgbaImage& to) {
  for (int y = 0; y < to.height(); ++y) {
    std::uint32_t* row = to.row(y);
    if (from.width() == 0 || from.height() == 0) {
      std::fill_n(row, to.width(), pack_rgba(Rgb{}));
      continue;
    }
    const std::uint32_t* source =
        from.row(static_cast<int>(static_cast<std::int64_t>(y) * from.height() / to.height()));
    for (int x = 0; x < to.width(); ++x) {
      row[x] = source[static_cast<std::int64_t>(x) * from.width() / to.width()];
    }
  }
}

}  // namespace

DrawingTime::Clock::time_point DrawingTime::until() {
  const auto now = Clock::now();
  if (!std::exchange(begun_, true)) {
    end_ = now + kMost;
    QTimer::singleShot(0, &timer_, [this] { begun_ = false; });
  }
  return std::max(end_, now + kLeast);
}

void PacedPicture::compose(const LayerList& layers, const ViewTransform& view, std::int64_t time,
                           const LayerFilter& shown, SliceCompositor::Clock::time_point until) {
  if (std::exchange(hurries_, false)) until = until.max();
  if (pixels_.width() != view.width || pixels_.height() != view.height) {
    RgbaImage before = std::exchange(pixels_, RgbaImage(view.width, view.height));
    stretch(before, pixels_);
    next_ = 0;
    all_ = true;
  }
  // While rows are due a change may lie in those that were drawn since.
  if (all_ || (rows_due_ > 0 && !part_.empty())) {
    rows_due_ = view.height;  // from where it was, or a moving hand would leave the lower rows out
    part_ = {};
    all_ = false;
  }
  const auto compose_to = [&](const ScreenRect& part) {
    return compositor_.compose(layers, view, time, part, pixels_, shown, until);
  };
  if (!part_.empty()) {
    part_.top = compose_to(part_);
    if (part_.empty()) part_ = {};
  }
  while (rows_due_ > 0) {
    const int bottom = std::min(next_ + rows_due_, view.height);
    const int reached = compose_to({0, next_, view.width, bottom});
    rows_due_ -= reached - next_;
    next_ = reached == view.height ? 0 : reached;
    if (reached < bottom || SliceCompositor::Clock::now() > until) break;
  }
}

}  // namespace karyo::gui
