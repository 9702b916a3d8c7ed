#include "app/gui/look.h"

#include <QAbstractItemView>
#include <QFrame>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QScrollArea>
#include <QStyleFactory>
#include <QStyleOption>
#include <QTabBar>
#include <QTreeView>
#include <algorithm>

namespace karyo::gui {
namespace {

constexpr int kBorder = 1;
constexpr int kLeastText = 20;    ///< height of what is in a button or field
constexpr int kFieldPadding = 6;  ///< left and right of the text of a field
constexpr int kArrowWidth = 20;
constexpr int kTextSmall = 12, kTextScore = 28;
constexpr int kAccentEdge = 4;  ///< left of offers and failures
constexpr int kTreeRow = 24, kPopupRow = 28;

QString role_of(const QWidget& widget) {
  return widget.property("role").toString();
}

bool is_set(const QWidget* widget, const char* property) {
  return widget != nullptr && widget->property(property).toBool();
}

void dress_panel(QWidget& widget, const QString& role) {
  const auto fill = [&](QPalette::ColorRole color) {
    widget.setBackgroundRole(color);
    widget.setAutoFillBackground(true);
  };
  if (role == QLatin1String("panel")) fill(QPalette::AlternateBase);
  if (role == QLatin1String("gaps")) fill(QPalette::Midlight);
  if (role == QLatin1String("line")) fill(QPalette::Mid);
}

void dress_label(QLabel& label, const QString& role) {
  const auto is = [&](const char* name) { return role == QLatin1String(name); };
  label.setForegroundRole(is("quiet")               ? QPalette::PlaceholderText
                          : is("attention")         ? QPalette::BrightText
                          : is("key") || is("work") ? QPalette::LinkVisited
                                                    : QPalette::NoRole);
  if (!is("title") && !is("score")) return;
  QFont font;  // says only what differs from the application's
  font.setWeight(QFont::DemiBold);
  if (is("score")) font.setPixelSize(kTextScore);
  label.setFont(font);
}

void dress_frame(QFrame& frame, const QString& role) {
  if (role == QLatin1String("popup")) frame.setContentsMargins(1, 1, 1, 1);
  if (role == QLatin1String("offer") || role == QLatin1String("failure")) {
    frame.setContentsMargins(kAccentEdge, 0, 0, 0);
  }
}

/// A field that is part of a box which paints itself.
bool is_inner_field(const QStyleOption* option) {
  const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option);
  return frame != nullptr && frame->lineWidth == 0;
}

QSize padded(const QSize& contents, int across, int down) {
  return {contents.width() + 2 * (across + kBorder),
          std::max(contents.height(), kLeastText) + 2 * (down + kBorder)};
}

QSize button_size(const QSize& contents, const QWidget* widget) {
  if (is_set(widget, "flat")) return padded(contents, 2, 2);
  return is_set(widget, "primary") ? padded(contents, 16, 5) : padded(contents, 8, 3);
}

QRect inside_field(const QRect& rect) {
  return rect.adjusted(kBorder + kFieldPadding, kBorder + 2, -kBorder - kFieldPadding,
                       -kBorder - 2);
}

QRect combo_part(const QRect& rect, QStyle::SubControl part) {
  if (part == QStyle::SC_ComboBoxArrow)
    return {rect.right() - kArrowWidth, rect.top(), kArrowWidth, rect.height()};
  if (part == QStyle::SC_ComboBoxEditField)
    return inside_field(rect).adjusted(0, 0, -kArrowWidth + kFieldPadding, 0);
  return rect;
}

QRect scroll_bar_part(const QStyleOptionSlider& bar, QStyle::SubControl part) {
  constexpr int kLeastHandle = 24;
  const bool lying = bar.orientation == Qt::Horizontal;
  const int length = lying ? bar.rect.width() : bar.rect.height();
  const double all = static_cast<double>(bar.maximum) - bar.minimum + bar.pageStep;
  const int handle = std::min(
      length,
      std::max(kLeastHandle, static_cast<int>(length * (bar.pageStep / std::max(1.0, all)))));
  const int begin = QStyle::sliderPositionFromValue(bar.minimum, bar.maximum, bar.sliderPosition,
                                                    length - handle, bar.upsideDown);
  const auto along = [&](int from, int to) {
    const QRect part_of = lying ? QRect(from, 0, to - from, bar.rect.height())
                                : QRect(0, from, bar.rect.width(), to - from);
    return QStyle::visualRect(bar.direction, bar.rect, part_of.translated(bar.rect.topLeft()));
  };
  switch (part) {
    case QStyle::SC_ScrollBarSlider:
      return along(begin, begin + handle);
    case QStyle::SC_ScrollBarSubPage:
      return along(0, begin);
    case QStyle::SC_ScrollBarAddPage:
      return along(begin + handle, length);
    case QStyle::SC_ScrollBarGroove:
      return bar.rect;
    default:
      return {};  // no arrows
  }
}

}  // namespace

Look::Look() : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion"))) {}

void Look::polish(QWidget* widget) {
  QProxyStyle::polish(widget);
  const QString role = role_of(*widget);
  dress_panel(*widget, role);
  if (auto* label = qobject_cast<QLabel*>(widget)) {
    if (label->property("role").isValid()) dress_label(*label, role);
  } else if (auto* frame = qobject_cast<QFrame*>(widget)) {
    dress_frame(*frame, role);
  }
  if (auto* area = qobject_cast<QScrollArea*>(widget)) area->setFrameShape(QFrame::NoFrame);
  if (auto* tabs = qobject_cast<QTabBar*>(widget)) {
    QFont font;
    font.setPixelSize(kTextSmall);
    tabs->setFont(font);
    tabs->setAttribute(Qt::WA_Hover);
  }
  if (widget->inherits("QComboBoxListView")) {
    static_cast<QAbstractItemView*>(widget)->viewport()->setBackgroundRole(QPalette::AlternateBase);
  }
}

QRect Look::subControlRect(ComplexControl control, const QStyleOptionComplex* option,
                           SubControl part, const QWidget* widget) const {
  if (control == CC_SpinBox) {
    if (part == SC_SpinBoxUp || part == SC_SpinBoxDown) return {};  // keys and the wheel do it
    return part == SC_SpinBoxEditField ? inside_field(option->rect) : option->rect;
  }
  if (control == CC_ComboBox) {
    return visualRect(option->direction, option->rect, combo_part(option->rect, part));
  }
  const auto* slider = qstyleoption_cast<const QStyleOptionSlider*>(option);
  if (control == CC_ScrollBar && slider != nullptr) return scroll_bar_part(*slider, part);
  return QProxyStyle::subControlRect(control, option, part, widget);
}

QRect Look::subElementRect(SubElement element, const QStyleOption* option,
                           const QWidget* widget) const {
  if (element == SE_LineEditContents) {
    return is_inner_field(option) ? option->rect : inside_field(option->rect);
  }
  return QProxyStyle::subElementRect(element, option, widget);
}

QSize Look::sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& contents,
                             const QWidget* widget) const {
  switch (type) {
    case CT_PushButton:
    case CT_ToolButton:
      return button_size(contents, widget);
    case CT_LineEdit:
      return is_inner_field(option) ? contents : padded(contents, kFieldPadding, 2);
    case CT_SpinBox:
      return padded(contents, kFieldPadding, 2);
    case CT_ComboBox:
      return padded(contents, kFieldPadding, 2) + QSize(kArrowWidth, 0);
    case CT_MenuBarItem:
      return contents + QSize(20, 8);
    default:
      break;
  }
  QSize size = QProxyStyle::sizeFromContents(type, option, contents, widget);
  if (type == CT_MenuItem) {
    const auto* item = qstyleoption_cast<const QStyleOptionMenuItem*>(option);
    const bool line = item != nullptr && item->menuItemType == QStyleOptionMenuItem::Separator;
    size.setHeight(line ? 9 : std::max(size.height(), item->fontMetrics.height() + 10));
    size.rwidth() += 16;
  }
  if (type == CT_ItemViewItem && widget != nullptr) {
    const bool popup = widget->parentWidget() != nullptr &&
                       role_of(*widget->parentWidget()) == QLatin1String("popup");
    if (popup) size.setHeight(std::max(size.height(), kPopupRow));
    if (qobject_cast<const QTreeView*>(widget) != nullptr) {
      size.setHeight(std::max(size.height(), kTreeRow));
    }
  }
  return size;
}

int Look::pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const {
  switch (metric) {
    case PM_ButtonDefaultIndicator:
    case PM_ButtonShiftHorizontal:
    case PM_ButtonShiftVertical:
    case PM_TabBarTabShiftHorizontal:
    case PM_TabBarTabShiftVertical:
    case PM_TabBarTabOverlap:
    case PM_TabBarBaseOverlap:
    case PM_ScrollView_ScrollBarSpacing:
    case PM_ScrollView_ScrollBarOverlap:
    case PM_MenuBarPanelWidth:
    case PM_MenuBarItemSpacing:
      return 0;
    case PM_DefaultFrameWidth:
    case PM_ComboBoxFrameWidth:
    case PM_SpinBoxFrameWidth:
    case PM_MenuPanelWidth:
    case PM_DockWidgetSeparatorExtent:
      return kBorder;
    case PM_MenuBarVMargin:
      return 2;
    case PM_MenuBarHMargin:
    case PM_MenuVMargin:
      return 4;
    case PM_ToolTipLabelFrameWidth:
      return 5;
    case PM_SliderThickness:
      return kLeastText;
    case PM_SliderControlThickness:
    case PM_SliderLength:
      return 14;
    case PM_ScrollBarExtent:
      return 10;
    case PM_IndicatorWidth:
    case PM_IndicatorHeight:
      return 16;
    case PM_CheckBoxLabelSpacing:
      return 8;
    case PM_HeaderMargin:
      return kFieldPadding;
    case PM_TabBarTabHSpace:
    case PM_TabBarTabVSpace:
      return 12;
    default:
      return QProxyStyle::pixelMetric(metric, option, widget);
  }
}

int Look::styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                    QStyleHintReturn* more) const {
  switch (hint) {
    case SH_ComboBox_Popup:  // a list below it, not menu entries over it
    case SH_EtchDisabledText:
    case SH_DialogButtonBox_ButtonsHaveIcons:
      return 0;
    case SH_Table_GridLineColor:
      return static_cast<int>(colors_.line.rgb());
    default:
      return QProxyStyle::styleHint(hint, option, widget, more);
  }
}

void set_role(QWidget& widget, const char* role) {
  widget.setProperty("role", role);
  widget.style()->polish(&widget);
}

}  // namespace karyo::gui
