#pragma once

/// The strip on top of a view, there while the pointer is: what it shows, plane slider, maximise.

#include <QWidget>
#include <cstdint>
#include <functional>

class QLabel;
class QSlider;
class QToolButton;

namespace karyo::gui {

class ViewHeader : public QWidget {
 public:
  /// `plane_axis` names the scrolled axis ("z"); empty: no slider.
  ViewHeader(const QString& title, const QString& plane_axis, QWidget* parent);

  /// Plane `number` (from 0) of `count`.
  void set_plane(std::int64_t number, std::int64_t count);
  void set_maximised(bool maximised);

  std::function<void(std::int64_t)> on_plane;
  std::function<void()> on_maximise;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  const QString axis_;
  QLabel* position_;
  QSlider* slider_;
  QToolButton* maximise_;
};

}  // namespace karyo::gui
