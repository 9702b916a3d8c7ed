#pragma once

/// Applies a trained model to an image or a folder: which, to what, where results go.

#include <QWidget>
#include <filesystem>
#include <functional>
#include <string>

#include "app/commands.h"
#include "app/workspace.h"
#include "models/io/model_folder.h"

class QCheckBox;
class QGridLayout;
class QLabel;
class QLineEdit;
class QPushButton;

namespace karyo::gui {

/// Ends in model.predict.
class ApplyForm : public QWidget {
 public:
  using Run = std::function<bool(const std::string& id, const nlohmann::json& arguments)>;
  ApplyForm(Workspace& workspace, Run run, QWidget* parent);

  /// Fills in the model that was trained last and the open folder; `anew`: also over what stands
  /// there.
  void suggest(bool anew);
  /// A model of which something has changed.
  void show_model(const std::string& folder);

 private:
  QLineEdit* add_path(QGridLayout& form, const char* name, const QString& label,
                      const QString& help, bool may_be_file);
  void suggest_output();
  void check();
  void say_before(const ModelFolder* model);
  void change_before();
  void apply();

  Workspace& workspace_;
  Run run_;
  QLineEdit *model_, *input_, *output_;
  bool own_output_ = false;  // typed by a person
  QCheckBox *rois_, *overwrite_;
  QLabel *before_words_, *outcome_;
  QPushButton *before_, *apply_;
  bool restores_ = false;  // the chosen model has a restoration
};

}  // namespace karyo::gui
