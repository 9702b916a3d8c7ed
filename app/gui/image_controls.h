#pragma once

/// Settings of an image layer: channels, contrast, gamma, colours, blending, opacity.

#include <QWidget>
#include <vector>

#include "app/commands.h"
#include "app/workspace.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QGridLayout;

namespace karyo::gui {

class HistogramCounter;
class HistogramSlider;
class NumberBox;
class ValueSlider;

class ImageControls : public QWidget {
 public:
  /// `layer` is one of the workspace's and may go before the controls do.
  ImageControls(ImageLayer& layer, Workspace& workspace, const CommandTable& commands,
                QWidget* parent);

 private:
  void add_channels(QGridLayout& form);
  void add_contrast(QGridLayout& form, const CommandTable& commands);
  void add_histogram_choices(QGridLayout& form);
  void load_lut();
  void add_colours(QGridLayout& form);
  void add_mixing(QGridLayout& form);
  /// Settings to widgets.
  void show_settings();
  void show_histogram();
  void set_limits(ValueRange limits);
  /// Null once the layer was closed.
  ImageLayer* layer() const;

  /// Through the table of commands, so that undo and macros know of it.
  void set(const char* what, const nlohmann::json& value);
  void set_channel(nlohmann::json what);

  Workspace& workspace_;
  const CommandTable& commands_;
  std::weak_ptr<Layer> layer_;
  std::int64_t channel_ = 0;
  bool updating_ = false;
  QComboBox* channel_box_ = nullptr;
  QCheckBox* channel_shown_ = nullptr;
  HistogramSlider* histogram_ = nullptr;
  HistogramCounter* counter_ = nullptr;
  NumberBox* low_ = nullptr;
  NumberBox* high_ = nullptr;
  QComboBox* region_ = nullptr;
  QCheckBox* logarithmic_ = nullptr;
  QDoubleSpinBox* percent_low_ = nullptr;
  QDoubleSpinBox* percent_high_ = nullptr;
  QCheckBox* inverted_ = nullptr;
  ValueSlider* gamma_ = nullptr;
  QComboBox* colormap_ = nullptr;
  ValueSlider* opacity_ = nullptr;
  QComboBox* blending_ = nullptr;
  QComboBox* between_ = nullptr;
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
