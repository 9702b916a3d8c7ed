#pragma once

/// How the cells of a movie are tracked: a short form, and in words what will be done.

#include <QDialog>

class QCheckBox;
class QLabel;

namespace karyo {
class LabelsLayer;
}

namespace karyo::gui {

class MainWindow;
class NumberBox;

/// Ends in tracks.track.
class TrackDialog : public QDialog {
 public:
  TrackDialog(MainWindow& window, const LabelsLayer& labels);

 private:
  void track();

  MainWindow& window_;
  std::string labels_;
  NumberBox *search_ = nullptr, *missing_ = nullptr, *end_cost_ = nullptr;
  NumberBox* division_cost_ = nullptr;
  QCheckBox *divisions_ = nullptr, *brightness_ = nullptr;
};

}  // namespace karyo::gui
