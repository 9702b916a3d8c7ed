#pragma once

/// Example patches of a training: as they are, and as the network will see them.

#include <QDialog>
#include <vector>

#include "app/training_outlook.h"
#include "app/workspace.h"

class QGridLayout;
class QLabel;

namespace karyo::gui {

class ExamplesDialog : public QDialog {
 public:
  ExamplesDialog(Workspace& workspace, PlannedTraining planned, QWidget* parent);

 private:
  void make();
  void show_patches(const Result<std::vector<ExamplePatch>>& patches);

  Workspace& workspace_;
  PlannedTraining planned_;
  std::int64_t number_ = 0;  // of the batch that is shown
  QGridLayout* grid_;
  QLabel* words_;
};

}  // namespace karyo::gui
