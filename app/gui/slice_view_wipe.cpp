// Two pictures of one place, parted by a line that is dragged.

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "app/gui/slice_view.h"
#include "app/gui/theme.h"
#include "app/gui/view_header.h"

namespace karyo::gui {
namespace {

constexpr double kGrip = 6;  // pixels to either side of the line

}  // namespace

void SliceView::set_wipe(std::optional<Wipe> wipe) {
  wipe_ = std::move(wipe);
  redraw();
}

void SliceView::paint_right(QPainter& painter) {
  const double line = std::round(wipe_->at * width());
  painter.save();
  painter.setClipRect(QRectF(line, 0, width() - line, height()));
  paint_picture(painter, right_picture_);
  painter.restore();
  // A dark edge on either side keeps the line in sight over bright pictures.
  painter.fillRect(QRectF(line - 2, 0, 4, height()), QColor(0, 0, 0, 150));
  painter.fillRect(QRectF(line - 1, 0, 2, height()), kOverPicture);
  const QRectF grip(line - 5, height() / 2.0 - 16, 10, 32);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(QPen(QColor(0, 0, 0, 150), 1));
  painter.setBrush(kOverPicture);
  painter.drawRoundedRect(grip, 4, 4);
  painter.setBrush(Qt::NoBrush);
  const QString name = title_of_choice(wipe_->right);
  const int wide = painter.fontMetrics().horizontalAdvance(name) + kGrid;
  const int below = header_->isVisible() ? header_->height() : 0;
  const QRect place(width() - wide - kGrid / 2, below + kGrid / 2, wide, 2 * kGrid + 4);
  painter.fillRect(place, QColor(0, 0, 0, 150));
  painter.setPen(kOverPicture);
  painter.drawText(place, Qt::AlignCenter, name);
}

bool SliceView::on_wipe_line(const QPointF& position) const {
  return wipe_ && std::abs(position.x() - wipe_->at * width()) <= kGrip;
}

void SliceView::drag_wipe(const QPointF& position, bool ended) {
  wipe_->at = std::clamp(position.x() / std::max(1, width()), 0.0, 1.0);
  update();
  if (on_wiped) on_wiped(wipe_->at, ended);
}

}  // namespace karyo::gui
