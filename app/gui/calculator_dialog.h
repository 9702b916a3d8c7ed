#pragma once

/// The image calculator: an image, what to do, another image or a number.

#include <QDialog>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;

namespace karyo::gui {

class MainWindow;

class CalculatorDialog : public QDialog {
 public:
  explicit CalculatorDialog(MainWindow& window);

 private:
  void run();

  MainWindow& window_;
  QComboBox *first_, *how_, *second_;
  QDoubleSpinBox* number_;
  QCheckBox* as_float_;
};

}  // namespace karyo::gui
