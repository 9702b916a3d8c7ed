#include "app/gui/theme.h"

#include <QApplication>
#include <QFont>
#include <QIconEngine>
#include <QPainter>
#include <QPainterPath>
#include <QPalette>
#include <QStyleFactory>
#include <cmath>

namespace karyo::gui {
namespace {

constexpr int kTextPixels = 13;

/// Draws itself at any size and scale, so icons are sharp on every screen.
class LineIconEngine : public QIconEngine {
 public:
  LineIconEngine(LineIcon icon, const QColor& color) : icon_(icon), color_(color) {}

  void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const double side = std::min(rect.width(), rect.height());
    painter->translate(rect.center() + QPointF(0.5, 0.5));
    painter->scale(side / 16, side / 16);
    QColor color = color_;
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
      case LineIcon::kPlay:
        p.setBrush(color);
        p.drawPolygon(QPolygonF{{-3.5, -5}, {5, 0}, {-3.5, 5}});
        break;
      case LineIcon::kLock:
        p.drawRoundedRect(QRectF(-4.5, -1, 9, 7), 1, 1);
        p.drawArc(QRectF(-3, -6.5, 6, 10), 0, 180 * 16);
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
  QColor color_;
};

QString style_sheet() {
  return QStringLiteral(R"(
QWidget { color: #d8dadd; }
QMainWindow, QDialog { background: #1b1c1e; }
QToolTip { background: #2e3135; color: #d8dadd; border: 1px solid #4a4e54; padding: 4px; }
QMenuBar { background: #242629; padding: 2px 4px; }
QMenuBar::item { padding: 4px 10px; background: transparent; border-radius: 3px; }
QMenuBar::item:selected { background: #3a3d42; }
QMenu { background: #242629; border: 1px solid #3a3d42; padding: 4px 0; }
QMenu::item { padding: 5px 24px 5px 24px; }
QMenu::item:selected { background: #35524f; }
QMenu::item:disabled { color: #73777d; }
QMenu::separator { height: 1px; background: #3a3d42; margin: 4px 8px; }
QToolButton, QPushButton { background: #2e3135; border: 1px solid #3a3d42; border-radius: 4px;
  padding: 3px 8px; min-height: 20px; }
QToolButton:hover, QPushButton:hover { background: #383c41; }
QToolButton:pressed, QPushButton:pressed, QToolButton:checked { background: #24514c;
  border-color: #2bb3a3; }
QToolButton:disabled, QPushButton:disabled { color: #73777d; }
QPushButton:focus, QToolButton:focus { border-color: #2bb3a3; }
QToolButton[flat="true"] { background: transparent; border-color: transparent; padding: 2px; }
QToolButton[flat="true"]:hover { background: #383c41; }
QToolButton[flat="true"]:focus { border-color: #2bb3a3; }
QPushButton[primary="true"] { background: #1d7f74; border-color: #2bb3a3; color: #ffffff;
  padding: 5px 16px; }
QPushButton[primary="true"]:hover { background: #22918a; }
QLineEdit, QAbstractSpinBox, QComboBox { background: #1b1c1e; border: 1px solid #3a3d42;
  border-radius: 4px; padding: 2px 6px; min-height: 20px; selection-background-color: #24736a; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus { border-color: #2bb3a3; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { width: 0; height: 0; border-left: 4px solid #242629;
  border-right: 4px solid #242629; border-top: 5px solid #9a9ea4; margin-right: 6px; }
QComboBox QAbstractItemView { background: #242629; border: 1px solid #3a3d42;
  selection-background-color: #35524f; outline: none; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; border: none; }
QCheckBox { spacing: 8px; }
QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid #62666c; border-radius: 3px;
  background: #1b1c1e; }
QCheckBox::indicator:checked { background: #2bb3a3; border-color: #2bb3a3; }
QCheckBox:focus { color: #7fd8cc; }
QListWidget { background: #1f2023; border: 1px solid #3a3d42; border-radius: 4px; outline: none; }
QSlider { min-height: 20px; background: transparent; }
QSlider::groove:horizontal { height: 4px; background: #3a3d42; border-radius: 2px; }
QSlider::sub-page:horizontal { background: #2bb3a3; border-radius: 2px; }
QSlider::handle:horizontal { width: 12px; height: 12px; margin: -5px 0; border-radius: 7px;
  background: #d8dadd; border: 1px solid #1b1c1e; }
QSlider::handle:horizontal:focus { background: #7fd8cc; }
QSlider::sub-page:horizontal:disabled { background: #55595f; }
QScrollArea { border: none; background: transparent; }
QScrollBar:vertical { width: 10px; background: transparent; }
QScrollBar::handle:vertical { background: #44484d; border-radius: 5px; min-height: 24px; }
QScrollBar::add-line, QScrollBar::sub-line { height: 0; }
QSplitter::handle { background: #2a2c30; }
QSplitter::handle:hover { background: #2bb3a3; }
*[role="panel"] { background: #242629; }
QLabel[role="quiet"] { color: #9a9ea4; }
QLabel[role="title"] { color: #d8dadd; font-weight: 600; }
)");
}

}  // namespace

void apply_theme(QApplication& application) {
  QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
  QPalette colors;
  colors.setColor(QPalette::Window, palette::kBackground);
  colors.setColor(QPalette::WindowText, palette::kText);
  colors.setColor(QPalette::Base, palette::kBackground);
  colors.setColor(QPalette::AlternateBase, palette::kPanel);
  colors.setColor(QPalette::Text, palette::kText);
  colors.setColor(QPalette::PlaceholderText, palette::kQuietText);
  colors.setColor(QPalette::Button, palette::kRaised);
  colors.setColor(QPalette::ButtonText, palette::kText);
  colors.setColor(QPalette::ToolTipBase, palette::kRaised);
  colors.setColor(QPalette::ToolTipText, palette::kText);
  colors.setColor(QPalette::Highlight, palette::kAccent);
  colors.setColor(QPalette::HighlightedText, Qt::white);
  colors.setColor(QPalette::Link, palette::kAccent);
  QApplication::setPalette(colors);
  QFont font = QApplication::font();
  font.setPixelSize(kTextPixels);
  QApplication::setFont(font);
  application.setStyleSheet(style_sheet());
}

QIcon line_icon(LineIcon icon, const QColor& color) {
  return QIcon(new LineIconEngine(icon, color));
}

QIcon application_icon() {
  QPixmap map(128, 128);
  map.fill(Qt::transparent);
  QPainter p(&map);
  p.setRenderHint(QPainter::Antialiasing);
  p.setPen(Qt::NoPen);
  p.setBrush(palette::kBackground);
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
  nucleus({46, 50}, 24, 18, -25, palette::kAccent);
  nucleus({86, 74}, 21, 26, 20, palette::kAttention);
  nucleus({44, 93}, 15, 12, 10, QColor(0x8f, 0xa8, 0xe8));
  return QIcon(map);
}

QString unit_text(const std::string& unit) {
  return unit == "um" || unit == "micron" ? QStringLiteral("µm") : QString::fromStdString(unit);
}

QString short_number(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e7) return QString::number(value, 'f', 0);
  return QString::number(value, 'g', 5);
}

}  // namespace karyo::gui
