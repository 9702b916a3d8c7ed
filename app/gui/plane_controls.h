#pragma once

/// A plane in 3D by controls: on or off, the way it faces, how far it is from the middle.

#include <QWidget>
#include <functional>

#include "viewer/scene/volume_look.h"

class QCheckBox;
class QDoubleSpinBox;

namespace karyo::gui {

class ValueSlider;

class PlaneControls : public QWidget {
 public:
  /// `name` begins the object names of what is inside; `title` and `help` are the switch's.
  PlaneControls(const QString& name, const QString& title, const QString& help,
                QWidget* parent = nullptr);

  /// `reach`: the greatest distance that still meets the stack. Calls nothing back.
  void show_plane(const CutPlane& plane, double reach, const QString& unit);

  /// By switch, by typing and dragging, and by the button that turns the plane to the viewer.
  std::function<void(bool on)> on_switch;
  std::function<void(World normal, double distance)> on_change;
  std::function<World()> towards_viewer;

 private:
  void tell();

  QCheckBox* on_;
  QWidget* settings_;
  QDoubleSpinBox* normal_[3];  // z, y, x
  ValueSlider* distance_;
  double reach_ = 1;
  bool updating_ = false;
};

}  // namespace karyo::gui
