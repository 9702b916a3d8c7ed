#pragma once

/// Tracks under the picture: their tree, the links to be looked at, a table and plots, and the
/// buttons that correct them.

#include <QWidget>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/track_desk.h"

class QCheckBox;
class QComboBox;
class QHBoxLayout;
class QLabel;
class QScrollArea;
class QSpinBox;
class QTabWidget;
class QToolButton;
class QVBoxLayout;

namespace karyo::gui {

class LineageView;
class RowTable;
class StatPlot;

/// Everything it does is a command (app/track_commands.cpp).
class TrackPanel : public QWidget {
 public:
  using Run = std::function<bool(const std::string& id, const nlohmann::json& arguments)>;
  TrackPanel(Workspace& workspace, TrackDesk& desk, const CommandTable& commands, Run run,
             QWidget* parent);

  /// "lineage", "doubts", "table", "plots".
  void show_tab(const char* name);
  /// The plot that is shown, as PNG, SVG or PDF.
  Result<void> save_plot(const std::filesystem::path& path) const;

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  // track_panel.cpp
  void build_side(QHBoxLayout& row, const CommandTable& commands);
  void build_lineage();
  void build_doubts(const CommandTable& commands);
  void refresh();
  void refresh_selection();
  void refresh_lineage();
  void choose(const TrackPlace& place);
  QToolButton* command_button(const CommandTable& commands, const char* id, const QString& text,
                              QWidget* in);
  nlohmann::json target() const;

  // track_panel_numbers.cpp: table and plots
  void build_table();
  void build_plots();
  void refresh_table();
  void refresh_plot();
  void sort_by(int column);
  QString table_text(int row, int column) const;
  QString doubt_text(int row, int column) const;
  void choose_tracks(const std::vector<std::size_t>& rows);

  Workspace& workspace_;
  TrackDesk& desk_;
  Run run_;
  QLabel *title_ = nullptr, *counts_ = nullptr, *selection_ = nullptr, *doubt_why_ = nullptr;
  QLabel* chosen_words_ = nullptr;
  std::vector<std::pair<QToolButton*, const Command*>> buttons_;
  QSpinBox* number_ = nullptr;
  QTabWidget* tabs_ = nullptr;
  LineageView* lineage_ = nullptr;
  QScrollArea* lineage_scroll_ = nullptr;
  QCheckBox* family_ = nullptr;
  RowTable *doubts_ = nullptr, *table_ = nullptr;
  QComboBox* plot_kind_ = nullptr;
  StatPlot* plot_ = nullptr;
  std::shared_ptr<const TrackSummary> shown_;
  std::vector<std::size_t> order_;  // of shown_->measures, by row of the table
  int sorted_by_ = 0;
  bool descending_ = false;
  std::set<std::int64_t> chosen_;  // tracks, by a plot
  bool filling_ = false;
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
