#include "app/gui/loss_curves.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>
#include <vector>

#include "app/gui/look.h"
#include "app/gui/loss_plot.h"
#include "app/gui/outlook_view.h"
#include "app/gui/theme.h"
#include "app/report/learning_advice.h"
#include "app/training_plan.h"

namespace karyo::gui {

namespace {

/// Empty: nothing that a person would act on now.
QString said_of(const LearningAdvice& advice, bool going_on) {
  switch (advice.finding) {
    case LearningFinding::kDiverged:
      return QObject::tr("Diverged at epoch %1: a lower learning rate helps.").arg(advice.epoch);
    case LearningFinding::kNothingLearned:
      return QObject::tr("The training loss does not fall: do images and masks belong together?");
    case LearningFinding::kOverfitting:
      return QObject::tr(
                 "Overfitting since epoch %1. The best epoch is used; more images help more "
                 "than more epochs.")
          .arg(advice.epoch);
    case LearningFinding::kValidationTooSmall:
      return QObject::tr("The validation loss jumps: more images to judge with make it tell more.");
    case LearningFinding::kNotConverged:
      return going_on ? QString()
                      : QObject::tr("Not yet converged: it was still getting better at the end.");
    case LearningFinding::kConverged:
      return QObject::tr("Converged: more epochs would bring little.");
    default:
      return {};
  }
}

}  // namespace

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
  advice_ = new QLabel(this);
  advice_->setObjectName(QStringLiteral("loss_advice"));
  advice_->setWordWrap(true);
  column->addWidget(advice_);
}

void LossCurves::set_run(const std::filesystem::path& model, const History& history,
                         std::int64_t epochs, bool going_on) {
  if (model != model_) {
    model_ = model;
    advised_ = {};
    advice_->clear();
    beside_.clear();
    show_beside();
  }
  plot_->set_history(history, epochs);
  advise(history, epochs, going_on);
}

void LossCurves::advise(const History& history, std::int64_t epochs, bool going_on) {
  const std::pair now{history.rows.size(), going_on};
  if (std::exchange(advised_, now) == now) return;
  QStringList words, reasons;
  bool warning = false;
  for (const LearningAdvice& one : learning_advice(history, {-1, epochs})) {
    const QString said = said_of(one, going_on);
    if (said.isEmpty()) continue;
    words << said;
    reasons << QString::fromStdString(one.text);
    warning = warning || one.warning;
  }
  const auto seconds = history.values("seconds"), memory = history.values("memory_mib");
  if (!seconds.empty()) words << tr("An epoch takes %1.").arg(time_text(seconds.back()));
  if (!memory.empty()) {
    words << tr("After it the training holds %1 GiB.").arg(memory.back() / 1024, 0, 'f', 1);
  }
  advice_->setText(words.join(QLatin1Char(' ')));
  advice_->setToolTip(reasons.join(QLatin1Char('\n')));
  set_role(*advice_, warning ? "attention" : "quiet");
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
