#pragma once

/// A layer's name, scale and place, as the file has them or as a person says.

#include <QDialog>
#include <array>
#include <memory>

#include "core/layers/layer.h"

class QLineEdit;

namespace karyo::gui {

class MainWindow;
class NumberBox;

class PropertiesDialog : public QDialog {
 public:
  PropertiesDialog(MainWindow& window, std::shared_ptr<Layer> layer);

 private:
  void save();

  MainWindow& window_;
  std::shared_ptr<Layer> layer_;
  QLineEdit *name_, *unit_;
  std::array<NumberBox*, 3> spacing_{}, origin_{};  // z, y, x
};

}  // namespace karyo::gui
