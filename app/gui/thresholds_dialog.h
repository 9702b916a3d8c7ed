#pragma once

/// Chooses thresholds that a model is compared with itself by.

#include <QDialog>

class QDoubleSpinBox;
class QLabel;
class QPushButton;

namespace karyo::gui {

class MainWindow;

class ThresholdsDialog : public QDialog {
 public:
  /// Starts near the thresholds of the model at hand.
  explicit ThresholdsDialog(MainWindow& window);

 private:
  QDoubleSpinBox* add_box(const char* name, double value);

  MainWindow& window_;
  QDoubleSpinBox *prob_, *nms_;
  QLabel* outcome_;
};

}  // namespace karyo::gui
