// What the window opens, saves and asks about: sessions, macros, folders, the end.

#include <QCloseEvent>
#include <QFileDialog>
#include <QSplitter>
#include <filesystem>
#include <utility>

#include "app/comparison.h"
#include "app/dataset_session.h"
#include "app/gui/error_panel.h"
#include "app/gui/main_window.h"
#include "app/gui/offer_panel.h"
#include "app/gui/status_line.h"
#include "app/gui/training_question.h"
#include "app/gui/unsaved_question.h"
#include "app/gui/window_dialogs.h"
#include "app/session.h"
#include "app/training_run.h"

namespace karyo::gui {
namespace {

constexpr int kStepMs = 25;

}  // namespace

void MainWindow::save_session() {
  if (!session_path_.empty()) {
    run("file.save_session_as", {{"path", session_path_}});
    return;
  }
  auto* dialog = new QFileDialog(this, tr("Save the session"));
  dialog->setAcceptMode(QFileDialog::AcceptSave);
  dialog->setNameFilter(tr("Sessions (*.karyoscope.json)"));
  dialog->setDefaultSuffix(QStringLiteral("karyoscope.json"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  QObject::connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& name) {
    run("file.save_session_as", {{"path", name.toStdString()}});
  });
  dialog->open();
}

void MainWindow::save_macro(const std::string& path) {
  const auto written = write_macro(path, recorder_.steps());
  if (!written) {
    errors_->show_error(written.error());
  } else {
    status_->say(tr("Saved %1").arg(QString::fromStdString(path)));
  }
}

/// Step by step, each when what the one before began is finished; the window stays alive.
void MainWindow::run_macro(const std::string& path) {
  auto steps = read_macro(path);
  if (!steps) {
    errors_->show_error(steps.error());
    return;
  }
  errors_->dismiss();  // one that shows afterwards is the macro's
  auto* clock = new QTimer(this);
  QObject::connect(clock, &QTimer::timeout, this,
                   [this, clock, steps = *std::move(steps), next = std::size_t{0}]() mutable {
                     if (workspace_.busy() || workspace_.training().going_on()) return;
                     if (next < steps.size() && !errors_->isVisible()) {
                       const MacroStep& step = steps[next++];
                       run(step.command, step.arguments);
                       return;
                     }
                     clock->stop();
                     clock->deleteLater();
                   });
  clock->start(kStepMs);
}

void MainWindow::closeEvent(QCloseEvent* event) {
  if (!workspace_.dataset().settled() && !leave_unsaved_) {
    event->ignore();
    close_when_saved();
    return;
  }
  TrainingRun& training = workspace_.training();
  if (training.going_on() && !training_settled_) {
    event->ignore();
    ask_about_training(this, training, [this] {
      training_settled_ = true;
      close();
    });
    return;
  }
  const auto unsaved = comparison_->unsaved_layers();
  if (unsaved.empty() || leave_unsaved_) {
    keep([this](Settings& settings) { settings.window = layout_text(); });
    event->accept();
    return;
  }
  event->ignore();
  ask_about_unsaved(this, unsaved, tr("Close Karyoscope").toStdString(), [this] {
    leave_unsaved_ = true;
    close();
  });
}

/// The disk may be slow or full: the window stays alive, and asked again it closes all the same.
void MainWindow::close_when_saved() {
  DatasetSession& dataset = workspace_.dataset();
  if (const auto begun = dataset.save(false, false); dataset.is_open() && !begun) {
    errors_->show_error(begun.error());
    leave_unsaved_ = true;  // the journal has it; asked once is enough
    return;
  }
  if (closing_ != nullptr) {
    errors_->show_error(Error(ErrorCode::kIo, "what was drawn is still being written",
                              "Wait for it, or close the window again to leave at once."));
    leave_unsaved_ = true;
    return;
  }
  closing_ = new QTimer(this);
  QObject::connect(closing_, &QTimer::timeout, this, [this] {
    if (workspace_.dataset().writing()) return;
    if (!workspace_.dataset().settled() && !errors_->isVisible()) return;  // the journal's turn
    closing_->deleteLater();
    closing_ = nullptr;
    if (workspace_.dataset().settled()) {
      close();
      return;
    }
    leave_unsaved_ = true;  // it was said why
    workspace_.done.emit(
        tr("What was drawn is kept all the same: close the window again to leave").toStdString());
  });
  closing_->start(kStepMs);
}

bool MainWindow::run(const std::string& id, const nlohmann::json& arguments) {
  // To write the mask of a large plane takes longer than a window may stand still.
  const bool saves_masks = id == "training.start" || id == "compare.here" ||
                           id == "compare.without_truth" || id == "compare.thresholds";
  DatasetSession& dataset = workspace_.dataset();
  if (saves_masks && dataset.unsaved() && dataset.save(false, false) && dataset.writing()) {
    to_run_.emplace(id, arguments);
    return true;
  }
  return run_now(id, arguments);
}

bool MainWindow::run_now(const std::string& id, const nlohmann::json& arguments) {
  const auto outcome = commands_.run(id, arguments);
  if (!outcome) errors_->show_error(outcome.error());
  return outcome.has_value();
}

/// Where saving failed, the command says so.
void MainWindow::run_when_saved() {
  if (!to_run_ || workspace_.dataset().writing()) return;
  const auto [id, arguments] = *std::exchange(to_run_, std::nullopt);
  run_now(id, arguments);
}

void MainWindow::keep_split() {
  if (side_->isVisible()) splits_[static_cast<std::size_t>(mode_)] = splitter_->saveState();
}

/// Place and size of the window, and its splitter by mode ("-": as it comes), as text.
std::string MainWindow::layout_text() {
  keep_split();
  QByteArray text = saveGeometry().toBase64();
  for (const QByteArray& split : splits_) text += ' ' + (split.isEmpty() ? "-" : split.toBase64());
  return text.toStdString();
}

void MainWindow::restore_layout(const std::string& text) {
  const QList<QByteArray> parts = QByteArray::fromStdString(text).split(' ');
  if (parts.size() < 2) return;
  restoreGeometry(QByteArray::fromBase64(parts[0]));
  for (std::size_t i = 0; i < splits_.size(); ++i) {
    const QByteArray split = parts.value(static_cast<qsizetype>(i) + 1);
    splits_[i] = split == "-" ? QByteArray() : QByteArray::fromBase64(split);
  }
  splitter_->restoreState(splits_[static_cast<std::size_t>(mode_)]);
}

void MainWindow::open_session(const std::string& path) {
  ask_about_unsaved(this, comparison_->unsaved_layers(), tr("Open another session").toStdString(),
                    [this, path] {
                      run("file.open_session", {{"path", path}});
                    });
}

void MainWindow::open_dataset(const std::string& path) {
  ask_about_unsaved(this, comparison_->unsaved_layers(),
                    tr("Open a folder to annotate").toStdString(), [this, path] {
                      workspace_.layers().clear();
                      workspace_.history().reset();
                      set_mode(Mode::kAnnotate);
                      run("dataset.open", {{"path", path}});
                    });
}

void MainWindow::offer_left_behind() {
  if (autosave_.left_behind().empty()) return;
  const std::string newest = autosave_.left_behind().front().string();
  offer_->offer(tr("Karyoscope ended unexpectedly. Open again what was open then?"),
                tr("Open again"), tr("No, thanks"), [this, newest](bool yes) {
                  if (!yes) {
                    autosave_.forget_left_behind();
                    return;
                  }
                  const auto opened = karyo::open_session(newest, workspace_);
                  if (!opened) errors_->show_error(opened.error());
                  autosave_.take_left_behind();
                });
}

/// Files as a person gives them: a session takes the place of what is open.
void MainWindow::open_any(const std::vector<std::string>& paths) {
  if (paths.size() == 1 && is_session(paths[0])) {
    open_session(paths[0]);
    return;
  }
  std::error_code failed;
  if (paths.size() == 1 && std::filesystem::is_directory(paths[0], failed)) {
    open_folder(*this, paths[0]);
    return;
  }
  run("file.open_files", {{"files", paths}});
}

}  // namespace karyo::gui
