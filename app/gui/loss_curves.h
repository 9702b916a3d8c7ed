#pragma once

/// The learning curve of a training, smoothed if wanted, with those of other models beside it, and
/// what it says in words.

#include <QWidget>
#include <filesystem>
#include <set>
#include <utility>

#include "models/io/history.h"

class QLabel;
class QMenu;
class QToolButton;

namespace karyo::gui {

class LossPlot;

class LossCurves : public QWidget {
 public:
  explicit LossCurves(QWidget* parent);
  /// Of a model folder; the others are those beside it. One that goes on may still converge.
  void set_run(const std::filesystem::path& model, const History& history, std::int64_t epochs,
               bool going_on);

 private:
  void list_others();
  void show_beside();
  void advise(const History& history, std::int64_t epochs, bool going_on);

  std::filesystem::path model_;
  std::set<std::filesystem::path> beside_;  // folders that are chosen
  LossPlot* plot_;
  QToolButton* others_;
  QMenu* menu_;
  QLabel* advice_;
  std::pair<std::size_t, bool> advised_{0, false};  // of so many epochs, while it went on
};

}  // namespace karyo::gui
