#pragma once

/// Keys and mouse on one page (F1): those that matter in the mode of the window.

#include <QFrame>
#include <functional>

#include "app/commands.h"

class QGridLayout;
class QHBoxLayout;

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
  QGridLayout* add_column(const QString& title);

  const CommandTable& commands_;
  QHBoxLayout* columns_ = nullptr;
};

}  // namespace karyo::gui
