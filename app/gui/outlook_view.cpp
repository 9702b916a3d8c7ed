#include "app/gui/outlook_view.h"

#include <QLabel>
#include <QPointer>
#include <QPushButton>
#include <QTimer>
#include <QVBoxLayout>
#include <cmath>

#include "app/gui/examples_dialog.h"
#include "app/gui/look.h"
#include "app/gui/theme.h"
#include "app/gui/translator.h"
#include "models/train/memory_need.h"

namespace karyo::gui {
namespace {

constexpr int kSoonMs = 300;

bool same(const PlannedTraining& a, const PlannedTraining& b) {
  return a.config == b.config && a.data == b.data && a.only == b.only;
}

}  // namespace

QString time_text(double seconds) {
  if (seconds < 90) return QObject::tr("%n second(s)", nullptr, static_cast<int>(seconds) + 1);
  if (seconds < 5400)
    return QObject::tr("%n minute(s)", nullptr, static_cast<int>(std::lround(seconds / 60)));
  return QObject::tr("%n hour(s)", nullptr, static_cast<int>(std::lround(seconds / 3600)));
}

OutlookView::OutlookView(Workspace& workspace, Plan plan, QWidget* parent)
    : QWidget(parent), workspace_(workspace), plan_(std::move(plan)), soon_(new QTimer(this)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(kGrid);
  words_ = new QLabel(this);
  words_->setObjectName(QStringLiteral("train_outlook"));
  words_->setWordWrap(true);
  column->addWidget(words_);
  examples_ = new QPushButton(tr("Show examples…"), this);
  examples_->setObjectName(QStringLiteral("train_examples"));
  examples_->setToolTip(
      tr("Patches as they are, and as the network will see them: turned, mirrored, "
         "brightened. What looks wrong here is learned wrong."));
  QObject::connect(examples_, &QPushButton::clicked, this, [this] { show_examples(); });
  column->addWidget(examples_);
  soon_->setSingleShot(true);
  soon_->setInterval(kSoonMs);
  QObject::connect(soon_, &QTimer::timeout, this, [this] { look(); });
}

void OutlookView::refresh() {
  const auto planned = plan_();
  examples_->setEnabled(planned.has_value());
  if (!planned) {
    words_->clear();
    looked_at_.reset();
  } else if (isVisible() && !(looked_at_ && same(*planned, *looked_at_))) {
    soon_->start();
  }
}

void OutlookView::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  refresh();
}

void OutlookView::look() {
  const auto planned = plan_();
  if (!planned) return;
  looked_at_ = planned;
  workspace_.in_background([view = QPointer(this),
                            planned = *planned](TaskControl& control) -> Result<Workspace::Finish> {
    return Workspace::Finish([view, planned, outlook = look_ahead(planned, control)] {
      if (view && view->looked_at_ && same(planned, *view->looked_at_)) view->say(outlook);
    });
  });
}

void OutlookView::say(const Result<TrainingOutlook>& outlook) {
  set_role(*words_, outlook ? "quiet" : "attention");
  if (!outlook) {
    words_->setText(message_text(outlook.error().what) + QLatin1Char('\n') +
                    message_text(outlook.error().fix));
    return;
  }
  QString text = tr("Needs about %1; %2 are free.")
                     .arg(QString::fromStdString(memory_text(outlook->bytes)),
                          QString::fromStdString(memory_text(outlook->free_bytes)));
  if (outlook->epoch_seconds) {
    const double epoch = *outlook->epoch_seconds;
    text += QLatin1Char(' ') +
            tr("About %1 an epoch and %2 in all, at the pace of %3.")
                .arg(time_text(epoch),
                     time_text(epoch * static_cast<double>(looked_at_->config.epochs)),
                     QString::fromStdString(outlook->paced_by));
  } else {
    text += QLatin1Char(' ') + tr("The first epoch tells how long it takes.");
  }
  words_->setText(text);
}

void OutlookView::show_examples() {
  if (const auto planned = plan_()) (new ExamplesDialog(workspace_, *planned, window()))->show();
}

}  // namespace karyo::gui
