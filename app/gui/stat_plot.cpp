#include "app/gui/stat_plot.h"

#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "app/gui/picture_file.h"
#include "app/gui/theme.h"
#include "core/layers/label_colors.h"

namespace karyo::gui {
namespace {

constexpr int kTicks = 6;
constexpr double kDot = 2.5;      // radius, pixels
constexpr double kGrip = 6;       // pixels around a dot that a click takes
constexpr double kClick = 3;      // pixels that a click may tremble
constexpr double kBoxPart = 0.5;  // of a group's room

QColor group_color(int group) {
  const Rgb color = label_color(static_cast<std::uint32_t>(group) + 1);
  return {color.r, color.g, color.b};
}

std::pair<double, double> range_of(const std::vector<double>& values) {
  double low = INFINITY, high = -INFINITY;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  if (low > high) return {0, 1};
  const double room = high > low ? 0.04 * (high - low) : std::max(0.5, 0.1 * std::abs(low));
  return {low - room, high + room};
}

/// Side by side within a group, the same in every picture: a row's place among its kin.
double jitter(std::size_t row) {
  return static_cast<double>((row * 2654435761U) % 1000) / 1000.0 - 0.5;
}

}  // namespace

StatPlot::StatPlot(const char* name, const QString& spoken_name, QWidget* parent)
    : QWidget(parent) {
  setObjectName(QLatin1String(name));
  setAccessibleName(spoken_name);
  setMinimumSize(160, 120);
  setCursor(Qt::CrossCursor);
}

void StatPlot::set_numbers(Numbers numbers) {
  numbers_ = std::move(numbers);
  bins_ = numbers_.kind == Kind::kHistogram ? bins_of(numbers_.values) : ValueBins{};
  const BoxNumbers box = box_of(numbers_.values);
  setAccessibleDescription(
      box.count == 0
          ? tr("Nothing to be shown.")
          : tr("%1: median %2 of %3").arg(numbers_.name, short_number(box.median)).arg(box.count));
  update();
}

void StatPlot::set_chosen(std::vector<char> chosen) {
  chosen_ = std::move(chosen);
  update();
}

StatPlot::Colors StatPlot::screen_colors() {
  return {palette::background(), palette::line(), palette::text(), palette::quiet_text(),
          palette::accent()};
}

StatPlot::Frame StatPlot::frame_in(const QRectF& place) const {
  const double line = fontMetrics().height();
  Frame frame;
  frame.plot = place.adjusted(fontMetrics().horizontalAdvance(QStringLiteral("00000")) + 8,
                              line + 6, -10, -2 * line - 8);
  switch (numbers_.kind) {
    case Kind::kHistogram: {
      const auto bins = static_cast<double>(bins_.counts.size());
      frame.left = bins_.first;
      frame.right = bins_.first + std::max(1.0, bins) * bins_.width;
      std::int64_t most = 1;
      for (const std::int64_t count : bins_.counts) most = std::max(most, count);
      frame.top = 1.05 * static_cast<double>(most);
      break;
    }
    case Kind::kScatter:
      std::tie(frame.left, frame.right) = range_of(numbers_.values);
      std::tie(frame.bottom, frame.top) = range_of(numbers_.second);
      break;
    case Kind::kBox:
      frame.right = group_count();
      std::tie(frame.bottom, frame.top) = range_of(numbers_.values);
      break;
  }
  return frame;
}

void StatPlot::paint_axes(QPainter& painter, const Frame& frame, const Colors& colors) const {
  painter.fillRect(frame.plot, colors.background);
  painter.setPen(colors.line);
  painter.drawRect(frame.plot);
  const double line = fontMetrics().height();
  painter.setPen(colors.quiet);
  for (const double tick : round_ticks(frame.bottom, frame.top, kTicks)) {
    const double y = frame.y(tick);
    painter.drawLine(QPointF(frame.plot.left() - 3, y), QPointF(frame.plot.left(), y));
    painter.drawText(QRectF(frame.plot.left() - 104, y - line / 2, 98, line),
                     Qt::AlignRight | Qt::AlignVCenter, short_number(tick));
  }
  const auto below = [&](double x, const QString& text) {
    painter.drawText(QRectF(x - 60, frame.plot.bottom() + 4, 120, line), Qt::AlignHCenter, text);
  };
  if (numbers_.kind == Kind::kBox) {
    for (int g = 0; g < group_count(); ++g) {
      const bool named = g < static_cast<int>(numbers_.groups.size());
      below(frame.x(g + 0.5), named ? numbers_.groups[static_cast<std::size_t>(g)] : QString());
    }
  } else {
    for (const double tick : round_ticks(frame.left, frame.right, kTicks)) {
      const double x = frame.x(tick);
      painter.drawLine(QPointF(x, frame.plot.bottom()), QPointF(x, frame.plot.bottom() + 3));
      below(x, short_number(tick));
    }
  }
  painter.setPen(colors.text);
  const bool box = numbers_.kind == Kind::kBox;
  const QString upright = numbers_.kind == Kind::kHistogram ? tr("Number")
                          : box                             ? numbers_.name
                                                            : numbers_.second_name;
  painter.drawText(QRectF(frame.plot.left(), frame.plot.top() - line - 4, frame.plot.width(), line),
                   Qt::AlignLeft, upright);
  double right = frame.plot.right();
  const bool legend = numbers_.kind == Kind::kScatter && numbers_.groups.size() > 1;
  for (std::size_t g = legend ? numbers_.groups.size() : 0; g-- > 0;) {
    const double width = fontMetrics().horizontalAdvance(numbers_.groups[g]);
    const double middle = frame.plot.top() - line / 2 - 4;
    painter.drawText(QPointF(right - width, middle + line / 3), numbers_.groups[g]);
    painter.setBrush(group_color(static_cast<int>(g)));
    painter.drawEllipse(QPointF(right - width - 8, middle), 3, 3);
    painter.setBrush(Qt::NoBrush);
    right -= width + 22;
  }
  if (!box) {
    painter.drawText(
        QRectF(frame.plot.left(), frame.plot.bottom() + line + 5, frame.plot.width(), line),
        Qt::AlignRight, numbers_.name);
  }
}

void StatPlot::paint_bars(QPainter& painter, const Frame& frame, const Colors& colors) const {
  std::vector<std::int64_t> chosen(bins_.counts.size(), 0);
  for (std::size_t row = 0; row < numbers_.values.size(); ++row) {
    const std::int64_t bin = bins_.bin_of(numbers_.values[row]);
    if (bin >= 0 && is_chosen(row)) ++chosen[static_cast<std::size_t>(bin)];
  }
  for (std::size_t k = 0; k < bins_.counts.size(); ++k) {
    const double left = frame.x(bins_.first + static_cast<double>(k) * bins_.width);
    const double right = frame.x(bins_.first + static_cast<double>(k + 1) * bins_.width);
    const auto bar = [&](std::int64_t count, const QColor& color) {
      const double top = frame.y(static_cast<double>(count));
      if (count > 0) {
        painter.fillRect(
            QRectF(left + 0.5, top, std::max(1.0, right - left - 1), frame.plot.bottom() - top),
            color);
      }
    };
    bar(bins_.counts[k], colors.quiet);
    bar(chosen[k], colors.accent);
  }
}

std::optional<QPointF> StatPlot::dot_of(std::size_t row, const Frame& frame) const {
  const double value = numbers_.values[row];
  if (!std::isfinite(value)) return {};
  if (numbers_.kind == Kind::kBox) {
    return QPointF(frame.x(group_of(row) + 0.5 + 0.6 * kBoxPart * jitter(row)), frame.y(value));
  }
  if (row >= numbers_.second.size() || !std::isfinite(numbers_.second[row])) return {};
  return QPointF(frame.x(value), frame.y(numbers_.second[row]));
}

void StatPlot::paint_dots(QPainter& painter, const Frame& frame, const Colors& colors) const {
  if (numbers_.joined) {
    QPolygonF line;
    for (std::size_t row = 0; row < numbers_.values.size(); ++row) {
      if (const auto at = dot_of(row, frame)) line << *at;
    }
    painter.setPen(QPen(colors.accent, 2));
    painter.drawPolyline(line);
  }
  for (const bool chosen : {false, true}) {  // chosen ones lie on top
    for (std::size_t row = 0; row < numbers_.values.size(); ++row) {
      if (is_chosen(row) != chosen) continue;
      const auto at = dot_of(row, frame);
      if (!at) continue;
      QColor color = numbers_.groups.size() > 1 && numbers_.kind == Kind::kScatter
                         ? group_color(group_of(row))
                         : colors.quiet;
      if (!chosen) color.setAlphaF(0.7F);
      painter.setPen(chosen ? QPen(colors.text, 1) : QPen(Qt::NoPen));
      painter.setBrush(chosen ? colors.accent : color);
      painter.drawEllipse(*at, chosen ? kDot + 1 : kDot, chosen ? kDot + 1 : kDot);
    }
  }
  painter.setBrush(Qt::NoBrush);
}

void StatPlot::paint_boxes(QPainter& painter, const Frame& frame, const Colors& colors) const {
  for (int g = 0; g < group_count(); ++g) {
    std::vector<double> values;
    for (std::size_t row = 0; row < numbers_.values.size(); ++row) {
      if (group_of(row) == g) values.push_back(numbers_.values[row]);
    }
    const BoxNumbers box = box_of(values);
    if (box.count == 0) continue;
    const double left = frame.x(g + 0.5 - kBoxPart / 2), right = frame.x(g + 0.5 + kBoxPart / 2);
    const double middle = frame.x(g + 0.5);
    painter.setPen(QPen(colors.text, 1.5));
    painter.drawRect(QRectF(QPointF(left, frame.y(box.third_quartile)),
                            QPointF(right, frame.y(box.first_quartile))));
    painter.drawLine(QPointF(left, frame.y(box.median)), QPointF(right, frame.y(box.median)));
    painter.drawLine(QPointF(middle, frame.y(box.third_quartile)),
                     QPointF(middle, frame.y(box.high)));
    painter.drawLine(QPointF(middle, frame.y(box.first_quartile)),
                     QPointF(middle, frame.y(box.low)));
  }
}

void StatPlot::paint_into(QPainter& painter, const QRectF& place, const Colors& colors) const {
  const Frame frame = frame_in(place);
  painter.setRenderHint(QPainter::Antialiasing);
  paint_axes(painter, frame, colors);
  painter.save();
  painter.setClipRect(frame.plot.adjusted(-4, -4, 4, 4));
  switch (numbers_.kind) {
    case Kind::kHistogram:
      paint_bars(painter, frame, colors);
      break;
    case Kind::kScatter:
      paint_dots(painter, frame, colors);
      break;
    case Kind::kBox:
      paint_dots(painter, frame, colors);
      paint_boxes(painter, frame, colors);
      break;
  }
  painter.restore();
}

void StatPlot::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const Colors colors = screen_colors();
  const bool empty = std::none_of(numbers_.values.begin(), numbers_.values.end(),
                                  [](double value) { return std::isfinite(value); });
  if (empty) {
    painter.setPen(colors.quiet);
    painter.drawText(rect(), Qt::AlignCenter, tr("Nothing to be shown."));
    return;
  }
  paint_into(painter, rect(), colors);
  if (!pressed_ || !now_) return;
  QColor inside = colors.accent;
  inside.setAlphaF(0.2F);
  QRectF dragged = QRectF(*pressed_, *now_).normalized();
  const QRectF plot = frame_in(rect()).plot;
  if (numbers_.kind == Kind::kHistogram) {
    dragged.setTop(plot.top());
    dragged.setBottom(plot.bottom());
  }
  painter.setPen(colors.accent);
  painter.setBrush(inside);
  painter.drawRect(dragged);
}

void StatPlot::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  pressed_ = now_ = event->position();
  update();
}

void StatPlot::mouseMoveEvent(QMouseEvent* event) {
  if (!pressed_) return;
  now_ = event->position();
  update();
}

void StatPlot::mouseReleaseEvent(QMouseEvent* event) {
  if (!pressed_ || event->button() != Qt::LeftButton) return;
  const QRectF dragged = QRectF(*pressed_, event->position()).normalized();
  pressed_.reset();
  now_.reset();
  update();
  if (on_chosen) on_chosen(rows_in(dragged));
}

std::vector<std::size_t> StatPlot::rows_in(const QRectF& dragged) const {
  const Frame frame = frame_in(rect());
  const bool click = dragged.width() <= kClick && dragged.height() <= kClick;
  std::vector<std::size_t> rows;
  if (numbers_.kind == Kind::kHistogram) {
    const auto value_at = [&](double x) {
      return frame.left + (x - frame.plot.left()) / frame.plot.width() * (frame.right - frame.left);
    };
    const std::int64_t bar = bins_.bin_of(value_at(dragged.center().x()));
    for (std::size_t row = 0; row < numbers_.values.size(); ++row) {
      const double value = numbers_.values[row];
      const bool in = click
                          ? bar >= 0 && bins_.bin_of(value) == bar
                          : value >= value_at(dragged.left()) && value <= value_at(dragged.right());
      if (in) rows.push_back(row);
    }
    return rows;
  }
  double nearest = kGrip;
  for (std::size_t row = 0; row < numbers_.values.size(); ++row) {
    const auto at = dot_of(row, frame);
    if (!at) continue;
    if (!click && dragged.contains(*at)) rows.push_back(row);
    const double off = std::hypot(at->x() - dragged.center().x(), at->y() - dragged.center().y());
    if (click && off < nearest) {
      nearest = off;
      rows = {row};
    }
  }
  return rows;
}

Result<void> StatPlot::save(const std::filesystem::path& path) const {
  constexpr double kScale = 3;  // some 300 dots an inch
  const Colors colors{Qt::white, QColor(0x88, 0x88, 0x88), Qt::black, QColor(0x66, 0x66, 0x66),
                      QColor(0x00, 0x7a, 0x6c)};
  const QSizeF size(std::max(360, width()), std::max(260, height()));
  return write_drawing(
      size, kScale,
      [&](QPainter& painter) {
        painter.setFont(font());
        painter.fillRect(QRectF(QPointF(0, 0), size), Qt::white);
        paint_into(painter, QRectF(QPointF(0, 0), size), colors);
      },
      path);
}

}  // namespace karyo::gui
