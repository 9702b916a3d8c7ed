#pragma once

/// How widgets look: Qt's Fusion style with flat boxes, in the colours of a theme. It paints by the
/// application's palette and these colours alone, without a style sheet, so another theme is a new
/// palette and a repaint. (A style sheet that is replaced goes through every widget there is: 0.5 s
/// of 1400.)
///
/// Dynamic properties say what a widget is: "role" of panels ("panel", "gaps", "line"), texts
/// ("quiet", "title", "score", "key", "work", "attention") and frames ("popup", "offer",
/// "failure"); "primary" of the button that people will want; "flat" of tool buttons without a box.
/// A role that changes while the widget is shown: set_role(). Everything on the window's thread.

#include <QColor>
#include <QProxyStyle>

namespace karyo::gui {

/// Beyond the roles of the palette (theme.cpp sets both).
struct LookColors {
  QColor accent, accent_text, attention, background, box, disabled, edge, failure, failure_back,
      hover, line, off, on_primary, panel, pressed, primary, primary_hover, quiet, raised, scroll,
      selection, splitter, text;
};

class Look : public QProxyStyle {
 public:
  Look();
  /// The palette is the caller's to set, and the repaint that it brings.
  void set_colors(const LookColors& colors) { colors_ = colors; }

  void polish(QWidget* widget) override;
  using QProxyStyle::polish;

  void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                     const QWidget* widget) const override;
  void drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                   const QWidget* widget) const override;
  void drawComplexControl(ComplexControl control, const QStyleOptionComplex* option,
                          QPainter* painter, const QWidget* widget) const override;
  QRect subControlRect(ComplexControl control, const QStyleOptionComplex* option, SubControl part,
                       const QWidget* widget) const override;
  QRect subElementRect(SubElement element, const QStyleOption* option,
                       const QWidget* widget) const override;
  QSize sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& contents,
                         const QWidget* widget) const override;
  int pixelMetric(PixelMetric metric, const QStyleOption* option,
                  const QWidget* widget) const override;
  int styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                QStyleHintReturn* more) const override;

 private:
  void paint_button(const QStyleOption& option, QPainter& painter, const QWidget* widget) const;
  void paint_check(const QStyleOption& option, QPainter& painter) const;
  void paint_field(const QStyleOption& option, QPainter& painter) const;
  bool paint_frame(const QStyleOption& option, QPainter& painter, const QWidget* widget) const;
  void paint_tab(const QStyleOption& option, QPainter& painter) const;
  void paint_progress(const QStyleOption& option, QPainter& painter) const;
  void paint_slider(const QStyleOptionComplex& option, QPainter& painter,
                    const QWidget* widget) const;
  void paint_scroll_bar(const QStyleOptionComplex& option, QPainter& painter,
                        const QWidget* widget) const;

  LookColors colors_;
};

/// Sets the property "role" of a widget that may be shown already.
void set_role(QWidget& widget, const char* role);

}  // namespace karyo::gui
