#pragma once

/// The opacity curve, drawn over the histogram, with points that are dragged.

#include <QWidget>
#include <functional>
#include <vector>

#include "core/layers/colormaps.h"
#include "viewer/scene/volume_look.h"

namespace karyo::gui {

/// From black (left) to full colour (right), clear (bottom) to opaque (top). Drag a point; press
/// elsewhere to add one there; right click takes one away. The ends stay at the ends. By keys: Page
/// Up and Page Down choose a point, arrows move it (Shift: further), Insert adds one after it,
/// Delete takes it away.
class OpacityEditor : public QWidget {
 public:
  explicit OpacityEditor(QWidget* parent = nullptr);

  /// Counts at strengths 0 to 1, in equal bins.
  void set_counts(std::vector<std::int64_t> counts);
  void set_colormap(const Colormap& colormap, bool inverted);
  /// Does not call on_change.
  void set_curve(const OpacityCurve& curve);
  const OpacityCurve& curve() const { return curve_; }
  /// Where a point of this strength and opacity is drawn.
  QPointF position_of(OpacityCurve::Point point) const;
  QSize sizeHint() const override;

  std::function<void(const OpacityCurve&)> on_change;

 protected:
  bool event(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  OpacityCurve::Point point_at(QPointF position) const;
  /// Its number, or -1.
  int point_near(QPointF position) const;
  void change(std::vector<OpacityCurve::Point> points);
  /// A point between its neighbours; the number it gets, or -1 where there is no room.
  int add(OpacityCurve::Point point);
  /// To a place between its neighbours; the ends keep their strength.
  void move(int number, OpacityCurve::Point to);
  void remove(int number);
  void paint_counts(QPainter& painter) const;

  OpacityCurve curve_;
  std::vector<std::int64_t> counts_;
  Colormap colormap_ = gray_colormap();
  bool inverted_ = false;
  int dragged_ = -1;
  int chosen_ = 0;  ///< what keys change
};

}  // namespace karyo::gui
