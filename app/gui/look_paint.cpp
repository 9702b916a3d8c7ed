// What Look paints itself; the rest is Fusion's.

#include <QAbstractItemView>
#include <QFrame>
#include <QPainter>
#include <QPainterPath>
#include <QStyleOption>
#include <QTabBar>

#include "app/gui/look.h"

namespace karyo::gui {
namespace {

constexpr double kRound = 4;

bool has(const QStyleOption& option, QStyle::StateFlag flag) {
  return (option.state & flag) != 0;
}

bool is_set(const QWidget* widget, const char* property) {
  return widget != nullptr && widget->property(property).toBool();
}

/// A filled box whose edge, one pixel wide, lies within rect. Either colour may be invalid: none.
void paint_box(QPainter& painter, const QRectF& rect, const QColor& fill, const QColor& edge,
               double round = kRound) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(edge.isValid() ? QPen(edge, 1) : QPen(Qt::NoPen));
  painter.setBrush(fill.isValid() ? QBrush(fill) : QBrush(Qt::NoBrush));
  const double in = edge.isValid() ? 0.5 : 0;
  painter.drawRoundedRect(rect.adjusted(in, in, -in, -in), round, round);
  painter.restore();
}

/// A triangle that points down, in the middle of rect.
void paint_arrow(QPainter& painter, const QRect& rect, const QColor& color) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(Qt::NoPen);
  painter.setBrush(color);
  const QPointF at = QRectF(rect).center();
  painter.drawPolygon(
      QPolygonF{at + QPointF(-4, -2.5), at + QPointF(4, -2.5), at + QPointF(0, 2.5)});
  painter.restore();
}

}  // namespace

void Look::paint_button(const QStyleOption& option, QPainter& painter,
                        const QWidget* widget) const {
  const bool enabled = has(option, State_Enabled);
  const bool down = has(option, State_Sunken) || has(option, State_On);
  const bool hover = enabled && has(option, State_MouseOver);
  const bool primary = is_set(widget, "primary"), flat = is_set(widget, "flat");
  QColor fill = down ? colors_.pressed : hover ? colors_.hover : flat ? QColor() : colors_.raised;
  if (primary) fill = !enabled ? colors_.off : hover ? colors_.primary_hover : colors_.primary;
  const bool bright = (enabled && primary) || down || has(option, State_HasFocus);
  paint_box(painter, option.rect, fill, bright ? colors_.accent : flat ? QColor() : colors_.line);
}

void Look::paint_check(const QStyleOption& option, QPainter& painter) const {
  const bool on = has(option, State_On), partly = has(option, State_NoChange);
  const bool enabled = has(option, State_Enabled);
  const QColor mark = enabled ? colors_.accent : colors_.off;
  paint_box(painter, option.rect, on || partly ? mark : colors_.background,
            on || partly                  ? mark
            : has(option, State_HasFocus) ? colors_.accent
                                          : (enabled ? colors_.box : colors_.off),
            3);
  if (!on && !partly) return;
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(QPen(colors_.background, 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
  painter.translate(QRectF(option.rect).center());
  if (on) {
    painter.drawPolyline(QPolygonF{QPointF(-3.5, 0.2), QPointF(-1, 2.8), QPointF(3.5, -2.6)});
  } else {
    painter.drawLine(QPointF(-3, 0), QPointF(3, 0));
  }
  painter.restore();
}

void Look::paint_field(const QStyleOption& option, QPainter& painter) const {
  paint_box(painter, option.rect, colors_.background,
            has(option, State_HasFocus) ? colors_.accent : colors_.line);
}

/// False: a frame that is none of ours.
bool Look::paint_frame(const QStyleOption& option, QPainter& painter, const QWidget* widget) const {
  if (widget == nullptr) return false;
  const QString role = widget->property("role").toString();
  if (role == QLatin1String("popup")) {
    paint_box(painter, option.rect, colors_.panel, colors_.edge, 6);
    return true;
  }
  const bool failure = role == QLatin1String("failure");
  if (!failure && role != QLatin1String("offer")) return false;
  painter.fillRect(option.rect, failure ? colors_.failure_back : colors_.raised);
  QRect edge = option.rect;
  edge.setWidth(4);
  painter.fillRect(edge, failure ? colors_.failure : colors_.accent);
  return true;
}

void Look::paint_tab(const QStyleOption& option, QPainter& painter) const {
  if (has(option, State_Selected)) {
    painter.fillRect(QRect(option.rect.left(), option.rect.bottom() - 1, option.rect.width(), 2),
                     colors_.accent);
  } else if (has(option, State_MouseOver) && has(option, State_Enabled)) {
    painter.fillRect(option.rect, colors_.hover);
  }
}

void Look::paint_progress(const QStyleOption& option, QPainter& painter) const {
  const auto* bar = qstyleoption_cast<const QStyleOptionProgressBar*>(&option);
  if (bar == nullptr) return;
  QRectF done = bar->rect;
  const double range = static_cast<double>(bar->maximum) - bar->minimum;
  QColor color = colors_.accent;
  if (range <= 0) {
    color.setAlphaF(0.5F);  // how much there is to do is not known
  } else {
    done.setWidth(done.width() * (bar->progress - bar->minimum) / range);
  }
  if (done.width() >= 1) paint_box(painter, done, color, QColor());
}

void Look::paint_slider(const QStyleOptionComplex& option, QPainter& painter,
                        const QWidget* widget) const {
  const auto* slider = qstyleoption_cast<const QStyleOptionSlider*>(&option);
  if (slider == nullptr) return;
  constexpr double kGroove = 4;
  const QRectF all = option.rect;
  const QRectF handle = proxy()->subControlRect(CC_Slider, &option, SC_SliderHandle, widget);
  const bool lying = slider->orientation == Qt::Horizontal;
  QRectF groove = lying ? QRectF(all.left(), all.center().y() - kGroove / 2, all.width(), kGroove)
                        : QRectF(all.center().x() - kGroove / 2, all.top(), kGroove, all.height());
  const bool enabled = has(option, State_Enabled);
  paint_box(painter, groove, colors_.line, QColor(), 2);
  if (lying) {
    slider->upsideDown ? groove.setLeft(handle.center().x()) : groove.setRight(handle.center().x());
  } else {
    slider->upsideDown ? groove.setTop(handle.center().y()) : groove.setBottom(handle.center().y());
  }
  paint_box(painter, groove, enabled ? colors_.accent : colors_.off, QColor(), 2);
  const QRectF knob(handle.center() - QPointF(7, 7), QSizeF(14, 14));
  paint_box(painter, knob,
            !enabled                      ? colors_.off
            : has(option, State_HasFocus) ? colors_.accent_text
                                          : colors_.text,
            colors_.background, 7);
}

void Look::paint_scroll_bar(const QStyleOptionComplex& option, QPainter& painter,
                            const QWidget* widget) const {
  const auto* bar = qstyleoption_cast<const QStyleOptionSlider*>(&option);
  if (bar == nullptr || bar->maximum <= bar->minimum) return;
  const QRectF handle = proxy()->subControlRect(CC_ScrollBar, &option, SC_ScrollBarSlider, widget);
  const bool bright = has(option, State_MouseOver) || has(option, State_Sunken);
  paint_box(painter, handle, bright ? colors_.box : colors_.scroll, QColor(), 5);
}

void Look::drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                         const QWidget* widget) const {
  switch (element) {
    case PE_PanelButtonCommand:
    case PE_PanelButtonTool:
      return paint_button(*option, *painter, widget);
    case PE_IndicatorCheckBox:
      return paint_check(*option, *painter);
    case PE_FrameLineEdit:
      return paint_field(*option, *painter);
    case PE_PanelLineEdit: {
      const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option);
      if (frame != nullptr && frame->lineWidth > 0) return paint_field(*option, *painter);
      return painter->fillRect(option->rect, colors_.background);
    }
    case PE_FrameFocusRect:  // boxes and texts show it themselves, lists by their row
      if (qobject_cast<const QTabBar*>(widget) == nullptr) return;
      return paint_box(*painter, option->rect, QColor(), colors_.accent, 3);
    case PE_Frame:
      return paint_box(*painter, option->rect, QColor(), colors_.line);
    case PE_FrameMenu:
      return;
    case PE_PanelMenu:
      return paint_box(*painter, option->rect, colors_.panel, colors_.line, 0);
    case PE_PanelTipLabel:
      return paint_box(*painter, option->rect, colors_.raised, colors_.edge, 0);
    case PE_FrameTabWidget:
      return painter->fillRect(QRect(option->rect.topLeft(), QSize(option->rect.width(), 1)),
                               colors_.line);
    case PE_FrameTabBarBase:
      return;
    case PE_IndicatorArrowDown:
      return paint_arrow(*painter, option->rect, colors_.quiet);
    case PE_IndicatorDockWidgetResizeHandle:
      return painter->fillRect(option->rect, colors_.panel);
    default:
      return QProxyStyle::drawPrimitive(element, option, painter, widget);
  }
}

void Look::drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                       const QWidget* widget) const {
  switch (element) {
    case CE_ShapedFrame:
      if (paint_frame(*option, *painter, widget)) return;
      break;
    case CE_PushButtonLabel:
      if (const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option);
          button != nullptr && is_set(widget, "primary") && has(*option, State_Enabled)) {
        QStyleOptionButton bright = *button;
        bright.palette.setColor(QPalette::ButtonText, colors_.on_primary);
        return QProxyStyle::drawControl(element, &bright, painter, widget);
      }
      break;
    case CE_CheckBoxLabel:
      if (const auto* box = qstyleoption_cast<const QStyleOptionButton*>(option);
          box != nullptr && has(*option, State_HasFocus)) {
        QStyleOptionButton bright = *box;
        bright.palette.setColor(QPalette::WindowText, colors_.accent_text);
        return QProxyStyle::drawControl(element, &bright, painter, widget);
      }
      break;
    case CE_MenuBarEmptyArea:
      return painter->fillRect(option->rect, colors_.panel);
    case CE_MenuBarItem:
      if (const auto* item = qstyleoption_cast<const QStyleOptionMenuItem*>(option)) {
        painter->fillRect(option->rect, colors_.panel);
        if (has(*option, State_Selected) || has(*option, State_Sunken)) {
          paint_box(*painter, option->rect, colors_.line, QColor(), 3);
        }
        proxy()->drawItemText(
            painter, item->rect, Qt::AlignCenter | Qt::TextShowMnemonic | Qt::TextSingleLine,
            item->palette, has(*option, State_Enabled), item->text, QPalette::WindowText);
        return;
      }
      break;
    case CE_MenuItem:
      if (const auto* item = qstyleoption_cast<const QStyleOptionMenuItem*>(option);
          item != nullptr && item->menuItemType == QStyleOptionMenuItem::Separator) {
        const QRect& row = option->rect;
        return painter->fillRect(row.left() + 8, row.center().y(), row.width() - 16, 1,
                                 colors_.line);
      }
      break;
    case CE_Splitter:
      return painter->fillRect(option->rect,
                               has(*option, State_MouseOver) ? colors_.accent : colors_.splitter);
    case CE_HeaderSection:
    case CE_HeaderEmptyArea:
      painter->fillRect(option->rect, colors_.panel);
      return painter->fillRect(QRect(option->rect.bottomLeft(), QSize(option->rect.width(), 1)),
                               colors_.line);
    case CE_TabBarTabShape:
      return paint_tab(*option, *painter);
    case CE_ProgressBarGroove:
      return paint_box(*painter, option->rect, colors_.line, QColor());
    case CE_ProgressBarContents:
      return paint_progress(*option, *painter);
    default:
      break;
  }
  QProxyStyle::drawControl(element, option, painter, widget);
}

void Look::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option,
                              QPainter* painter, const QWidget* widget) const {
  switch (control) {
    case CC_SpinBox:
      return paint_field(*option, *painter);
    case CC_ComboBox:
      paint_field(*option, *painter);
      return paint_arrow(*painter,
                         proxy()->subControlRect(control, option, SC_ComboBoxArrow, widget),
                         has(*option, State_Enabled) ? colors_.quiet : colors_.off);
    case CC_Slider:
      return paint_slider(*option, *painter, widget);
    case CC_ScrollBar:
      return paint_scroll_bar(*option, *painter, widget);
    default:
      return QProxyStyle::drawComplexControl(control, option, painter, widget);
  }
}

}  // namespace karyo::gui
