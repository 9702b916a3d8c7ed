#pragma once

/// All objects under the picture: their table, plots of any column linked with the views, and what
/// classes have on average.

#include <QWidget>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/measured_objects.h"

class QComboBox;
class QLabel;
class QToolButton;
class QVBoxLayout;

namespace karyo::gui {

class RowTable;
class StatPlot;

/// Rows chosen in the plot are the objects selected together in the views, and the other way round.
class MeasuredPanel : public QWidget {
 public:
  using Run = std::function<bool(const std::string& id, const nlohmann::json& arguments)>;
  MeasuredPanel(Workspace& workspace, MeasuredObjects& objects, Run run, QWidget* parent);
  /// The plot as PNG, SVG or PDF.
  Result<void> save_plot(const std::filesystem::path& path) const;

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  QWidget* build_table();
  QWidget* build_plot();
  void refresh();
  void refill_columns();
  void refresh_rows();
  void refresh_plot();
  void refresh_chosen();
  void sort_by(int column);
  double number(std::size_t row, int column) const;
  QString table_text(int row, int column) const;
  QString summary_text(int row, int column) const;
  QString class_name(int number) const;
  QString axis_name(const QString& column) const;

  Workspace& workspace_;
  MeasuredObjects& objects_;
  Run run_;
  QLabel *counts_ = nullptr, *outdated_ = nullptr;
  QWidget* table_place_ = nullptr;
  RowTable *table_ = nullptr, *summaries_ = nullptr;
  std::vector<std::string> columns_;  // that the table has now
  QComboBox *kind_ = nullptr, *along_x_ = nullptr, *along_y_ = nullptr;
  StatPlot* plot_ = nullptr;
  std::vector<std::size_t> order_;  // rows of the table, by how they are sorted
  int sorted_by_ = 0;
  bool descending_ = false, choosing_ = false;
  struct Summary {
    QString name;
    std::size_t count = 0;
    double mean = 0, deviation = 0, median = 0;
  };
  std::vector<Summary> shown_summaries_;
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
