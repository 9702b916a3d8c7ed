#pragma once

/// The learning curve of a training, smoothed if wanted, with those of other models beside it.

#include <QWidget>
#include <filesystem>
#include <set>

#include "models/io/history.h"

class QMenu;
class QToolButton;

namespace karyo::gui {

class LossPlot;

class LossCurves : public QWidget {
 public:
  explicit LossCurves(QWidget* parent);
  /// Of a model folder; the others are those beside it.
  void set_run(const std::filesystem::path& model, const History& history, std::int64_t epochs);

 private:
  void list_others();
  void show_beside();

  std::filesystem::path model_;
  std::set<std::filesystem::path> beside_;  // folders that are chosen
  LossPlot* plot_;
  QToolButton* others_;
  QMenu* menu_;
};

}  // namespace karyo::gui
