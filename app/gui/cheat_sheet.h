#pragma once

/// Keys and mouse on one page (F1).

#include <QFrame>

#include "app/commands.h"

namespace karyo::gui {

class CheatSheet : public QFrame {
 public:
  CheatSheet(const CommandTable& commands, QWidget* parent);
  void toggle();

 protected:
  void mousePressEvent(QMouseEvent* event) override;
};

}  // namespace karyo::gui
