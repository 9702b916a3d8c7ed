#include "app/gui/span_slider.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "app/gui/theme.h"

namespace karyo::gui {
namespace {

constexpr double kSide = 7;           // room for half a handle
constexpr double kGripReach = 9;      // pixels from which a handle is taken
constexpr double kLeastPart = 0.001;  // of the range, between the handles

}  // namespace

SpanSlider::SpanSlider(QWidget* parent) : QWidget(parent) {
  setFixedHeight(kControlHeight - 4);
  setFocusPolicy(Qt::TabFocus);
}

QSize SpanSlider::sizeHint() const {
  return {120, kControlHeight - 4};
}

void SpanSlider::set_range(double low, double high) {
  low_ = low;
  high_ = high;
  set_span(begin_, end_);
}

void SpanSlider::set_span(double begin, double end) {
  begin_ = std::clamp(begin, low_, high_);
  end_ = std::clamp(end, begin_, high_);
  update();
}

double SpanSlider::x_of(double value) const {
  const double part = high_ > low_ ? (value - low_) / (high_ - low_) : 0;
  return kSide + std::clamp(part, 0.0, 1.0) * (width() - 2 * kSide);
}

double SpanSlider::value_of(double x) const {
  const double part = (x - kSide) / std::max(1.0, width() - 2 * kSide);
  return low_ + std::clamp(part, 0.0, 1.0) * (high_ - low_);
}

void SpanSlider::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const double middle = height() / 2.0;
  painter.setPen(Qt::NoPen);
  painter.setBrush(palette::line());
  painter.drawRoundedRect(QRectF(kSide, middle - 2, width() - 2 * kSide, 4), 2, 2);
  painter.setBrush(isEnabled() ? palette::accent() : palette::quiet_text());
  painter.drawRect(QRectF(x_of(begin_), middle - 2, x_of(end_) - x_of(begin_), 4));
  for (const Grip grip : {Grip::kBegin, Grip::kEnd}) {
    const double x = x_of(grip == Grip::kBegin ? begin_ : end_);
    painter.setPen(
        QPen(hasFocus() && grip == last_ ? palette::accent() : palette::background(), 1.5));
    painter.setBrush(isEnabled() ? palette::text() : palette::quiet_text());
    painter.drawEllipse(QPointF(x, middle), 5.5, 5.5);
  }
}

SpanSlider::Grip SpanSlider::grip_at(double x) const {
  const double to_begin = std::abs(x - x_of(begin_)), to_end = std::abs(x - x_of(end_));
  if (std::min(to_begin, to_end) <= kGripReach) {
    // On top of each other: the one that can move towards the pointer.
    if (to_begin == to_end) return x < x_of(begin_) ? Grip::kBegin : Grip::kEnd;
    return to_begin < to_end ? Grip::kBegin : Grip::kEnd;
  }
  if (x > x_of(begin_) && x < x_of(end_)) return Grip::kBoth;
  return x < x_of(begin_) ? Grip::kBegin : Grip::kEnd;
}

void SpanSlider::change(double begin, double end) {
  if (begin == begin_ && end == end_) return;
  begin_ = begin;
  end_ = end;
  update();
  if (on_change) on_change(begin, end);
}

void SpanSlider::move(Grip grip, double by) {
  const double least = kLeastPart * (high_ - low_);
  if (grip == Grip::kBegin) change(std::clamp(begin_ + by, low_, end_ - least), end_);
  if (grip == Grip::kEnd) change(begin_, std::clamp(end_ + by, begin_ + least, high_));
  if (grip == Grip::kBoth) {
    const double inside = std::clamp(by, low_ - begin_, high_ - end_);
    change(begin_ + inside, end_ + inside);
  }
}

void SpanSlider::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  grip_ = grip_at(event->position().x());
  if (grip_ != Grip::kBoth) last_ = grip_;
  last_value_ = value_of(event->position().x());
  // Beside the span the handle comes to the pointer.
  if (grip_ == Grip::kBegin) move(grip_, last_value_ - begin_);
  if (grip_ == Grip::kEnd) move(grip_, last_value_ - end_);
}

void SpanSlider::mouseMoveEvent(QMouseEvent* event) {
  if (grip_ == Grip::kNone) return;
  const double value = value_of(event->position().x());
  const double from = grip_ == Grip::kBegin ? begin_ : grip_ == Grip::kEnd ? end_ : last_value_;
  move(grip_, value - from);
  last_value_ = value;
}

void SpanSlider::mouseReleaseEvent(QMouseEvent*) {
  grip_ = Grip::kNone;
}

void SpanSlider::mouseDoubleClickEvent(QMouseEvent*) {
  change(low_, high_);
}

void SpanSlider::keyPressEvent(QKeyEvent* event) {
  const double step = (high_ - low_) / 100;
  if (event->key() == Qt::Key_Left) {
    move(last_, -step);
  } else if (event->key() == Qt::Key_Right) {
    move(last_, step);
  } else if (event->key() == Qt::Key_Up || event->key() == Qt::Key_Down) {
    last_ = last_ == Grip::kBegin ? Grip::kEnd : Grip::kBegin;
    update();
  } else if (event->key() == Qt::Key_Home) {
    change(low_, high_);
  } else {
    QWidget::keyPressEvent(event);
  }
}

}  // namespace karyo::gui
