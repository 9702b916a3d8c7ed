#pragma once

/// Asks what a figure shall hold, with a preview; then where to save it.

#include <QDialog>
#include <cstdint>

#include "app/gui/figure.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;

namespace karyo::gui {

class MainWindow;

class FigureDialog : public QDialog {
 public:
  explicit FigureDialog(MainWindow& window);

 private:
  FigureChoice choice() const;
  void show_preview();
  void show_size();
  void ask_where();

  MainWindow& window_;
  QComboBox* views_;
  QDoubleSpinBox* scale_;
  QCheckBox *scale_bar_, *axes_, *crosshair_;
  QLabel *size_, *preview_;
  QSizeF views_size_;
  std::uint64_t preview_job_ = 0;
};

}  // namespace karyo::gui
