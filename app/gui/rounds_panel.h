#pragma once

/// Rounds of annotating and training beside each other: what each model learned from, how it does
/// on the images that judge, and a way back to a better one.

#include <QWidget>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/model_rounds.h"
#include "app/workspace.h"

class QLabel;
class QPushButton;
class QToolButton;

namespace karyo::gui {

class CurvePlot;
class RowTable;

class RoundsPanel : public QWidget {
 public:
  using Run = std::function<bool(const std::string& id, const nlohmann::json& arguments)>;
  RoundsPanel(Workspace& workspace, Run run, QWidget* parent);
  /// Of another folder, or judged anew.
  void refresh();

 private:
  QString cell(int row, int column) const;
  QString tip(int row) const;
  QString verdict() const;
  bool last_is_worse() const;
  void show_curve();
  void use();

  Workspace& workspace_;
  Run run_;
  std::vector<ModelRound> rounds_;
  std::filesystem::path read_from_;                 // where they were read
  std::filesystem::file_time_type read_version_{};  // and when that was written
  int best_ = -1, chosen_ = -1;
  QToolButton* head_;
  QWidget* body_;
  QLabel* verdict_;
  RowTable* table_;
  CurvePlot* curve_;
  QPushButton *judge_, *use_;
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
