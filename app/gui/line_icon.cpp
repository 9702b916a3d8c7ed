#include "app/gui/line_icon.h"

#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <optional>
#include <utility>

namespace karyo::gui {
namespace {

/// Draws itself at any size and scale, so icons are sharp on every screen.
class LineIconEngine : public QIconEngine {
 public:
  LineIconEngine(LineIcon icon, QPalette::ColorRole role, std::optional<QColor> own)
      : icon_(icon), role_(role), own_(std::move(own)) {}

  void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const double side = std::min(rect.width(), rect.height());
    painter->translate(rect.center() + QPointF(0.5, 0.5));
    painter->scale(side / 16, side / 16);
    QColor color = own_ ? *own_ : QGuiApplication::palette().color(role_);
    if (mode == QIcon::Disabled) color.setAlphaF(0.35F);
    painter->setPen(QPen(color, 1.4, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    draw(*painter, color);
    painter->restore();
  }
  QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
    QPixmap map(size);
    map.fill(Qt::transparent);
    QPainter painter(&map);
    paint(&painter, QRect({0, 0}, size), mode, state);
    return map;
  }
  QIconEngine* clone() const override { return new LineIconEngine(*this); }

 private:
  static void draw_plus(QPainter& p) {
    p.drawLine(QPointF(2.5, 4.5), QPointF(7, 4.5));
    p.drawLine(QPointF(4.75, 2.25), QPointF(4.75, 6.75));
  }
  static QColor faint(QColor color) {
    color.setAlphaF(color.alphaF() * 0.35F);
    return color;
  }
  void draw(QPainter& p, const QColor& color) const {  // in a field of -8 .. 8
    switch (icon_) {
      case LineIcon::kEye:
      case LineIcon::kEyeOff: {
        QPainterPath lid(QPointF(-6.5, 0));
        lid.quadTo(0, -8, 6.5, 0);
        lid.quadTo(0, 8, -6.5, 0);
        p.drawPath(lid);
        if (icon_ == LineIcon::kEye) {
          p.setBrush(color);
          p.drawEllipse(QPointF(0, 0), 1.8, 1.8);
        } else {
          p.drawLine(QPointF(-5.5, 5.5), QPointF(5.5, -5.5));
        }
        break;
      }
      case LineIcon::kUp:
      case LineIcon::kDown: {
        const double s = icon_ == LineIcon::kUp ? 1 : -1;
        p.drawPolyline(QPolygonF{{-5, 2.5 * s}, {0, -2.5 * s}, {5, 2.5 * s}});
        break;
      }
      case LineIcon::kRight:
        p.drawPolyline(QPolygonF{{-2.5, -5}, {2.5, 0}, {-2.5, 5}});
        break;
      case LineIcon::kDelete:
        p.drawLine(QPointF(-5, -4.5), QPointF(5, -4.5));
        p.drawPolyline(QPolygonF{{-1.8, -4.5}, {-1.8, -6.5}, {1.8, -6.5}, {1.8, -4.5}});
        p.drawPolyline(QPolygonF{{-4, -4.5}, {-3.3, 6}, {3.3, 6}, {4, -4.5}});
        break;
      case LineIcon::kMaximise:
        p.drawPolyline(QPolygonF{{1.5, -5.5}, {5.5, -5.5}, {5.5, -1.5}});
        p.drawPolyline(QPolygonF{{-1.5, 5.5}, {-5.5, 5.5}, {-5.5, 1.5}});
        p.drawLine(QPointF(5.5, -5.5), QPointF(1.2, -1.2));
        p.drawLine(QPointF(-5.5, 5.5), QPointF(-1.2, 1.2));
        break;
      case LineIcon::kRestore:
        p.drawRect(QRectF(-5.5, -5.5, 11, 11));
        p.drawLine(QPointF(0, -5.5), QPointF(0, 5.5));
        p.drawLine(QPointF(-5.5, 0), QPointF(5.5, 0));
        break;
      case LineIcon::kClose:
      case LineIcon::kCancel:
        p.drawLine(QPointF(-4, -4), QPointF(4, 4));
        p.drawLine(QPointF(-4, 4), QPointF(4, -4));
        break;
      case LineIcon::kImage:
        p.drawRoundedRect(QRectF(-6, -5, 12, 10), 1.5, 1.5);
        p.drawPolyline(QPolygonF{{-5.5, 3}, {-2, -0.8}, {0.5, 1.8}, {2.5, 0}, {5.5, 3}});
        p.drawEllipse(QPointF(2.7, -2.4), 0.9, 0.9);
        break;
      case LineIcon::kLabels:
        p.drawEllipse(QPointF(-2.4, -1.8), 3.4, 3.4);
        p.drawEllipse(QPointF(2.9, 2.6), 2.9, 2.9);
        break;
      case LineIcon::kPoints:
        p.setBrush(color);
        for (const QPointF& at : {QPointF(-3.5, -3), QPointF(3.5, -1.5), QPointF(-1, 4)}) {
          p.drawEllipse(at, 1.2, 1.2);
        }
        break;
      case LineIcon::kTracks:
        p.drawPolyline(QPolygonF{{-5.5, 4.5}, {-2, 1}, {1, 1.5}, {5, -3}});
        p.setBrush(color);
        p.drawEllipse(QPointF(5, -3.5), 1.3, 1.3);
        break;
      case LineIcon::kSurface:  // three faces that meet
        p.drawPolygon(QPolygonF{{0, -6}, {5.5, -2}, {3.5, 5}, {-3.5, 5}, {-5.5, -2}});
        for (const QPointF& at : {QPointF(0, -6), QPointF(3.5, 5), QPointF(-5.5, -2)}) {
          p.drawLine(QPointF(0, 0), at);
        }
        break;
      case LineIcon::kPlay:
        p.setBrush(color);
        p.drawPolygon(QPolygonF{{-3.5, -5}, {5, 0}, {-3.5, 5}});
        break;
      case LineIcon::kLock:
        p.drawRoundedRect(QRectF(-4.5, -1, 9, 7), 1, 1);
        p.drawArc(QRectF(-3, -6.5, 6, 10), 0, 180 * 16);
        break;
      case LineIcon::kHand:  // four ways
        p.drawLine(QPointF(0, -6), QPointF(0, 6));
        p.drawLine(QPointF(-6, 0), QPointF(6, 0));
        for (const double s : {-1.0, 1.0}) {
          p.drawPolyline(QPolygonF{{-2, 4.2 * s}, {0, 6.2 * s}, {2, 4.2 * s}});
          p.drawPolyline(QPolygonF{{4.2 * s, -2}, {6.2 * s, 0}, {4.2 * s, 2}});
        }
        break;
      case LineIcon::kLine:
        p.drawLine(QPointF(-4.8, 4.8), QPointF(4.8, -4.8));
        p.setBrush(color);
        p.drawEllipse(QPointF(-5, 5), 1.3, 1.3);
        p.drawEllipse(QPointF(5, -5), 1.3, 1.3);
        break;
      case LineIcon::kRectangle:
        p.drawRect(QRectF(-6, -4.5, 12, 9));
        break;
      case LineIcon::kAngle:
        p.drawPolyline(QPolygonF{{4.5, -5.5}, {-5.5, 5}, {6, 5}});
        p.drawArc(QRectF(-10.5, 0, 10, 10), 0, 46 * 16);
        break;
      case LineIcon::kArea:
        p.drawPolygon(QPolygonF{{-5.5, -1}, {-1, -6}, {5.5, -2.5}, {3.5, 5.5}, {-4, 4.5}});
        break;
      case LineIcon::kBrush:
        p.drawLine(QPointF(6, -6), QPointF(-0.5, 0.5));
        p.drawPolygon(QPolygonF{{-1.5, -1}, {1, 1.5}, {-1.5, 5}, {-6.5, 6.5}, {-4.5, 1.5}});
        break;
      case LineIcon::kEraser:
        p.drawPolygon(QPolygonF{{-6.5, 2}, {1.5, -6}, {6, -1.5}, {-0.5, 5}, {-3.5, 5}});
        p.drawLine(QPointF(-2.5, -2), QPointF(2, 2.5));
        p.drawLine(QPointF(-3.5, 6.5), QPointF(6, 6.5));
        break;
      case LineIcon::kFill:
        p.drawPolygon(QPolygonF{{-6, 0.5}, {-0.5, -5}, {4.5, 0}, {-1, 5.5}});
        p.drawLine(QPointF(-2.5, -7), QPointF(2, -2.5));
        p.drawLine(QPointF(6, 2.5), QPointF(6, 5.5));
        break;
      case LineIcon::kPick:
        p.drawLine(QPointF(-6, 6), QPointF(1, -1));
        p.drawLine(QPointF(-1.5, -3.5), QPointF(3.5, 1.5));
        p.drawPolyline(QPolygonF{{1, -1}, {4, -5.5}, {5.5, -4}, {1, -1}});
        break;
      case LineIcon::kDrawPoint:
        p.drawEllipse(QPointF(-2, -2), 4.5, 4.5);
        draw_plus(p);
        p.setBrush(color);
        p.drawEllipse(QPointF(-2, -2), 1.1, 1.1);
        break;
      case LineIcon::kDrawRectangle:
        p.drawPolyline(QPolygonF{{1, 3.5}, {-6.5, 3.5}, {-6.5, -6}, {5, -6}, {5, 0}});
        draw_plus(p);
        break;
      case LineIcon::kDrawEllipse:
        p.drawArc(QRectF(-7, -6.5, 12, 10.5), 0, 290 * 16);
        draw_plus(p);
        break;
      case LineIcon::kDrawPolygon:
        p.drawPolyline(QPolygonF{{1, 4}, {-4.5, 3.5}, {-6.5, -2}, {-1, -6.5}, {5, -3}, {4.5, 0.5}});
        draw_plus(p);
        break;
      case LineIcon::kDrawLine:
        p.drawLine(QPointF(-6, 4), QPointF(4, -6));
        draw_plus(p);
        break;
      case LineIcon::kDrawPolyline:
        p.drawPolyline(QPolygonF{{-6.5, 4}, {-4, -4}, {0.5, -0.5}, {5, -6.5}});
        draw_plus(p);
        break;
      case LineIcon::kDrawFreehand: {
        QPainterPath loop(QPointF(1, 4));
        loop.cubicTo(-4, 5, -8, 3, -5.5, -1);
        loop.cubicTo(-3.5, -4, -7, -6, -2, -6.5);
        loop.cubicTo(4, -7, 1, -3, 5, -2.5);
        p.drawPath(loop);
        draw_plus(p);
        break;
      }
      case LineIcon::kAreaRectangle:
        p.setBrush(faint(color));
        p.drawRect(QRectF(-6, -4.5, 12, 9));
        break;
      case LineIcon::kAreaEllipse:
        p.setBrush(faint(color));
        p.drawEllipse(QPointF(0, 0), 6.5, 5);
        break;
      case LineIcon::kAreaPolygon:
        p.setBrush(faint(color));
        p.drawPolygon(QPolygonF{{-5.5, -1}, {-1, -6}, {5.5, -2.5}, {3.5, 5.5}, {-4, 4.5}});
        break;
      case LineIcon::kLasso: {
        QPainterPath loop(QPointF(-4, 3.5));
        loop.cubicTo(-9, 0, -4, -6.5, 1, -6);
        loop.cubicTo(8, -5.5, 7, 3.5, 0, 3.5);
        loop.cubicTo(-3, 3.5, -5, 4.5, -4, 7);
        p.drawPath(loop);
        break;
      }
      case LineIcon::kSmartOutline: {
        QPainterPath way(QPointF(-6, 4));
        way.cubicTo(-5, -5, 1, -7, 5, -4);
        p.drawPath(way);
        p.setBrush(color);
        for (const QPointF& at : {QPointF(-6, 4), QPointF(-2.4, -3.2), QPointF(5, -4)}) {
          p.drawRect(QRectF(at.x() - 1.3, at.y() - 1.3, 2.6, 2.6));
        }
        break;
      }
      case LineIcon::kWand:
        p.drawLine(QPointF(-6, 6), QPointF(1, -1));
        for (const auto& [from, to] : {std::pair{QPointF(3.5, -7), QPointF(3.5, -4.6)},
                                       std::pair{QPointF(3.5, 0.6), QPointF(3.5, 3)},
                                       std::pair{QPointF(-1.5, -2), QPointF(0.6, -2)},
                                       std::pair{QPointF(5.4, -2), QPointF(7, -2)}}) {
          p.drawLine(from, to);
        }
        break;
      case LineIcon::kOneClick:
        p.drawEllipse(QPointF(0, 0), 6, 5.5);
        p.drawLine(QPointF(-2, 0), QPointF(2, 0));
        p.drawLine(QPointF(0, -2), QPointF(0, 2));
        break;
      case LineIcon::kModelClick:
        p.setPen(QPen(color, 1.4, Qt::DashLine, Qt::FlatCap));
        p.drawEllipse(QPointF(0, 0), 6.5, 6);
        p.setPen(Qt::NoPen);
        p.setBrush(color);
        p.drawEllipse(QPointF(0, 0), 1.8, 1.8);
        break;
      case LineIcon::kCut:
        p.drawEllipse(QPointF(0, 0), 6, 5);
        p.setPen(QPen(color, 1.4, Qt::DashLine, Qt::FlatCap));
        p.drawLine(QPointF(2.5, -7), QPointF(-2.5, 7));
        break;
      case LineIcon::kSeeds:
        p.drawEllipse(QPointF(-3, 0), 4, 5);
        p.drawEllipse(QPointF(3.6, 0), 3.4, 4.4);
        p.setBrush(color);
        p.drawEllipse(QPointF(-3.6, 0), 1, 1);
        p.drawEllipse(QPointF(4, 0), 1, 1);
        break;
      case LineIcon::kMerge:
        p.drawEllipse(QPointF(-4, 0), 3, 4.5);
        p.drawEllipse(QPointF(4, 0), 3, 4.5);
        p.drawLine(QPointF(-4, 0), QPointF(4, 0));
        break;
      case LineIcon::kMoveObject:
        p.drawEllipse(QPointF(-2, 2), 4, 4);
        p.drawLine(QPointF(0, 0), QPointF(6, -6));
        p.drawPolyline(QPolygonF{{2.6, -6.2}, {6.2, -6.2}, {6.2, -2.6}});
        break;
      case LineIcon::kPause:
        p.setBrush(color);
        p.drawRect(QRectF(-4.5, -5, 2.6, 10));
        p.drawRect(QRectF(1.9, -5, 2.6, 10));
        break;
      case LineIcon::kAuto:
        p.drawEllipse(QPointF(0, 0), 5, 5);
        p.setBrush(color);
        p.drawPie(QRectF(-5, -5, 10, 10), -90 * 16, 180 * 16);
        break;
    }
  }

  LineIcon icon_;
  QPalette::ColorRole role_;
  std::optional<QColor> own_;  // none: the theme's, whichever is in effect
};

}  // namespace

QIcon line_icon(LineIcon icon, QPalette::ColorRole role) {
  return QIcon(new LineIconEngine(icon, role, {}));
}

QIcon line_icon(LineIcon icon, const QColor& color) {
  return QIcon(new LineIconEngine(icon, QPalette::WindowText, color));
}

QIcon application_icon() {
  QPixmap map(128, 128);
  map.fill(Qt::transparent);
  QPainter p(&map);
  p.setRenderHint(QPainter::Antialiasing);
  p.setPen(Qt::NoPen);
  p.setBrush(QColor(0x1b, 0x1c, 0x1e));
  p.drawRoundedRect(QRectF(4, 4, 120, 120), 26, 26);
  const auto nucleus = [&p](QPointF at, double rx, double ry, double turn, const QColor& color) {
    p.save();
    p.translate(at);
    p.rotate(turn);
    QColor inside = color;
    inside.setAlphaF(0.35F);
    p.setBrush(inside);
    p.setPen(QPen(color, 5));
    p.drawEllipse(QPointF(0, 0), rx, ry);
    p.restore();
  };
  nucleus({46, 50}, 24, 18, -25, QColor(0x2b, 0xb3, 0xa3));
  nucleus({86, 74}, 21, 26, 20, QColor(0xe0, 0xa0, 0x30));
  nucleus({44, 93}, 15, 12, 10, QColor(0x8f, 0xa8, 0xe8));
  return QIcon(map);
}

}  // namespace karyo::gui
