#pragma once

/// The strip on top of a view, there while the pointer is: what it shows, plane slider, maximise.

#include <QWidget>
#include <cstdint>
#include <functional>

class QLabel;
class QMenu;
class QSlider;
class QToolButton;

namespace karyo::gui {

class ViewHeader : public QWidget {
 public:
  /// `scrolls`: the view has planes, and so a slider.
  ViewHeader(const QString& title, bool scrolls, QWidget* parent);

  /// Plane `number` (from 0) of `count` along an axis ("z").
  void set_plane(const QString& axis, std::int64_t number, std::int64_t count);
  void set_maximised(bool maximised);
  void set_title(const QString& title);
  /// A button that opens the menu of layers; on_layers fills it before it opens.
  void set_has_layers(bool has);
  QMenu& layer_menu() { return *menu_; }

  std::function<void(std::int64_t)> on_plane;
  std::function<void()> on_maximise;
  std::function<void()> on_layers;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QLabel* title_;
  QToolButton* layers_;
  QMenu* menu_;
  QLabel* position_;
  QSlider* slider_;
  QToolButton* maximise_;
};

}  // namespace karyo::gui
