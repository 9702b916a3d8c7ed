#pragma once

/// Contrast limits set on the histogram: two handles, drawn over the counts and the colours.

#include <QWidget>
#include <functional>

#include "core/layers/colormaps.h"
#include "core/layers/contrast.h"

namespace karyo::gui {

/// Drag a handle, or the span between them; double click: automatic limits.
class HistogramSlider : public QWidget {
 public:
  explicit HistogramSlider(QWidget* parent = nullptr);

  void set_histogram(Histogram histogram);
  void set_limits(ValueRange limits);
  void set_colormap(const Colormap& colormap, bool inverted);
  /// Counts by their logarithm, so that rare values are seen; else by their square root.
  void set_logarithmic(bool logarithmic);
  bool logarithmic() const { return logarithmic_; }
  QSize sizeHint() const override;

  std::function<void(ValueRange)> on_change;
  std::function<void()> on_auto;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;

 private:
  enum class Grip { kNone, kLow, kHigh, kBoth };
  double x_of(double value) const;
  double value_of(double x) const;
  Grip grip_at(double x) const;

  Histogram histogram_;
  ValueRange limits_{0, 1};
  Colormap colormap_ = gray_colormap();
  bool inverted_ = false;
  bool logarithmic_ = false;
  Grip grip_ = Grip::kNone;
  double last_value_ = 0;
};

}  // namespace karyo::gui
