#pragma once

/// Where a model is right, in numbers: scores with a word each, curves, errors, images by score.

#include <QWidget>
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/comparison.h"
#include "app/judgement.h"
#include "app/workspace.h"

class QComboBox;
class QLabel;
class QPushButton;
class QToolButton;
class QVBoxLayout;

namespace karyo::gui {

class CurvePlot;
class DependencePlots;
class RowTable;
class MeasureTool;
class ThresholdPlot;

/// Everything it does is a command (app/compare_commands.cpp).
class JudgePanel : public QWidget {
 public:
  using Run = std::function<bool(const std::string& id, const nlohmann::json& arguments)>;
  JudgePanel(Workspace& workspace, Comparison& comparison, MeasureTool& measure, Run run,
             QWidget* parent);

  /// What the object under the pointer is: "missed, IoU 0.31"; empty where there is none.
  QString remark_at(const WorldPoint& place) const;

 private:
  // judge_panel.cpp
  void build_start(QVBoxLayout& column);
  void build_head(QVBoxLayout& column);
  void build_scores(QVBoxLayout& column);
  void refresh();
  void refresh_head();
  std::vector<const ComparedImage*> judged() const;
  bool all_images() const;
  QString look_words() const;

  // judge_objects.cpp: of objects and of two models
  void build_objects(QVBoxLayout& column);
  void refresh_objects();
  void refresh_errors();
  void say_objects(const ObjectsJudged& judged);
  void draw_threshold_curves();
  void draw_sizes();
  QString error_text(int row, int column) const;
  QString threshold_text(int row, int column) const;

  // judge_alone.cpp: without a truth
  void refresh_alone();
  void draw_confidences();
  void say_pair(const RestorationScores& scores);

  // judge_restored.cpp
  void build_restored(QVBoxLayout& column);
  void refresh_restored();
  void say_restored(const PlaneScores& mean);
  void refresh_region();
  QString restored_text(int row, int column) const;
  void draw_plane_curves();

  QString image_text(int row, int column) const;
  QPushButton* add_button(QVBoxLayout& column, const char* name, const QString& text,
                          const QString& help, const char* command);

  struct Score {
    QLabel *number = nullptr, *name = nullptr;
  };
  Score add_score(QWidget* row, const char* name);
  void set_score(const Score& score, double value, const QString& name, const QString& help);

  Workspace& workspace_;
  Comparison& comparison_;
  MeasureTool& measure_;
  Run run_;
  QWidget *start_ = nullptr, *shown_ = nullptr, *objects_ = nullptr, *restored_ = nullptr;
  QLabel *start_text_ = nullptr, *image_name_ = nullptr, *verdict_ = nullptr, *why_ = nullptr,
         *look_words_ = nullptr;
  QPushButton *here_ = nullptr, *report_ = nullptr;
  QToolButton *previous_ = nullptr, *next_ = nullptr, *this_image_ = nullptr, *all_ = nullptr;
  QComboBox* look_ = nullptr;
  std::array<Score, 3> scores_;
  CurvePlot *over_iou_ = nullptr, *sizes_ = nullptr, *over_planes_ = nullptr,
            *confidences_ = nullptr;
  RowTable *thresholds_ = nullptr, *errors_ = nullptr, *images_ = nullptr;
  RowTable* restored_scores_ = nullptr;
  DependencePlots* dependence_ = nullptr;
  ThresholdPlot* choice_ = nullptr;
  QToolButton* threshold_head_ = nullptr;
  QLabel *region_ = nullptr, *warnings_ = nullptr;
  QLabel *errors_title_ = nullptr, *sizes_title_ = nullptr;
  std::array<QToolButton*, kVerdicts> kinds_{};
  PlaneScores restored_mean_;      // the same, of restored images
  ObjectsJudged told_;             // what the panel shows
  std::vector<std::size_t> rows_;  // of errors(), those shown
  std::vector<Connection> connections_;
};

/// "missed", "extra"; of two models "only second", "only first", ...
QString word_of(ObjectVerdict verdict, ComparedKind kind);
QString word_of(Grade grade);

}  // namespace karyo::gui
