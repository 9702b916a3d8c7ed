#pragma once

/// Settings of a layer of points, shapes or tracks, or of a surface: opacity, size or width,
/// colour, texts.

#include <QWidget>
#include <nlohmann/json.hpp>
#include <vector>

#include "app/commands.h"
#include "app/workspace.h"
#include "core/layers/layer_look.h"

class QCheckBox;
class QComboBox;
class QGridLayout;
class QPushButton;

namespace karyo::gui {

class ValueSlider;

class VectorControls : public QWidget {
 public:
  /// `layer` is one of the workspace's vector layers and may go before the controls do.
  VectorControls(Layer& layer, Workspace& workspace, const CommandTable& commands, QWidget* parent);

 private:
  void add_points_rows(QGridLayout& form);
  void add_lines_row(QGridLayout& form);
  void add_tail_row(QGridLayout& form);
  void add_color_row(QGridLayout& form);
  void add_text_check(QGridLayout& form, const QString& text);
  void add_surface_rows(QGridLayout& form, const SurfaceLayer& layer);
  QCheckBox* add_check(QGridLayout& form, const QString& text, const QString& help,
                       const char* argument);
  void choose_color();
  void show_settings();
  void set(const char* what, const nlohmann::json& value);

  Workspace& workspace_;
  const CommandTable& commands_;
  std::weak_ptr<Layer> layer_;
  bool updating_ = false;
  ValueSlider* opacity_ = nullptr;
  // Those that the layer's kind has; else null.
  ValueSlider* size_ = nullptr;
  QComboBox* unit_ = nullptr;
  ValueSlider* width_ = nullptr;
  ValueSlider* tail_ = nullptr;
  QPushButton* color_ = nullptr;
  QCheckBox* fill_ = nullptr;
  QCheckBox* text_ = nullptr;
  QCheckBox* own_colors_ = nullptr;
  QCheckBox* wireframe_ = nullptr;
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
