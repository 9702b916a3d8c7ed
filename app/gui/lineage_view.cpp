#include "app/gui/lineage_view.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "app/gui/theme.h"
#include "core/layers/vector_layers.h"
#include "core/measure/distribution.h"

namespace karyo::gui {
namespace {

constexpr double kRow = 14;         // pixels
constexpr double kLeft = 16;        // of the first frame
constexpr double kNumberRoom = 36;  // right of the last frame
constexpr double kLeastStep = 3;    // between two frames
constexpr double kAxis = 20;        // height
constexpr double kGrip = 6;         // pixels around a branch that take a click
constexpr int kMostTicks = 12;

QColor color_of_track(std::int64_t id) {
  const Rgb color = track_color(id);
  return {color.r, color.g, color.b};
}

}  // namespace

LineageView::LineageView(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("lineage"));
  setAccessibleName(tr("Tree of tracks"));
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
}

void LineageView::set_branches(std::vector<LineageBranch> branches, std::int64_t frames) {
  branches_ = std::move(branches);
  frames_ = frames;
  rows_ = 0;
  for (const LineageBranch& branch : branches_) rows_ = std::max(rows_, branch.row + 1);
  setAccessibleDescription(tr("%1 tracks").arg(branches_.size()));
  setMinimumSize(sizeHint());
  updateGeometry();
  update();
}

void LineageView::set_time(std::int64_t frame) {
  time_ = frame;
  update();
}

void LineageView::set_places(const std::optional<TrackPlace>& selected,
                             const std::optional<TrackPlace>& mark) {
  selected_ = selected;
  mark_ = mark;
  update();
}

void LineageView::set_chosen(std::set<std::int64_t> chosen) {
  chosen_ = std::move(chosen);
  update();
}

QSize LineageView::sizeHint() const {
  const double width = kLeft + kNumberRoom + kLeastStep * static_cast<double>(frames_);
  return {static_cast<int>(width), static_cast<int>(kAxis + kRow * (rows_ + 1))};
}

double LineageView::x_of(std::int64_t frame) const {
  const double room = width() - kLeft - kNumberRoom;
  const auto steps = static_cast<double>(std::max<std::int64_t>(1, frames_ - 1));
  return kLeft + room * static_cast<double>(frame) / steps;
}

double LineageView::y_of(double row) const {
  return kAxis + kRow * (row + 0.75);
}

std::int64_t LineageView::frame_at(double x) const {
  const double step = x_of(1) - x_of(0);
  const auto frame = static_cast<std::int64_t>(std::lround((x - kLeft) / std::max(step, 1e-6)));
  return std::clamp<std::int64_t>(frame, 0, std::max<std::int64_t>(0, frames_ - 1));
}

QPointF LineageView::position_of(const TrackPlace& place) const {
  const LineageBranch* branch = find(place.track);
  return branch == nullptr ? QPointF() : QPointF(x_of(place.frame), y_of(branch->row));
}

const LineageBranch* LineageView::find(std::int64_t id) const {
  const auto found = std::find_if(branches_.begin(), branches_.end(),
                                  [id](const LineageBranch& branch) { return branch.id == id; });
  return found == branches_.end() ? nullptr : &*found;
}

const LineageBranch* LineageView::branch_at(const QPointF& at) const {
  const LineageBranch* nearest = nullptr;
  double best = kGrip + 1e-9;
  for (const LineageBranch& branch : branches_) {
    const double off = std::abs(y_of(branch.row) - at.y());
    if (off >= best) continue;
    const bool beside = at.x() < x_of(branch.first) - kGrip || at.x() > x_of(branch.last) + kGrip;
    if (beside) continue;
    best = off;
    nearest = &branch;
  }
  return nearest;
}

void LineageView::paint_axis(QPainter& painter, const QRect& seen) const {
  const QRectF band(seen.left(), seen.top(), seen.width(), kAxis);
  painter.fillRect(band, palette::panel());
  painter.setPen(palette::quiet_text());
  for (const double tick : round_ticks(1, static_cast<double>(frames_), kMostTicks)) {
    if (tick != std::floor(tick)) continue;
    const double x = x_of(std::llround(tick) - 1);
    painter.drawText(QRectF(x - 40, band.top() + 1, 80, kAxis - 4), Qt::AlignCenter,
                     QString::number(std::llround(tick)));
    painter.drawLine(QPointF(x, band.bottom() - 3), QPointF(x, band.bottom()));
  }
  const double x = x_of(time_);
  painter.setPen(QPen(palette::accent(), 2));
  painter.drawLine(QPointF(x, band.bottom() - 5), QPointF(x, band.bottom()));
}

void LineageView::paint_branch(QPainter& painter, const LineageBranch& branch) const {
  QColor color = color_of_track(branch.id);
  const bool faint = !chosen_.empty() && !chosen_.contains(branch.id);
  if (faint) color.setAlphaF(0.25F);
  const bool selected = selected_ && selected_->track == branch.id;
  const double y = y_of(branch.row);
  const QPointF from(x_of(branch.first), y), to(x_of(branch.last), y);
  if (branch.parent >= 0) {
    const LineageBranch& mother = branches_[static_cast<std::size_t>(branch.parent)];
    const double fork = x_of(mother.last);
    painter.setPen(QPen(color, 1.5));
    painter.drawPolyline(QPolygonF{{fork, y_of(mother.row)}, {fork, y}, from});
  }
  if (selected) {
    painter.setPen(QPen(palette::selection(), 9, Qt::SolidLine, Qt::RoundCap));
    painter.drawLine(from, to);
  }
  painter.setPen(QPen(color, selected ? 4 : 2.5, Qt::SolidLine, Qt::RoundCap));
  painter.drawLine(from, to);
  painter.setPen(selected ? palette::text() : palette::quiet_text());
  if (!faint) {
    painter.drawText(QRectF(to.x() + 6, y - kRow / 2 - 1, 80, kRow + 2),
                     Qt::AlignLeft | Qt::AlignVCenter, QString::number(branch.id));
  }
}

void LineageView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const QRect seen = visibleRegion().boundingRect();
  painter.fillRect(seen, palette::background());
  painter.setRenderHint(QPainter::Antialiasing);
  QFont small = font();
  small.setPixelSize(11);
  painter.setFont(small);
  painter.setPen(QPen(palette::accent(), 1, Qt::DotLine));
  painter.drawLine(QPointF(x_of(time_), seen.top()), QPointF(x_of(time_), seen.bottom()));
  for (const LineageBranch& branch : branches_) {
    // Forks reach as far as the mother's row.
    const double y = y_of(branch.row);
    const double from =
        branch.parent < 0 ? y : y_of(branches_[static_cast<std::size_t>(branch.parent)].row);
    if (std::max(y, from) < seen.top() - kRow || std::min(y, from) > seen.bottom() + kRow) continue;
    paint_branch(painter, branch);
  }
  painter.setBrush(Qt::NoBrush);
  const auto ring = [&](const std::optional<TrackPlace>& place, Qt::PenStyle style) {
    if (!place || find(place->track) == nullptr) return;
    painter.setPen(QPen(palette::accent(), 2, style));
    painter.drawEllipse(position_of(*place), 5.5, 5.5);
  };
  ring(mark_, Qt::DashLine);
  ring(selected_, Qt::SolidLine);
  paint_axis(painter, seen);
}

void LineageView::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  setFocus();
  const std::int64_t frame = frame_at(event->position().x());
  if (const LineageBranch* branch = branch_at(event->position())) {
    if (on_chosen) on_chosen({branch->id, std::clamp(frame, branch->first, branch->last)});
  } else if (on_time) {
    on_time(frame);
  }
}

void LineageView::mouseMoveEvent(QMouseEvent* event) {
  const LineageBranch* branch = branch_at(event->position());
  setCursor(branch != nullptr ? Qt::PointingHandCursor : Qt::ArrowCursor);
  if (branch == nullptr) {
    QToolTip::hideText();
    return;
  }
  QToolTip::showText(
      event->globalPosition().toPoint(),
      tr("Track %1: frames %2 to %3").arg(branch->id).arg(branch->first + 1).arg(branch->last + 1),
      this);
}

void LineageView::go_up_or_down(int by) {
  const LineageBranch* now = selected_ ? find(selected_->track) : nullptr;
  const LineageBranch* best = nullptr;
  for (const LineageBranch& branch : branches_) {
    const double off = now == nullptr ? branch.row + 1 : by * (branch.row - now->row);
    if (off <= 0) continue;
    const double least = best == nullptr  ? INFINITY
                         : now == nullptr ? best->row + 1
                                          : by * (best->row - now->row);
    if (off < least) best = &branch;
  }
  if (best == nullptr || !on_chosen) return;
  const std::int64_t frame = selected_ ? selected_->frame : best->first;
  on_chosen({best->id, std::clamp(frame, best->first, best->last)});
}

void LineageView::keyPressEvent(QKeyEvent* event) {
  const LineageBranch* branch = selected_ ? find(selected_->track) : nullptr;
  const auto along = [&](std::int64_t by) {
    if (branch == nullptr || !on_chosen) return;
    on_chosen({branch->id, std::clamp(selected_->frame + by, branch->first, branch->last)});
  };
  switch (event->key()) {
    case Qt::Key_Left:
      return along(-1);
    case Qt::Key_Right:
      return along(1);
    case Qt::Key_Up:
      return go_up_or_down(-1);
    case Qt::Key_Down:
      return go_up_or_down(1);
    default:
      QWidget::keyPressEvent(event);
  }
}

}  // namespace karyo::gui
