#pragma once

/// Every command by name: Ctrl+Shift+P, a few letters, Enter.

#include <QFrame>
#include <functional>

#include "app/commands.h"

class QLineEdit;
class QListWidget;

namespace karyo::gui {

class CommandSearch : public QFrame {
 public:
  CommandSearch(const CommandTable& commands, QWidget* parent);
  /// In the middle of the parent's upper part, with the keyboard.
  void open();

  std::function<void(const Command&)> on_chosen;

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void refill(const QString& text);
  void choose();

  const CommandTable& commands_;
  QLineEdit* field_;
  QListWidget* list_;
};

}  // namespace karyo::gui
