#pragma once

/// What an empty window says: how to begin.

#include <QWidget>

#include "app/commands.h"

namespace karyo::gui {

class StartPanel : public QWidget {
 public:
  StartPanel(const CommandTable& commands, QWidget* parent = nullptr);
};

}  // namespace karyo::gui
