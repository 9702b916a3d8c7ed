#include "app/gui/loss_plot.h"

#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <limits>

#include "app/gui/theme.h"

namespace karyo::gui {

LossPlot::LossPlot(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("loss_plot"));
  setAccessibleName(tr("Learning curve"));
  setToolTip(tr(
      "How far the network is from what was drawn: on the images it learns from (dashed), and on "
      "images kept aside (solid), which tells what it has understood. Lower is better."));
  setMinimumHeight(150);
  setMouseTracking(true);
}

void LossPlot::set_history(const History& history, std::int64_t epochs) {
  points_.clear();
  least_ = std::numeric_limits<double>::infinity();
  most_ = -least_;
  best_ = 0;
  const auto cell = [&](const std::vector<double>& row, const char* name) {
    const int at = history.column(name);
    return at < 0 ? std::numeric_limits<double>::quiet_NaN() : row[static_cast<std::size_t>(at)];
  };
  for (const auto& row : history.rows) {
    const Point p{cell(row, "epoch"), cell(row, "loss"), cell(row, "val_loss"),
                  cell(row, "learning_rate")};
    if (!std::isfinite(p.epoch)) continue;
    points_.push_back(p);
    if (points_.size() == 1 || p.validation < points_[best_].validation) best_ = points_.size() - 1;
    for (const double value : {p.loss, p.validation}) {
      if (!std::isfinite(value)) continue;
      least_ = std::min(least_, value);
      most_ = std::max(most_, value);
    }
  }
  // Room to grow, but not so much that the first epochs are one point.
  constexpr double kFewest = 10, kRoom = 1.3;
  const double done = points_.empty() ? 1 : points_.back().epoch;
  last_epoch_ = std::max(
      done, std::min(std::max(kFewest, std::round(kRoom * done)), static_cast<double>(epochs)));
  logarithmic_ = least_ > 0;
  if (!(least_ < most_)) {
    const double middle = std::isfinite(least_) ? least_ : 1;
    least_ = middle - std::abs(middle) / 2;
    most_ = middle + std::abs(middle) / 2 + 1e-9;
  }
  update();
}

QRectF LossPlot::area() const {
  const double left = 8.0 + std::max(fontMetrics().horizontalAdvance(short_number(most_)),
                                     fontMetrics().horizontalAdvance(short_number(least_)));
  const double line = fontMetrics().height();
  return {left, line * 1.3, width() - left - 4, height() - 2.7 * line};
}

double LossPlot::x_of(const QRectF& plot, double epoch) const {
  return plot.left() + 3 + (plot.width() - 6) * (epoch - 1) / std::max(1.0, last_epoch_ - 1);
}

double LossPlot::y_of(const QRectF& plot, double loss) const {
  const auto place = [this](double value) {
    return logarithmic_ ? std::log(std::max(value, 1e-30)) : value;
  };
  const double part = (place(loss) - place(least_)) / (place(most_) - place(least_));
  return plot.bottom() - 4 - (plot.height() - 8) * part;
}

void LossPlot::draw_axes(QPainter& painter, const QRectF& plot) const {
  painter.fillRect(plot, palette::background());
  painter.setPen(palette::line());
  painter.drawRect(plot);
  painter.setPen(palette::quiet_text());
  const double line = fontMetrics().height();
  const auto value = [&](double y, double number) {
    painter.drawText(QRectF(0, y - line / 2, plot.left() - 5, line),
                     Qt::AlignRight | Qt::AlignVCenter, short_number(number));
  };
  if (!points_.empty()) {
    value(plot.top() + 5, most_);
    value(plot.bottom() - 5, least_);
  }
  const QRectF below(plot.left(), plot.bottom() + 2, plot.width(), line);
  painter.drawText(below, Qt::AlignLeft, QStringLiteral("1"));
  painter.drawText(below, Qt::AlignRight, tr("epoch %1").arg(short_number(last_epoch_)));
}

void LossPlot::draw_curve(QPainter& painter, const QRectF& plot, double Point::*value) const {
  QPolygonF curve;
  for (const Point& p : points_) {
    if (std::isfinite(p.*value)) curve << QPointF(x_of(plot, p.epoch), y_of(plot, p.*value));
  }
  if (curve.size() == 1) painter.drawEllipse(curve.first(), 1.5, 1.5);
  painter.drawPolyline(curve);
}

/// Above the curves: of the epoch under the pointer, else of the last one.
void LossPlot::draw_words(QPainter& painter, const QRectF& plot) const {
  if (points_.empty()) {
    painter.setPen(palette::quiet_text());
    painter.drawText(plot, Qt::AlignCenter, tr("The first point comes after an epoch."));
    return;
  }
  std::size_t at = points_.size() - 1;
  if (pointer_) {
    const auto nearer = [&](const Point& a, const Point& b) {
      return std::abs(x_of(plot, a.epoch) - *pointer_) < std::abs(x_of(plot, b.epoch) - *pointer_);
    };
    at = static_cast<std::size_t>(std::min_element(points_.begin(), points_.end(), nearer) -
                                  points_.begin());
    painter.setPen(QPen(palette::quiet_text(), 1, Qt::DotLine));
    const double x = x_of(plot, points_[at].epoch);
    painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
  }
  const Point& p = points_[at];
  painter.setPen(palette::text());
  painter.drawText(QRectF(0, 0, plot.right(), plot.top()), Qt::AlignRight,
                   tr("%1: validation %2, training %3")
                       .arg(short_number(p.epoch), QString::number(p.validation, 'g', 3),
                            QString::number(p.loss, 'g', 3)));
}

void LossPlot::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const QRectF plot = area();
  draw_axes(painter, plot);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(QPen(palette::quiet_text(), 1.5, Qt::DashLine));
  draw_curve(painter, plot, &Point::loss);
  painter.setPen(QPen(palette::accent(), 1.75));
  draw_curve(painter, plot, &Point::validation);
  if (!points_.empty() && std::isfinite(points_[best_].validation)) {
    painter.setBrush(palette::accent());
    painter.drawEllipse(
        QPointF(x_of(plot, points_[best_].epoch), y_of(plot, points_[best_].validation)), 3.5, 3.5);
  }
  painter.setBrush(Qt::NoBrush);
  draw_words(painter, plot);
}

void LossPlot::mouseMoveEvent(QMouseEvent* event) {
  pointer_ = event->position().x();
  update();
}

void LossPlot::leaveEvent(QEvent*) {
  pointer_.reset();
  update();
}

}  // namespace karyo::gui
