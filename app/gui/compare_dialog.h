#pragma once

/// Chooses what is compared: predictions with the truth, or those of two models.

#include <QDialog>

#include "app/compared_image.h"
#include "app/gui/dialog_parts.h"

class QComboBox;
class QGridLayout;
class QLabel;
class QLineEdit;
class QPushButton;

namespace karyo::gui {

class MainWindow;

class CompareDialog : public QDialog {
 public:
  /// Starts with the open folder and the model at hand, as far as there are any.
  explicit CompareDialog(MainWindow& window);

 private:
  PathRow add_path(QGridLayout& form, const char* name);
  void suggest();
  ComparedKind kind() const;
  void kind_chosen();
  void check();
  void compare();

  MainWindow& window_;
  QComboBox* kind_;
  PathRow prediction_, truth_, images_;
  QLabel* outcome_;
  QPushButton* compare_;
};

}  // namespace karyo::gui
