#pragma once

/// The cropping box in 3D by controls: on or off, and two handles for each axis.

#include <QWidget>
#include <array>
#include <functional>

#include "viewer/scene/volume_look.h"

class QCheckBox;
class QLabel;

namespace karyo::gui {

class SpanSlider;

class CropControls : public QWidget {
 public:
  explicit CropControls(QWidget* parent = nullptr);

  /// What is kept of `whole`, in the world's unit. Calls nothing back.
  void show_crop(bool on, const WorldBox& kept, const WorldBox& whole, const QString& unit);

  std::function<void(bool on)> on_switch;
  std::function<void(const WorldBox& kept)> on_change;

 private:
  void tell();

  QCheckBox* on_;
  QWidget* rows_;
  std::array<SpanSlider*, 3> sliders_{};  // z, y, x
  std::array<QLabel*, 3> texts_{};
  bool updating_ = false;
};

}  // namespace karyo::gui
