#include "app/gui/loss_curves.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>
#include <vector>

#include "app/gui/loss_plot.h"
#include "app/gui/theme.h"
#include "app/training_plan.h"

namespace karyo::gui {

LossCurves::LossCurves(QWidget* parent) : QWidget(parent) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  plot_ = new LossPlot(this);
  column->addWidget(plot_);
  auto* row = new QHBoxLayout;
  auto* smooth = new QCheckBox(tr("Smooth"), this);
  smooth->setObjectName(QStringLiteral("loss_smooth"));
  smooth->setToolTip(tr("Draws running means: the trend of a curve that jumps."));
  QObject::connect(smooth, &QCheckBox::toggled, this, [this](bool on) { plot_->set_smooth(on); });
  row->addWidget(smooth);
  row->addStretch(1);
  others_ = new QToolButton(this);
  others_->setObjectName(QStringLiteral("loss_beside"));
  others_->setText(tr("Beside"));
  others_->setToolTip(
      tr("Validation losses of other models of the folder, in the same plot. Losses "
         "of unlike settings or images are not comparable."));
  others_->setPopupMode(QToolButton::InstantPopup);
  menu_ = new QMenu(others_);
  QObject::connect(menu_, &QMenu::aboutToShow, this, [this] { list_others(); });
  others_->setMenu(menu_);
  row->addWidget(others_);
  column->addLayout(row);
}

void LossCurves::set_run(const std::filesystem::path& model, const History& history,
                         std::int64_t epochs) {
  if (model != model_) {
    model_ = model;
    beside_.clear();
    show_beside();
  }
  plot_->set_history(history, epochs);
}

void LossCurves::list_others() {
  menu_->clear();
  for (const KnownModel& known : known_models(model_.parent_path())) {
    if (known.folder == model_ || known.epochs < 1) continue;
    QAction* action = menu_->addAction(QString::fromStdString(known.folder.filename().string()));
    action->setCheckable(true);
    action->setChecked(beside_.contains(known.folder));
    QObject::connect(action, &QAction::toggled, this, [this, folder = known.folder](bool on) {
      if (on) beside_.insert(folder);
      if (!on) beside_.erase(folder);
      show_beside();
    });
  }
  if (menu_->isEmpty()) menu_->addAction(tr("No other model in this folder"))->setEnabled(false);
}

void LossCurves::show_beside() {
  std::vector<LossPlot::Other> others;
  for (const auto& folder : beside_) {
    if (auto history = read_history(folder / "history.csv")) {
      others.push_back({QString::fromStdString(folder.filename().string()), *std::move(history)});
    }
  }
  plot_->set_beside(others);
}

}  // namespace karyo::gui
