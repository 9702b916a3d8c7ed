#include "app/gui/profile_plot.h"

#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <limits>

#include "app/gui/theme.h"

namespace karyo::gui {

ProfilePlot::ProfilePlot(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("profile"));
  setAccessibleName(tr("Profile"));
  setMinimumHeight(140);
  setMouseTracking(true);
}

void ProfilePlot::set_profile(Profile profile, std::vector<QColor> colors, QString unit) {
  profile_ = std::move(profile);
  colors_ = std::move(colors);
  unit_ = std::move(unit);
  least_ = std::numeric_limits<double>::infinity();
  most_ = -least_;
  for (const auto& values : profile_.values) {
    for (const double value : values) {
      if (std::isnan(value)) continue;
      least_ = std::min(least_, value);
      most_ = std::max(most_, value);
    }
  }
  if (!(most_ > least_)) {  // nothing, or all the same
    least_ = std::isfinite(least_) ? least_ - 0.5 : 0;
    most_ = least_ + 1;
  }
  update();
}

QRectF ProfilePlot::area() const {
  const double left = 8.0 + std::max(fontMetrics().horizontalAdvance(short_number(most_)),
                                     fontMetrics().horizontalAdvance(short_number(least_)));
  const double line = fontMetrics().height();
  return QRectF(left, line, width() - left - 4, height() - 2.4 * line);
}

void ProfilePlot::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const QRectF plot = area();
  painter.fillRect(plot, palette::background());
  painter.setPen(palette::line());
  painter.drawRect(plot);
  painter.setPen(palette::quiet_text());
  const double line = fontMetrics().height();
  const auto label = [&](double y, double value) {
    painter.drawText(QRectF(0, y - line / 2, plot.left() - 5, line),
                     Qt::AlignRight | Qt::AlignVCenter, short_number(value));
  };
  label(plot.top() + 4, most_);
  label(plot.bottom() - 4, least_);
  const double length = profile_.distance.empty() ? 0 : profile_.distance.back();
  painter.drawText(QRectF(plot.left(), plot.bottom() + 2, plot.width(), line), Qt::AlignLeft,
                   QStringLiteral("0"));
  painter.drawText(QRectF(plot.left(), plot.bottom() + 2, plot.width(), line), Qt::AlignRight,
                   short_number(length) + QLatin1Char(' ') + unit_);
  if (profile_.distance.size() < 2) return;
  painter.setRenderHint(QPainter::Antialiasing);
  const auto x_of = [&](double distance) { return plot.left() + plot.width() * distance / length; };
  const auto y_of = [&](double value) {
    return plot.bottom() - 3 - (plot.height() - 6) * (value - least_) / (most_ - least_);
  };
  for (std::size_t c = 0; c < profile_.values.size(); ++c) {
    QPolygonF curve;
    painter.setPen(QPen(colors_[c], 1.5));
    for (std::size_t i = 0; i < profile_.distance.size(); ++i) {
      const double value = profile_.values[c][i];
      if (!std::isnan(value)) {
        curve << QPointF(x_of(profile_.distance[i]), y_of(value));
        continue;
      }
      painter.drawPolyline(curve);  // a gap where nothing is known
      curve.clear();
    }
    painter.drawPolyline(curve);
  }
  if (!pointer_) return;
  const double part = std::clamp((*pointer_ - plot.left()) / plot.width(), 0.0, 1.0);
  const auto nearest = static_cast<std::size_t>(
      std::lround(part * static_cast<double>(profile_.distance.size() - 1)));
  painter.setPen(QPen(palette::accent(), 1, Qt::DashLine));
  const double x = x_of(profile_.distance[nearest]);
  painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
  QStringList values;
  for (const auto& channel : profile_.values) {
    values << (std::isnan(channel[nearest]) ? QStringLiteral("–") : short_number(channel[nearest]));
  }
  painter.setPen(palette::text());
  painter.drawText(QRectF(plot.left(), 0, plot.width(), line), Qt::AlignRight,
                   short_number(profile_.distance[nearest]) + QLatin1Char(' ') + unit_ +
                       QStringLiteral(": ") + values.join(QStringLiteral(", ")));
}

void ProfilePlot::mouseMoveEvent(QMouseEvent* event) {
  pointer_ = event->position().x();
  update();
}

void ProfilePlot::leaveEvent(QEvent*) {
  pointer_.reset();
  update();
}

}  // namespace karyo::gui
