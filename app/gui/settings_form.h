#pragma once

/// Controls for the settings of a training, made from the one table of them (train_config.h).

#include <QWidget>
#include <functional>
#include <string>
#include <vector>

#include "models/train/train_config.h"

class QGridLayout;
class QLabel;

namespace karyo::gui {

/// A row for each setting that `shows` is true of and the configuration's kind has. What is typed
/// is checked as the command line checks it; what is wrong is said below, and config() keeps the
/// value before.
class SettingsForm : public QWidget {
 public:
  using Shows = std::function<bool(const Setting&)>;
  SettingsForm(Shows shows, QWidget* parent);

  /// Makes the rows anew where the kind or the dimensions are others; no on_change.
  void set_config(const TrainConfig& config, const TrainConfig& standard);
  const TrainConfig& config() const { return config_; }

  std::function<void(const TrainConfig&)> on_change;

 private:
  void rebuild();
  void add_setting(const Setting& setting);
  QWidget* control_for(const Setting& setting);
  void take(const Setting& setting, const std::string& text);
  void show_values();

  Shows shows_;
  TrainConfig config_, standard_;
  bool filling_ = false;
  QWidget* rows_ = nullptr;
  QGridLayout* form_ = nullptr;
  QLabel* wrong_;
  std::vector<std::function<void()>> show_;  // puts a value into its control
};

/// "Batch", "Learning rate": what a setting is called in the window.
QString setting_label(const Setting& setting);

}  // namespace karyo::gui
