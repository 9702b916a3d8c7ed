#pragma once

/// What was done, step by step; a click goes back to it.

#include <QWidget>
#include <functional>
#include <vector>

#include "app/layer_history.h"

class QListWidget;

namespace karyo::gui {

class HistoryPanel : public QWidget {
 public:
  /// `go_to` undoes or redoes until so many steps are done.
  HistoryPanel(LayerHistory& history, std::function<void(std::size_t)> go_to, QWidget* parent);

 private:
  void refill();

  LayerHistory& history_;
  QListWidget* list_;
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
