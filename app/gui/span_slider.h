#pragma once

/// A part of a range, by two handles.

#include <QWidget>
#include <functional>

namespace karyo::gui {

/// Drag a handle, or the span between them; double click: all of the range. Left and right move the
/// handle that was moved last, up and down take the other one.
class SpanSlider : public QWidget {
 public:
  explicit SpanSlider(QWidget* parent = nullptr);

  /// Do not call on_change. high > low.
  void set_range(double low, double high);
  void set_span(double begin, double end);
  double begin() const { return begin_; }
  double end() const { return end_; }
  QSize sizeHint() const override;

  std::function<void(double begin, double end)> on_change;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  enum class Grip { kNone, kBegin, kEnd, kBoth };
  double x_of(double value) const;
  double value_of(double x) const;
  Grip grip_at(double x) const;
  void move(Grip grip, double by);
  void change(double begin, double end);

  double low_ = 0, high_ = 1, begin_ = 0, end_ = 1;
  Grip grip_ = Grip::kNone, last_ = Grip::kBegin;
  double last_value_ = 0;
};

}  // namespace karyo::gui
