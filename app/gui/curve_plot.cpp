#include "app/gui/curve_plot.h"

#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "app/gui/theme.h"

namespace karyo::gui {

CurvePlot::CurvePlot(const char* name, const QString& spoken_name, QWidget* parent)
    : QWidget(parent) {
  setObjectName(QLatin1String(name));
  setAccessibleName(spoken_name);
  setMinimumHeight(140);
  setMouseTracking(true);
}

void CurvePlot::set_curves(Curves curves) {
  shown_ = std::move(curves);
  QString words;  // what a screen reader has of the picture
  for (const Curve& curve : shown_.curves) words += curve.name + QLatin1Char(' ');
  setAccessibleDescription(words.trimmed());
  update();
}

QRectF CurvePlot::area() const {
  const double line = fontMetrics().height();
  const double left = 8.0 + fontMetrics().horizontalAdvance(
                                QString::number(shown_.most, 'f', shown_.most >= 100 ? 0 : 1));
  const double words = line * static_cast<double>(std::max<std::size_t>(1, shown_.curves.size()));
  return {left, words + 4, width() - left - 4, height() - words - line - 8};
}

QPointF CurvePlot::point(const QRectF& plot, double x, double value) const {
  const auto scaled = [this](double number) {
    return shown_.logarithmic_x ? std::log(std::max(number, 1e-9)) : number;
  };
  const double first = scaled(shown_.x.front());
  const double last = std::max(scaled(shown_.x.back()), first + 1e-9);
  const double part = (value - shown_.least) / std::max(1e-12, shown_.most - shown_.least);
  return {plot.left() + 3 + (plot.width() - 6) * (scaled(x) - first) / (last - first),
          plot.bottom() - 3 - (plot.height() - 6) * std::clamp(part, 0.0, 1.0)};
}

void CurvePlot::draw_axes(QPainter& painter, const QRectF& plot) const {
  painter.fillRect(plot, palette::background());
  painter.setPen(palette::line());
  painter.drawRect(plot);
  if (shown_.x.empty()) return;
  painter.setPen(palette::quiet_text());
  const double line = fontMetrics().height();
  const auto value = [&](double y, double number) {
    const int decimals = std::abs(number) >= 100 || number == std::round(number) ? 0 : 1;
    painter.drawText(QRectF(0, y - line / 2, plot.left() - 5, line),
                     Qt::AlignRight | Qt::AlignVCenter, QString::number(number, 'f', decimals));
  };
  value(plot.top() + 4, shown_.most);
  value(plot.bottom() - 4, shown_.least);
  const QRectF below(plot.left(), plot.bottom() + 2, plot.width(), line);
  painter.drawText(below, Qt::AlignLeft, short_number(shown_.x.front()));
  painter.drawText(below, Qt::AlignHCenter, shown_.x_name);
  painter.drawText(below, Qt::AlignRight, short_number(shown_.x.back()));
}

void CurvePlot::draw_curve(QPainter& painter, const QRectF& plot, const Curve& curve) const {
  painter.setPen(QPen(curve.first ? palette::accent() : palette::quiet_text(),
                      curve.first ? 2 : 1.5, curve.style));
  QPolygonF line;
  const auto end = [&] {
    if (line.size() == 1) painter.drawEllipse(line.first(), 1.5, 1.5);
    painter.drawPolyline(line);
    line.clear();
  };
  for (std::size_t i = 0; i < std::min(curve.values.size(), shown_.x.size()); ++i) {
    if (!std::isfinite(curve.values[i])) {
      if (!shown_.bridged) end();
      continue;
    }
    line << point(plot, shown_.x[i], curve.values[i]);
    if (shown_.steps && i + 1 < shown_.x.size()) {
      line << point(plot, shown_.x[i + 1], curve.values[i]);
    }
  }
  end();
}

std::optional<std::size_t> CurvePlot::told(const QRectF& plot) const {
  if (shown_.x.empty() || (!pointer_ && !shown_.marked)) return {};
  const double at = pointer_ ? *pointer_ : point(plot, *shown_.marked, 0).x();
  std::size_t nearest = 0;
  for (std::size_t i = 1; i < shown_.x.size(); ++i) {
    const double here = point(plot, shown_.x[i], 0).x();
    if (shown_.steps ? here <= at
                     : std::abs(here - at) < std::abs(point(plot, shown_.x[nearest], 0).x() - at)) {
      nearest = i;
    }
  }
  return nearest;
}

/// Above the curves, a line each with its own stroke: the legend and the numbers in one.
void CurvePlot::draw_words(QPainter& painter, const QRectF& plot) const {
  const auto at = told(plot);
  if (at) {
    painter.setPen(QPen(palette::quiet_text(), 1, Qt::DotLine));
    const double x = point(plot, shown_.x[*at], 0).x();
    painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
  }
  const double line = fontMetrics().height();
  double y = 0;
  for (const Curve& curve : shown_.curves) {
    painter.setPen(QPen(curve.first ? palette::accent() : palette::quiet_text(),
                        curve.first ? 2 : 1.5, curve.style));
    painter.drawLine(QPointF(plot.left(), y + line / 2), QPointF(plot.left() + 22, y + line / 2));
    QString words = curve.name;
    if (at && *at < curve.values.size() && std::isfinite(curve.values[*at])) {
      words += QLatin1Char(' ') + QString::number(curve.values[*at], 'f', shown_.decimals);
      if (&curve == &shown_.curves.front()) {
        words += tr(" at %1 %2").arg(shown_.x_name, short_number(shown_.x[*at]));
      }
    }
    painter.setPen(palette::text());
    painter.drawText(QRectF(plot.left() + 28, y, plot.width() - 28, line), Qt::AlignLeft, words);
    y += line;
  }
}

void CurvePlot::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const QRectF plot = area();
  draw_axes(painter, plot);
  if (shown_.x.empty()) return;
  painter.setRenderHint(QPainter::Antialiasing);
  // The first one lies on top.
  for (auto curve = shown_.curves.rbegin(); curve != shown_.curves.rend(); ++curve) {
    draw_curve(painter, plot, *curve);
  }
  draw_words(painter, plot);
}

void CurvePlot::mouseMoveEvent(QMouseEvent* event) {
  pointer_ = event->position().x();
  update();
}

void CurvePlot::leaveEvent(QEvent*) {
  pointer_.reset();
  update();
}

}  // namespace karyo::gui
