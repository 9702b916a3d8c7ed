#pragma once

/// Keys and mouse on one page (F1): those that matter in the mode of the window.

#include <QFrame>
#include <functional>

#include "app/commands.h"

class QGridLayout;
class QHBoxLayout;
class QVBoxLayout;

namespace karyo::gui {

class CheatSheet : public QFrame {
 public:
  CheatSheet(const CommandTable& commands, QWidget* parent);
  void toggle();
  /// Which commands it shows; unset: all.
  std::function<bool(const Command&)> shows;
  /// Takes over the commands' keys, which have changed.
  void refill();

 protected:
  void mousePressEvent(QMouseEvent* event) override;

 private:
  void add_column();
  /// In the last column.
  QGridLayout* add_table(const QString& title);

  const CommandTable& commands_;
  QVBoxLayout* column_ = nullptr;
  QHBoxLayout* columns_ = nullptr;
};

}  // namespace karyo::gui
