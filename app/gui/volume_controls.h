#pragma once

/// The 3D panel: method, what is cut away, slicing plane, where one looks from, films.

#include <QWidget>
#include <nlohmann/json.hpp>
#include <vector>

#include "app/commands.h"
#include "app/workspace.h"
#include "viewer/scene/volume_look.h"

class QComboBox;
class QLabel;
class QPushButton;
class QToolButton;
class QVBoxLayout;

namespace karyo::gui {

class CropControls;
class HistogramCounter;
class OpacityEditor;
class PlaneControls;
class ValueSlider;
class VolumeView;

/// There while a stack is open and 3D is shown; folded up to its title until that is pressed or 3D
/// is shown alone. Everything goes through the table of commands, so
/// that macros know of it.
class VolumeControls : public QWidget {
 public:
  VolumeControls(Workspace& workspace, const CommandTable& commands, VolumeView& view,
                 QWidget* parent = nullptr);

 private:
  void add_method(QVBoxLayout& column);
  void add_labels_and_camera(QVBoxLayout& column);
  void add_cuts(QVBoxLayout& column);
  void add_film(QVBoxLayout& column);
  PlaneControls* add_plane(QVBoxLayout& column, const QString& name, const QString& title,
                           const QString& help, const char* command);
  /// Settings to widgets.
  void show_settings();
  void show_histogram();
  void show_film();
  void show_or_hide();
  void unfold(bool unfolded);
  void come_into_view();
  void run(const char* command, const nlohmann::json& arguments = nlohmann::json::object());

  Workspace& workspace_;
  const CommandTable& commands_;
  VolumeView& view_;
  bool updating_ = false;
  bool unfolded_ = false;
  bool counts_stale_ = true;  // of the opacity curve's histogram
  QToolButton* header_ = nullptr;
  QWidget* body_ = nullptr;
  QComboBox* method_ = nullptr;
  QWidget* attenuation_row_ = nullptr;
  ValueSlider* attenuation_ = nullptr;
  QWidget* threshold_row_ = nullptr;
  ValueSlider* threshold_ = nullptr;
  QLabel* threshold_value_ = nullptr;
  QWidget* opacity_row_ = nullptr;
  OpacityEditor* opacity_ = nullptr;
  HistogramCounter* counter_ = nullptr;
  QComboBox* labels_ = nullptr;
  QWidget* labels_row_ = nullptr;
  QComboBox* projection_ = nullptr;
  CropControls* crop_ = nullptr;
  PlaneControls* clip_ = nullptr;
  PlaneControls* slice_ = nullptr;
  QPushButton* film_ = nullptr;
  QLabel* film_text_ = nullptr;
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
