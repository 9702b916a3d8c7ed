#pragma once

/// Preferences: where models learn, on this computer or on another one that ssh reaches.

#include <QDialog>

#include "app/worker/far_place.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace karyo::gui {

class MainWindow;

class Preferences : public QDialog {
 public:
  explicit Preferences(MainWindow& window);

 private:
  /// What is typed.
  worker::FarPlace place() const;
  void check();
  /// In the background; what came of it is said in the dialog.
  void test();
  void keep();

  MainWindow& window_;
  QComboBox* where_;
  QLineEdit *host_, *command_, *ssh_;
  QLabel* outcome_;
  QPushButton *test_, *keep_;
  std::uint64_t testing_ = 0;  // the job whose answer is waited for
};

}  // namespace karyo::gui
