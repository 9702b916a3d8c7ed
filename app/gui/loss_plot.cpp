#include "app/gui/loss_plot.h"

#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <limits>

#include "app/gui/theme.h"
#include "app/report/learning_advice.h"

namespace karyo::gui {

LossPlot::LossPlot(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("loss_plot"));
  setAccessibleName(tr("Learning curve"));
  setToolTip(tr(
      "How far the network is from what was drawn: on the images it learns from (dashed), and on "
      "images kept aside (solid), which tells what it has understood. Lower is better. The dot is "
      "the best epoch; triangles mark where the learning rate was lowered."));
  setMinimumHeight(150);
  setMouseTracking(true);
}

LossPlot::Points LossPlot::points_of(const History& history) {
  Points points;
  const auto cell = [&](const std::vector<double>& row, const char* name) {
    const int at = history.column(name);
    return at < 0 ? std::numeric_limits<double>::quiet_NaN() : row[static_cast<std::size_t>(at)];
  };
  for (const auto& row : history.rows) {
    const Point p{cell(row, "epoch"), cell(row, "loss"), cell(row, "val_loss"),
                  cell(row, "learning_rate")};
    if (std::isfinite(p.epoch)) points.push_back(p);
  }
  return points;
}

void LossPlot::set_history(const History& history, std::int64_t epochs) {
  points_ = points_of(history);
  rate_drops_ = rate_drops(history);
  planned_ = epochs;
  best_ = 0;
  for (std::size_t i = 1; i < points_.size(); ++i) {
    if (points_[i].validation < points_[best_].validation) best_ = i;
  }
  find_ranges();
}

void LossPlot::set_beside(const std::vector<Other>& others) {
  others_.clear();
  for (const Other& other : others) others_.push_back({other.name, points_of(other.history)});
  find_ranges();
}

void LossPlot::set_smooth(bool on) {
  smooth_ = on;
  update();
}

LossPlot::Points LossPlot::drawn(const Points& points) const {
  if (!smooth_) return points;
  constexpr double kNew = 0.2;
  Points smooth = points;
  for (std::size_t i = 1; i < smooth.size(); ++i) {
    for (double Point::*value : {&Point::loss, &Point::validation}) {
      const double before = smooth[i - 1].*value, now = smooth[i].*value;
      if (std::isfinite(before) && std::isfinite(now)) {
        smooth[i].*value = before + kNew * (now - before);
      }
    }
  }
  return smooth;
}

void LossPlot::find_ranges() {
  least_ = std::numeric_limits<double>::infinity();
  most_ = -least_;
  const auto take = [this](double value) {
    if (!std::isfinite(value)) return;
    least_ = std::min(least_, value);
    most_ = std::max(most_, value);
  };
  for (const Point& p : points_) {
    take(p.loss);
    take(p.validation);
  }
  // Room to grow, but not so much that the first epochs are one point.
  constexpr double kFewest = 10, kRoom = 1.3;
  const double done = points_.empty() ? 1 : points_.back().epoch;
  last_epoch_ = std::max(
      done, std::min(std::max(kFewest, std::round(kRoom * done)), static_cast<double>(planned_)));
  for (const Curve& other : others_) {
    for (const Point& p : other.points) take(p.validation);
    if (!other.points.empty()) last_epoch_ = std::max(last_epoch_, other.points.back().epoch);
  }
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

void LossPlot::draw_curve(QPainter& painter, const QRectF& plot, const Points& points,
                          double Point::*value) const {
  QPolygonF curve;
  for (const Point& p : points) {
    if (std::isfinite(p.*value)) curve << QPointF(x_of(plot, p.epoch), y_of(plot, p.*value));
  }
  if (curve.size() == 1) painter.drawEllipse(curve.first(), 1.5, 1.5);
  painter.drawPolyline(curve);
}

/// Each with its name where it ends; told apart by their dashes too.
void LossPlot::draw_others(QPainter& painter, const QRectF& plot) const {
  constexpr Qt::PenStyle kStyles[] = {Qt::DotLine, Qt::DashDotLine, Qt::DashDotDotLine};
  int number = 0;
  for (const Curve& other : others_) {
    if (other.points.empty()) continue;
    painter.setPen(QPen(palette::text(), 1.25, kStyles[number++ % 3]));
    const Points points = drawn(other.points);
    draw_curve(painter, plot, points, &Point::validation);
    const Point& last = points.back();
    if (!std::isfinite(last.validation)) continue;
    const double line = fontMetrics().height(), x = x_of(plot, last.epoch);
    const QRectF words(plot.left(), std::max(plot.top(), y_of(plot, last.validation) - line - 1),
                       std::max(line, x - plot.left() - 2), line);
    painter.drawText(words, Qt::AlignRight | Qt::AlignBottom,
                     fontMetrics().elidedText(other.name, Qt::ElideMiddle, int(words.width())));
  }
}

/// A small mark on the axis.
void LossPlot::draw_rate_drops(QPainter& painter, const QRectF& plot) const {
  painter.setPen(Qt::NoPen);
  painter.setBrush(palette::quiet_text());
  for (const std::int64_t epoch : rate_drops_) {
    const double x = x_of(plot, static_cast<double>(epoch)), y = plot.bottom();
    painter.drawPolygon(QPolygonF{{x - 4, y - 6}, {x + 4, y - 6}, {x, y}});
  }
  painter.setBrush(Qt::NoBrush);
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
  const Points points = drawn(points_);
  draw_curve(painter, plot, points, &Point::loss);
  draw_others(painter, plot);
  painter.setPen(QPen(palette::accent(), 1.75));
  draw_curve(painter, plot, points, &Point::validation);
  if (!points.empty() && std::isfinite(points[best_].validation)) {
    painter.setBrush(palette::accent());
    painter.drawEllipse(
        QPointF(x_of(plot, points[best_].epoch), y_of(plot, points[best_].validation)), 3.5, 3.5);
  }
  draw_rate_drops(painter, plot);
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
