#pragma once

/// What the search for a StarDist model's thresholds tried, and how well each pair did.

#include <QWidget>
#include <filesystem>

class QLabel;

namespace karyo::gui {

class CurvePlot;

class ThresholdPlot : public QWidget {
 public:
  explicit ThresholdPlot(QWidget* parent);
  /// Reads two small files of the folder; hidden where it has no search, or is no model.
  void set_model(const std::filesystem::path& model);

 private:
  QLabel* words_;
  CurvePlot* plot_;
};

}  // namespace karyo::gui
