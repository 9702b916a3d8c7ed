#pragma once

/// Before a training: what it needs and how long it may take, and the patches that the network will
/// be shown.

#include <QWidget>
#include <cstdint>
#include <functional>
#include <optional>

#include "app/training_outlook.h"
#include "app/workspace.h"

class QLabel;
class QPushButton;
class QTimer;

namespace karyo::gui {

/// "20 seconds", "3 minutes", "2 hours".
QString time_text(double seconds);

class OutlookView : public QWidget {
 public:
  /// What would be trained now; none where it cannot be.
  using Plan = std::function<std::optional<PlannedTraining>()>;
  OutlookView(Workspace& workspace, Plan plan, QWidget* parent);

  /// Looks again, soon, where something else is planned now. In the background, while it is seen.
  void refresh();

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  void look();
  void say(const Result<TrainingOutlook>& outlook);
  void show_examples();

  Workspace& workspace_;
  Plan plan_;
  std::optional<PlannedTraining> looked_at_;
  QTimer* soon_;
  QLabel* words_;
  QPushButton* examples_;
};

}  // namespace karyo::gui
