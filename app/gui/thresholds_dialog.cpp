#include "app/gui/thresholds_dialog.h"

#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "app/gui/controls.h"
#include "app/gui/dialog_parts.h"
#include "app/gui/main_window.h"
#include "app/gui/translator.h"
#include "app/model_trial.h"

namespace karyo::gui {

ThresholdsDialog::ThresholdsDialog(MainWindow& window) : QDialog(&window), window_(window) {
  const auto [column, form] = begin_dialog(*this, "thresholds_dialog", tr("Compare thresholds"));
  const auto trial = trial_at_hand(window_.workspace(), {true, {}});
  Thresholds own;
  if (trial) {
    if (const auto folder = ModelFolder::open(trial->model)) own = folder->thresholds;
  }
  prob_ = add_box("thresholds_prob", std::clamp(own.prob - 0.1, 0.05, 0.95));
  nms_ = add_box("thresholds_nms", own.nms);
  add_row(
      *form, tr("Probability"), prob_,
      tr("Objects less probable are not drawn: a lower one finds more, and more that is none."));
  add_row(*form, tr("Overlap (NMS)"), nms_,
          tr("Of two objects that overlap by more, the less probable goes: a higher one keeps more "
             "of those that touch."));
  constexpr int kWidth = 360;
  setMinimumWidth(kWidth);
  column->addLayout(form);
  const DialogEnd end = add_dialog_end(*column, *this, "thresholds_compare", tr("Compare"));
  outcome_ = end.outcome;
  outcome_->setText(
      trial
          ? tr("%1 predicts %n image(s) with its own thresholds, %2 and %3, and with "
               "these. Shown is where the two differ.",
               nullptr, static_cast<int>(trial->names.size()))
                .arg(QString::fromStdString(trial->model.filename().string()),
                     QString::number(own.prob, 'g', 3), QString::number(own.nms, 'g', 3))
          : message_text(trial.error().what) + QLatin1Char('\n') + message_text(trial.error().fix));
  end.does->setEnabled(trial.has_value());
  QObject::connect(end.does, &QPushButton::clicked, this, [this] {
    if (window_.run("compare.thresholds", {{"prob", prob_->value()}, {"nms", nms_->value()}})) {
      accept();
    }
  });
}

QDoubleSpinBox* ThresholdsDialog::add_box(const char* name, double value) {
  auto* box = new DecimalBox(this);
  box->setObjectName(QLatin1String(name));
  box->setRange(0.01, 0.99);
  box->setDecimals(2);
  box->setSingleStep(0.05);
  box->setValue(value);
  return box;
}

}  // namespace karyo::gui
