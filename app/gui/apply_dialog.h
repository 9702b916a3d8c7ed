#pragma once

/// Applies a trained model to an image or a folder: which, to what, where results go.

#include <QDialog>
#include <filesystem>

class QCheckBox;
class QGridLayout;
class QLabel;
class QLineEdit;
class QPushButton;

namespace karyo::gui {

class MainWindow;

class ApplyDialog : public QDialog {
 public:
  /// `model` may be empty: a person chooses.
  ApplyDialog(MainWindow& window, const std::filesystem::path& model);

 private:
  QLineEdit* add_path(QGridLayout& form, const char* name, const QString& label,
                      const QString& help, bool may_be_file);
  void suggest_output();
  void check();
  void apply();

  MainWindow& window_;
  QLineEdit *model_, *input_, *output_;
  bool own_output_ = false;  // typed by a person
  QCheckBox *rois_, *overwrite_;
  QLabel* outcome_;
  QPushButton* apply_;
};

}  // namespace karyo::gui
