#pragma once

/// Measures label images that lie in files: which, on what images, into which table.

#include <QDialog>

class QLabel;
class QLineEdit;
class QPushButton;

namespace karyo::gui {

class MainWindow;

/// Ends in measure.files.
class MeasureFilesDialog : public QDialog {
 public:
  explicit MeasureFilesDialog(MainWindow& window);

 private:
  void suggest_table();
  void check();
  void measure();

  MainWindow& window_;
  QLineEdit *labels_, *images_, *table_;
  bool own_table_ = false;  // typed by a person
  QLabel* outcome_;
  QPushButton* measure_;
};

}  // namespace karyo::gui
