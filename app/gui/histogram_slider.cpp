#include "app/gui/histogram_slider.h"

#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "app/gui/theme.h"

namespace karyo::gui {
namespace {

constexpr int kHeight = 72;
constexpr int kBarHeight = 8;     // the colours under the counts
constexpr double kSide = 7;       // room for half a handle
constexpr double kGripReach = 9;  // pixels from which a handle is taken

}  // namespace

HistogramSlider::HistogramSlider(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("histogram"));
  setMinimumHeight(kHeight);
  setMaximumHeight(kHeight);
  setMouseTracking(true);
  setToolTip(tr("What is shown black and what in full colour. Drag the ends or the span between "
                "them; double click sets them automatically (C)."));
}

QSize HistogramSlider::sizeHint() const { return {220, kHeight}; }

void HistogramSlider::set_histogram(Histogram histogram) {
  histogram_ = std::move(histogram);
  update();
}

void HistogramSlider::set_limits(ValueRange limits) {
  limits_ = limits;
  update();
}

void HistogramSlider::set_logarithmic(bool logarithmic) {
  logarithmic_ = logarithmic;
  update();
}

void HistogramSlider::set_colormap(const Colormap& colormap, bool inverted) {
  colormap_ = colormap;
  inverted_ = inverted;
  update();
}

double HistogramSlider::x_of(double value) const {
  const auto& range = histogram_.range;
  const double span = range.high - range.low;
  const double fraction = span > 0 ? (value - range.low) / span : 0;
  return kSide + std::clamp(fraction, 0.0, 1.0) * (width() - 2 * kSide);
}

double HistogramSlider::value_of(double x) const {
  const auto& range = histogram_.range;
  const double fraction = (x - kSide) / std::max(1.0, width() - 2 * kSide);
  return range.low + std::clamp(fraction, 0.0, 1.0) * (range.high - range.low);
}

void HistogramSlider::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const double bottom = height() - kBarHeight - 5;
  painter.fillRect(QRectF(kSide, 0, width() - 2 * kSide, bottom), palette::background());
  // Square root: a few bright objects stay visible beside much background.
  const auto most = histogram_.counts.empty()
                        ? std::int64_t{1}
                        : std::max<std::int64_t>(1, *std::max_element(histogram_.counts.begin(),
                                                                      histogram_.counts.end()));
  const double left = x_of(limits_.low), right = x_of(limits_.high);
  const auto bins = static_cast<double>(histogram_.counts.size());
  for (int x = static_cast<int>(kSide); x < width() - kSide && bins > 0; ++x) {
    const double per_pixel = bins / (width() - 2 * kSide);
    const auto first = static_cast<std::size_t>((x - kSide) * per_pixel);
    const auto last = std::min(histogram_.counts.size(),
                               std::max(first + 1, static_cast<std::size_t>((x + 1 - kSide) * per_pixel)));
    std::int64_t count = 0;
    for (std::size_t i = first; i < last; ++i) count = std::max(count, histogram_.counts[i]);
    const auto part = logarithmic_
                          ? std::log1p(static_cast<double>(count)) /
                                std::log1p(static_cast<double>(most))
                          : std::sqrt(static_cast<double>(count) / static_cast<double>(most));
    const double high = part * bottom;
    const bool inside = x >= left && x <= right;
    painter.fillRect(QRectF(x, bottom - high, 1, high),
                     inside ? palette::quiet_text() : palette::line());
  }
  for (int x = static_cast<int>(kSide); x < width() - kSide; ++x) {
    const double span = std::max(right - left, 1e-9);
    const double shade = std::clamp((x - left) / span, 0.0, 1.0);
    const double fraction = inverted_ ? 1 - shade : shade;
    const Rgb c = (*colormap_.table)[static_cast<std::size_t>(fraction * 255)];
    painter.fillRect(QRectF(x, bottom + 2, 1, kBarHeight), QColor(c.r, c.g, c.b));
  }
  painter.setRenderHint(QPainter::Antialiasing);
  for (const double x : {left, right}) {
    painter.setPen(QPen(palette::accent(), 2));
    painter.drawLine(QPointF(x, 0), QPointF(x, bottom));
    painter.setPen(QPen(palette::background(), 1));
    painter.setBrush(palette::text());
    painter.drawEllipse(QPointF(x, bottom + 6), 5.5, 5.5);
  }
}

HistogramSlider::Grip HistogramSlider::grip_at(double x) const {
  const double to_low = std::abs(x - x_of(limits_.low));
  const double to_high = std::abs(x - x_of(limits_.high));
  if (std::min(to_low, to_high) <= kGripReach) {
    // On top of each other: the one that can move towards the pointer.
    if (to_low == to_high) return x < x_of(limits_.low) ? Grip::kLow : Grip::kHigh;
    return to_low < to_high ? Grip::kLow : Grip::kHigh;
  }
  if (x > x_of(limits_.low) && x < x_of(limits_.high)) return Grip::kBoth;
  return x < x_of(limits_.low) ? Grip::kLow : Grip::kHigh;
}

void HistogramSlider::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton || histogram_.counts.empty()) return;
  grip_ = grip_at(event->position().x());
  last_value_ = value_of(event->position().x());
}

void HistogramSlider::mouseMoveEvent(QMouseEvent* event) {
  const double x = event->position().x();
  if (grip_ == Grip::kNone) {
    setCursor(grip_at(x) == Grip::kBoth ? Qt::OpenHandCursor : Qt::SplitHCursor);
    return;
  }
  const double value = value_of(x);
  const double least = (histogram_.range.high - histogram_.range.low) / 1000;
  ValueRange limits = limits_;
  if (grip_ == Grip::kLow) limits.low = std::min(value, limits.high - least);
  if (grip_ == Grip::kHigh) limits.high = std::max(value, limits.low + least);
  if (grip_ == Grip::kBoth) {
    limits.low += value - last_value_;
    limits.high += value - last_value_;
  }
  last_value_ = value;
  set_limits(limits);
  if (on_change) on_change(limits);
}

void HistogramSlider::mouseReleaseEvent(QMouseEvent*) { grip_ = Grip::kNone; }

void HistogramSlider::mouseDoubleClickEvent(QMouseEvent*) {
  if (on_auto) on_auto();
}

}  // namespace karyo::gui
