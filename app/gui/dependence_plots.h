#pragma once

/// How many true objects were found, by their size and by their brightness.

#include <QWidget>

#include "app/judgement.h"

class QLabel;

namespace karyo::gui {

class CurvePlot;

class DependencePlots : public QWidget {
 public:
  explicit DependencePlots(QWidget* parent);
  /// Shows nothing where too few objects are known.
  void set_judged(const ObjectsJudged& judged);

 private:
  struct Part {
    QLabel* words = nullptr;
    CurvePlot* plot = nullptr;
  };
  Part add(const char* name, const QString& title);

  Part size_, intensity_;
};

}  // namespace karyo::gui
