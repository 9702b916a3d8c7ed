#pragma once

/// The list of commands with their keys, to be changed: presets of napari and Fiji, own keys.

#include <QDialog>

#include "app/keymap.h"

class QComboBox;
class QKeySequenceEdit;
class QLabel;
class QLineEdit;
class QTreeWidget;

namespace karyo::gui {

class KeyEditor : public QDialog {
 public:
  KeyEditor(const CommandTable& commands, Keymap& keymap, QWidget* parent);

 private:
  void fill();
  std::string chosen() const;
  void show_chosen();
  void set_keys(const std::string& keys);
  void say(const QString& text);

  const CommandTable& commands_;
  Keymap& keymap_;
  QComboBox* preset_;
  QLineEdit* filter_;
  QTreeWidget* list_;
  QKeySequenceEdit* keys_;
  QLabel* message_;
};

}  // namespace karyo::gui
