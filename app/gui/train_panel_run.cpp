// How a training goes: curve, time left, what can be done with what it has learned.

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "app/gui/dialog_parts.h"
#include "app/gui/film_strip.h"
#include "app/gui/loss_curves.h"
#include "app/gui/outlook_view.h"
#include "app/gui/threshold_plot.h"
#include "app/gui/train_panel.h"
#include "app/gui/translator.h"
#include "app/model_in_use.h"
#include "app/model_objects.h"

namespace karyo::gui {

void TrainPanel::build_progress(QVBoxLayout& column) {
  progress_ = new QWidget(this);
  auto* rows = new QVBoxLayout(progress_);
  rows->setContentsMargins(0, 0, 0, 0);
  rows->setSpacing(4);
  model_name_ = new QLabel(progress_);
  model_name_->setObjectName(QStringLiteral("train_model"));
  model_name_->setProperty("role", "title");
  rows->addWidget(model_name_);
  state_ = new QLabel(progress_);
  state_->setObjectName(QStringLiteral("train_state"));
  state_->setWordWrap(true);
  rows->addWidget(state_);
  bar_ = new QProgressBar(progress_);
  bar_->setObjectName(QStringLiteral("train_bar"));
  bar_->setAccessibleName(tr("How far the training is"));
  bar_->setFixedHeight(8);
  bar_->setTextVisible(false);
  bar_->setRange(0, 1000);
  rows->addWidget(bar_);
  device_ = new QLabel(progress_);
  device_->setObjectName(QStringLiteral("train_device"));
  device_->setProperty("role", "quiet");
  device_->setWordWrap(true);
  rows->addWidget(device_);
  learns_from_ = new QLabel(progress_);
  learns_from_->setObjectName(QStringLiteral("train_learns_from"));
  learns_from_->setProperty("role", "quiet");
  learns_from_->setWordWrap(true);
  rows->addWidget(learns_from_);
  failure_ = new QLabel(progress_);
  failure_->setObjectName(QStringLiteral("train_failure"));
  failure_->setProperty("role", "attention");
  failure_->setWordWrap(true);
  failure_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  rows->addWidget(failure_);
  curves_ = new LossCurves(progress_);
  rows->addWidget(curves_);
  thresholds_ = new ThresholdPlot(progress_);
  rows->addWidget(thresholds_);
  film_ = new FilmStrip(progress_);
  rows->addWidget(film_);
  preview_ = new QCheckBox(tr("Show what it finds in this slice"), progress_);
  preview_->setObjectName(QStringLiteral("train_preview"));
  preview_->setToolTip(tr("After each epoch that is the best so far, on trial over the picture."));
  QObject::connect(preview_, &QCheckBox::clicked, this, [this](bool on) {
    if (on && !workspace_.training().history().rows.empty()) epoch_done();
  });
  rows->addWidget(preview_);
  const auto command = [this](const char* id) {
    return [this, id] { run_(id, nlohmann::json::object()); };
  };
  pause_ = add_button(progress_, "train_pause", tr("Pause"),
                      tr("Leaves the processor to others at once, and goes on as if nothing had "
                         "been; its memory stays taken."),
                      command("training.pause"));
  stop_ = add_button(progress_, "train_stop", tr("Stop and keep"),
                     tr("Ends after this step. What was learned stays and can be gone on with."),
                     command("training.stop"));
  go_on_ = add_button(progress_, "train_go_on", tr("Go on training"),
                      tr("From where it stopped, as if it never had."), command("training.resume"));
  use_ = add_button(progress_, "train_use", tr("Use it for annotating"),
                    tr("Loads the best so far: Annotate › Model shows and keeps what it finds."),
                    [this] {
                      if (run_("training.use_model", nlohmann::json::object())) {
                        run_("mode.annotate", nlohmann::json::object());
                      }
                    });
  apply_ = add_button(progress_, "train_apply", tr("Apply it to images…"),
                      tr("To a folder, or to one image, which is opened then."),
                      command("model.ask_predict"));
  find_in_restored_ = add_button(
      progress_, "train_find_in_restored", tr("Find nuclei in restored images…"),
      tr("Saves this model with one that finds nuclei: then every image is restored before its "
         "nuclei are looked for."),
      [this] { find_in_restored(); });
  another_ = add_button(progress_, "train_another", tr("Train another model"),
                        tr("Starts anew, or from this one with what was corrected."), [this] {
                          setting_up_ = true;
                          set_up_for_.clear();
                          refresh_data();
                          refresh_run();
                        });
  column.addWidget(progress_);
}

/// Where it computes, with what and why, as the training itself says; of another computer its name
/// comes first.
QString TrainPanel::device_said() const {
  const auto& notes = workspace_.training().log().notes();
  for (const char* beginning : {"computes on ", "device: "}) {
    for (const auto& note : notes) {
      if (note.starts_with(beginning)) return message_text(note);
    }
  }
  const std::string& host = workspace_.training().host();
  return host.empty() ? QString() : tr("Reaching %1 …").arg(QString::fromStdString(host));
}

QString TrainPanel::state_text() const {
  const TrainingRun& training = workspace_.training();
  const TrainingLog& log = training.log();
  const auto epochs = training.config().epochs;
  const QString best =
      log.best_epoch() > 0 ? tr(" · best so far: epoch %1").arg(log.best_epoch()) : QString();
  switch (training.state()) {
    case TrainingRun::State::kNone:
      return {};
    case TrainingRun::State::kRunning: {
      if (training.paused()) return tr("Paused in epoch %1 of %2").arg(log.epoch()).arg(epochs);
      if (log.epoch() == 0) {
        const auto& notes = log.notes();
        const bool restoring =
            !notes.empty() && notes.back().starts_with("restoring the images first");
        return restoring ? tr("Restoring the images first …") : tr("Reading the images …");
      }
      QString text = tr("Epoch %1 of %2").arg(log.epoch()).arg(epochs);
      const double left = training.seconds_left();
      if (left >= 0) text += tr(" · %1 left").arg(time_text(left));
      return text + best;
    }
    case TrainingRun::State::kStopping:
      return tr("Stopping, and keeping what was learned …");
    case TrainingRun::State::kStopped:
      return tr("Stopped after %1 of %2 epochs").arg(training.history().rows.size()).arg(epochs);
    case TrainingRun::State::kFinished:
      return tr("Finished: %n epoch(s)", nullptr,
                static_cast<int>(training.history().rows.size())) +
             best;
    case TrainingRun::State::kFailed:
      return tr("The training ended early");
  }
  return {};
}

void TrainPanel::refresh_run() {
  const TrainingRun& training = workspace_.training();
  const bool going_on = training.going_on();
  const bool there = training.state() != TrainingRun::State::kNone;
  if (going_on && !poll_.isActive()) poll_.start();
  if (going_on) setting_up_ = false;
  progress_->setVisible(there && !setting_up_);
  setup_->setVisible(!there || setting_up_);
  start_->setEnabled(start_->isEnabled() && !going_on);
  if (!there) {
    describe_data();
    return;
  }
  model_name_->setText(QString::fromStdString(training.model().filename().string()));
  state_->setText(state_text());
  QStringList notes;
  for (const auto& note : training.log().notes()) notes << message_text(note);
  state_->setToolTip(notes.join(QLatin1Char('\n')));
  const QString device = device_said();
  device_->setText(device);
  device_->setVisible(!device.isEmpty() && going_on);
  bar_->setValue(static_cast<int>(training.progress() * 1000));
  bar_->setVisible(going_on);
  const auto& images = training.only();
  learns_from_->setVisible(going_on && !images.empty());
  const auto judges = std::count_if(images.begin(), images.end(),
                                    [](const TrainImage& image) { return image.validation; });
  learns_from_->setText(tr("%n image(s) to learn from, %1 to judge with. Images you mark as done "
                           "come before the next epoch.",
                           nullptr,
                           static_cast<int>(static_cast<std::ptrdiff_t>(images.size()) - judges))
                            .arg(judges));
  failure_->setVisible(training.failure().has_value());
  if (const auto& failure = training.failure()) {
    failure_->setText(message_text(failure->what) + QLatin1Char('\n') + message_text(failure->fix));
  }
  curves_->set_run(training.model(), training.history(), training.config().epochs, going_on);
  refresh_records();
  const bool learned = !training.history().rows.empty();
  const bool nuclei = training.config().model == "stardist";
  preview_->setVisible(nuclei);
  preview_->setEnabled(learned || going_on);
  pause_->setVisible(training.can_pause());
  pause_->setText(training.paused() ? tr("Go on") : tr("Pause"));
  stop_->setVisible(going_on);
  stop_->setEnabled(training.state() == TrainingRun::State::kRunning);
  go_on_->setVisible(!going_on && training.has_checkpoint() &&
                     training.state() != TrainingRun::State::kFinished);
  use_->setVisible(nuclei);
  use_->setEnabled(learned);
  apply_->setEnabled(learned);
  find_in_restored_->setVisible(!nuclei);
  find_in_restored_->setEnabled(learned);
  another_->setVisible(!going_on);
}

/// What the folder has besides the curve; read again when an epoch more or the end was told of.
void TrainPanel::refresh_records() {
  const TrainingRun& training = workspace_.training();
  const std::size_t epochs = training.history().rows.size();
  const bool end = !training.going_on();
  if (recorded_ == training.model() && recorded_epochs_ == epochs && recorded_end_ == end) return;
  recorded_ = training.model();
  recorded_epochs_ = epochs;
  recorded_end_ = end;
  film_->set_model(recorded_);
  thresholds_->set_model(end ? recorded_ : std::filesystem::path());
}

/// With a model of the person's choice, which Use then applies.
void TrainPanel::find_in_restored() {
  const auto restoration = workspace_.training().model();
  choose_folder(*this, tr("The folder of a model that finds nuclei"), restoration.parent_path(),
                [this, restoration](const std::string& model) {
                  const nlohmann::json both{{"model", model}, {"before", restoration.string()}};
                  if (run_("model.restore_first", both)) {
                    run_("mode.use", nlohmann::json::object());
                  }
                });
}

void TrainPanel::epoch_done() {
  const TrainingRun& training = workspace_.training();
  if (!preview_->isChecked() || training.config().model != "stardist") return;
  const bool better = training.log().best_epoch() == training.log().epochs_done();
  if (!isVisible() || (training.going_on() && !better)) return;
  show_findings_ = true;
  workspace_.model().open(training.model());
}

/// The model has been loaded, with what was learned until now.
void TrainPanel::show_findings() {
  const ModelInUse& model = workspace_.model();
  if (!show_findings_ || !model.is_open() || model.opening()) return;
  show_findings_ = false;
  if (!isVisible()) return;  // elsewhere a person is at work on the labels
  const auto wanted = model_objects_in_view(workspace_);
  if (wanted) static_cast<void>(show_model_objects(workspace_, *wanted, [] {}));
}

}  // namespace karyo::gui
