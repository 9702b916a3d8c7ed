#pragma once

/// Training beside the picture: what to train on what, start, and how it goes.

#include <QMap>
#include <QTimer>
#include <QWidget>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/training_outlook.h"
#include "app/training_plan.h"
#include "app/workspace.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QToolButton;
class QVBoxLayout;

namespace karyo::gui {

class FilmStrip;
class LossCurves;
class OutlookView;
class SettingsForm;
class ThresholdPlot;

class TrainPanel : public QWidget {
 public:
  using Run = std::function<bool(const std::string& id, const nlohmann::json& arguments)>;
  TrainPanel(Workspace& workspace, Run run, QWidget* parent);

 private:
  void build_kinds(QVBoxLayout& column);
  void build_setup(QVBoxLayout& column);
  void build_progress(QVBoxLayout& column);
  QPushButton* add_button(QWidget* in, const char* name, const QString& text, const QString& help,
                          std::function<void()> body);
  void choose_kind(const std::string& kind);
  /// The folder, its images and models have changed.
  void refresh_data();
  void refresh_run();
  void list_models(const std::filesystem::path& models, std::int64_t dims);
  void name_no_restoration();
  void describe_data();
  void find_in_restored();
  std::optional<PlannedTraining> planned() const;
  void start();
  void epoch_done();
  void show_findings();
  void refresh_records();
  QString state_text() const;
  QString device_said() const;
  std::filesystem::path data_folder() const;
  std::filesystem::path open_stack() const;
  Index3 size_of_images() const;

  Workspace& workspace_;
  Run run_;
  std::string kind_ = "stardist";
  std::vector<QToolButton*> kinds_;
  QWidget *setup_, *choices_, *progress_, *images_name_, *before_name_;
  QLabel *about_kind_, *data_, *place_;
  QPushButton *choose_data_, *open_image_;
  QComboBox *images_, *from_, *before_;
  QMap<QString, QString> restored_for_;  // with what, by the folders of `from_`
  QLineEdit* name_;
  SettingsForm *essentials_, *advanced_;
  QToolButton* more_;
  QPushButton *start_, *pause_, *stop_, *go_on_, *use_, *apply_, *find_in_restored_, *another_;
  QLabel *model_name_, *state_, *device_, *learns_from_, *failure_;
  QProgressBar* bar_;
  LossCurves* curves_;
  OutlookView* outlook_;
  ThresholdPlot* thresholds_;
  FilmStrip* film_;
  QCheckBox* preview_;
  std::string other_data_;            // chosen here, for CARE and N2V
  std::filesystem::path set_up_for_;  // the folder that the settings were made for
  std::filesystem::path recorded_;    // the folder whose records are shown, with
  std::size_t recorded_epochs_ = 0;   // so many epochs
  bool recorded_end_ = false;
  bool show_findings_ = false;        // once the model is loaded
  bool setting_up_ = false;           // a new one while the last one's curves are there
  QTimer poll_;
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
