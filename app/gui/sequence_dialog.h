#pragma once

/// What the numbers in a folder's image names mean: time, plane or channel.

#include <QDialog>
#include <vector>

#include "core/io/image_sequence.h"

class QComboBox;
class QLabel;
class QPushButton;

namespace karyo::gui {

class MainWindow;

class SequenceDialog : public QDialog {
 public:
  SequenceDialog(MainWindow& window, io::SequencePlan plan);

 private:
  void check();
  void open();

  MainWindow& window_;
  io::SequencePlan plan_;
  std::vector<QComboBox*> axes_;
  QLabel* message_;
  QPushButton* open_;
};

}  // namespace karyo::gui
