#include "app/gui/opacity_editor.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "app/gui/theme.h"

namespace karyo::gui {
namespace {

constexpr int kHeight = 112;
constexpr double kSide = 7, kTop = 7;  // room for half a point
constexpr double kBarHeight = 8;       // the colours under the curve
constexpr double kReach = 9;           // pixels from which a point is taken
constexpr double kLeastApart = 0.004;  // of strength
constexpr std::array kKeys{Qt::Key_PageUp, Qt::Key_PageDown, Qt::Key_Left,   Qt::Key_Right,
                           Qt::Key_Up,     Qt::Key_Down,     Qt::Key_Insert, Qt::Key_Delete};

}  // namespace

OpacityEditor::OpacityEditor(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("opacity_curve"));
  setFixedHeight(kHeight);
  setMouseTracking(true);
  setFocusPolicy(Qt::StrongFocus);
  setAccessibleName(tr("Opacity curve"));
  setAccessibleDescription(
      tr("Page Up and Page Down choose a point, arrows move it, Insert adds one, Delete takes it "
         "away."));
}

QSize OpacityEditor::sizeHint() const {
  return {220, kHeight};
}

void OpacityEditor::set_counts(std::vector<std::int64_t> counts) {
  counts_ = std::move(counts);
  update();
}

void OpacityEditor::set_colormap(const Colormap& colormap, bool inverted) {
  colormap_ = colormap;
  inverted_ = inverted;
  update();
}

void OpacityEditor::set_curve(const OpacityCurve& curve) {
  if (curve == curve_) return;
  if (curve.points().size() != curve_.points().size()) dragged_ = -1;
  curve_ = curve;
  update();
}

QPointF OpacityEditor::position_of(OpacityCurve::Point point) const {
  const double bottom = height() - kBarHeight - 4;
  return {kSide + point.strength * (width() - 2 * kSide), bottom - point.opacity * (bottom - kTop)};
}

OpacityCurve::Point OpacityEditor::point_at(QPointF position) const {
  const double bottom = height() - kBarHeight - 4;
  return {std::clamp((position.x() - kSide) / std::max(1.0, width() - 2 * kSide), 0.0, 1.0),
          std::clamp((bottom - position.y()) / (bottom - kTop), 0.0, 1.0)};
}

int OpacityEditor::point_near(QPointF position) const {
  int nearest = -1;
  double least = kReach;
  const auto& points = curve_.points();
  for (std::size_t i = 0; i < points.size(); ++i) {
    const QPointF by = position_of(points[i]) - position;
    const double distance = std::hypot(by.x(), by.y());
    if (distance > least) continue;
    least = distance;
    nearest = static_cast<int>(i);
  }
  return nearest;
}

void OpacityEditor::change(std::vector<OpacityCurve::Point> points) {
  auto curve = OpacityCurve::of(std::move(points));
  if (!curve || *curve == curve_) return;
  curve_ = *std::move(curve);
  update();
  if (on_change) on_change(curve_);
}

void OpacityEditor::paint_counts(QPainter& painter) const {
  const double bottom = height() - kBarHeight - 4;
  const std::int64_t most =
      counts_.empty()
          ? 1
          : std::max<std::int64_t>(1, *std::max_element(counts_.begin(), counts_.end()));
  const double wide = (width() - 2 * kSide) / std::max<double>(1, double(counts_.size()));
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    // Square root: a few bright objects stay visible beside much background.
    const double high = std::sqrt(double(counts_[i]) / double(most)) * (bottom - kTop);
    painter.fillRect(QRectF(kSide + double(i) * wide, bottom - high, wide, high), palette::line());
  }
  for (int x = static_cast<int>(kSide); x < width() - kSide; ++x) {
    const double part = std::clamp((x - kSide) / (width() - 2 * kSide), 0.0, 1.0);
    const Rgb c = (*colormap_.table)[static_cast<std::size_t>((inverted_ ? 1 - part : part) * 255)];
    painter.fillRect(QRectF(x, bottom + 4, 1, kBarHeight), QColor(c.r, c.g, c.b));
  }
}

void OpacityEditor::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const double bottom = height() - kBarHeight - 4;
  painter.fillRect(QRectF(kSide, kTop, width() - 2 * kSide, bottom - kTop), palette::background());
  paint_counts(painter);
  painter.setRenderHint(QPainter::Antialiasing);
  QPainterPath line;
  const auto& points = curve_.points();
  for (std::size_t i = 0; i < points.size(); ++i) {
    const QPointF at = position_of(points[i]);
    i == 0 ? line.moveTo(at) : line.lineTo(at);
  }
  painter.setPen(QPen(palette::accent(), 2));
  painter.drawPath(line);
  painter.setPen(QPen(palette::background(), 1));
  painter.setBrush(palette::text());
  for (const auto& point : points) painter.drawEllipse(position_of(point), 5, 5);
  if (!hasFocus()) return;
  const auto chosen = static_cast<std::size_t>(chosen_);
  if (chosen >= points.size()) return;
  painter.setPen(QPen(palette::accent(), 2));
  painter.setBrush(Qt::NoBrush);
  painter.drawEllipse(position_of(points[chosen]), 6.5, 6.5);
}

int OpacityEditor::add(OpacityCurve::Point point) {
  auto points = curve_.points();
  const auto after = std::find_if(points.begin(), points.end(), [&](const auto& other) {
    return other.strength > point.strength;
  });
  const bool room = after != points.begin() && after != points.end() &&
                    point.strength - (after - 1)->strength >= kLeastApart &&
                    after->strength - point.strength >= kLeastApart;
  if (!room) return -1;
  const int number = static_cast<int>(after - points.begin());
  points.insert(after, point);
  change(std::move(points));
  return number;
}

void OpacityEditor::move(int number, OpacityCurve::Point to) {
  auto points = curve_.points();
  const auto i = static_cast<std::size_t>(number);
  if (number < 0 || i >= points.size()) return;
  points[i].opacity = std::clamp(to.opacity, 0.0, 1.0);
  if (i > 0 && i + 1 < points.size()) {
    const double least = points[i - 1].strength + kLeastApart;
    const double most = points[i + 1].strength - kLeastApart;
    if (least < most) points[i].strength = std::clamp(to.strength, least, most);
  }
  change(std::move(points));
}

void OpacityEditor::remove(int number) {
  auto points = curve_.points();
  const bool inner = number > 0 && number + 1 < static_cast<int>(points.size());
  if (!inner) return;
  points.erase(points.begin() + number);
  change(std::move(points));
}

void OpacityEditor::mousePressEvent(QMouseEvent* event) {
  dragged_ = point_near(event->position());
  if (event->button() == Qt::RightButton) {
    remove(std::exchange(dragged_, -1));
    return;
  }
  if (event->button() != Qt::LeftButton) return;
  if (dragged_ < 0) dragged_ = add(point_at(event->position()));
  if (dragged_ >= 0) chosen_ = dragged_;
}

void OpacityEditor::mouseMoveEvent(QMouseEvent* event) {
  if ((event->buttons() & Qt::LeftButton) == 0 || dragged_ < 0) {
    setCursor(point_near(event->position()) >= 0 ? Qt::OpenHandCursor : Qt::CrossCursor);
    return;
  }
  move(dragged_, point_at(event->position()));
}

void OpacityEditor::mouseReleaseEvent(QMouseEvent*) {
  dragged_ = -1;
}

/// With the focus here, Delete is about a point, not about the layer.
bool OpacityEditor::event(QEvent* event) {
  if (event->type() == QEvent::ShortcutOverride) {
    const int key = static_cast<QKeyEvent*>(event)->key();
    if (std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end()) {
      event->accept();
      return true;
    }
  }
  return QWidget::event(event);
}

void OpacityEditor::keyPressEvent(QKeyEvent* event) {
  const int last = static_cast<int>(curve_.points().size()) - 1;
  chosen_ = std::clamp(chosen_, 0, last);
  const OpacityCurve::Point at = curve_.points()[static_cast<std::size_t>(chosen_)];
  const double step = (event->modifiers() & Qt::ShiftModifier) != 0 ? 0.1 : 0.01;
  switch (event->key()) {
    case Qt::Key_PageUp:
      chosen_ = std::max(0, chosen_ - 1);
      break;
    case Qt::Key_PageDown:
      chosen_ = std::min(last, chosen_ + 1);
      break;
    case Qt::Key_Left:
      move(chosen_, {at.strength - step, at.opacity});
      break;
    case Qt::Key_Right:
      move(chosen_, {at.strength + step, at.opacity});
      break;
    case Qt::Key_Up:
      move(chosen_, {at.strength, at.opacity + step});
      break;
    case Qt::Key_Down:
      move(chosen_, {at.strength, at.opacity - step});
      break;
    case Qt::Key_Delete:
      remove(chosen_);
      break;
    case Qt::Key_Insert: {
      const auto& next = curve_.points()[static_cast<std::size_t>(std::min(last, chosen_ + 1))];
      const int added = add({(at.strength + next.strength) / 2, (at.opacity + next.opacity) / 2});
      if (added >= 0) chosen_ = added;
      break;
    }
    default:
      QWidget::keyPressEvent(event);
      return;
  }
  update();
}

}  // namespace karyo::gui
