#include "app/gui/use_panel.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "app/gui/apply_form.h"
#include "app/gui/theme.h"
#include "app/label_target.h"
#include "app/track_desk.h"

namespace karyo::gui {

UsePanel::UsePanel(Workspace& workspace, const CommandTable& commands, Run run, QWidget* parent)
    : QWidget(parent), workspace_(workspace), commands_(commands), run_(std::move(run)) {
  setObjectName(QStringLiteral("use_panel"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(kGrid, kGrid, kGrid, kGrid);
  column->setSpacing(kGrid);

  add_title(*column, tr("Apply a model"));
  apply_ = new ApplyForm(workspace_, run_, this);
  column->addWidget(apply_);

  add_title(*column, tr("Measure"));
  measure_words_ = add_words(*column, "use_measure_words");
  add_command(*column, "measure.objects", tr("Measure objects"), true);
  add_command(*column, "measure.ask_files", tr("Measure a folder of masks…"));

  add_title(*column, tr("Track"));
  track_words_ = add_words(*column, "use_track_words");
  add_command(*column, "tracks.ask_track", tr("Track cells…"), true);

  add_title(*column, tr("Take it to other programs"));
  add_command(*column, "file.ask_save_layer", tr("Selected layer as a file…"));
  add_command(*column, "rois.ask_save", tr("Regions as RoiSet.zip (ImageJ)…"));
  add_command(*column, "file.export_figure", tr("Figure with scale bar…"));
  add_command(*column, "measure.ask_save_objects", tr("Table of objects…"));
  add_command(*column, "tracks.ask_export_trackmate", tr("Tracks for TrackMate…"));
  add_command(*column, "tracks.ask_export_ctc", tr("Tracks as Cell Tracking Challenge…"));
  add_command(*column, "report.ask_make", tr("Report on the model…"));
  column->addStretch(1);

  const auto again = [this](auto&&...) { refresh(); };
  LayerList& layers = workspace_.layers();
  connections_.push_back(layers.list_changed.connect(again));
  connections_.push_back(layers.selection_changed.connect(again));
  connections_.push_back(layers.layer_changed.connect(again));
  connections_.push_back(workspace_.jobs_changed.connect(again));
  connections_.push_back(
      commands_.ran.connect([this](const Command& command, const nlohmann::json& arguments) {
        if (command.id == "model.restore_first") apply_->show_model(arguments["model"]);
        refresh();
      }));
  refresh();
}

void UsePanel::suggest(bool anew) {
  apply_->suggest(anew);
  refresh();
}

void UsePanel::add_title(QVBoxLayout& column, const QString& text) {
  if (column.count() > 0) {
    auto* line = new QFrame(this);
    line->setFixedHeight(1);
    line->setProperty("role", "line");
    column.addWidget(line);
  }
  auto* title = new QLabel(text, this);
  title->setProperty("role", "title");
  column.addWidget(title);
}

QLabel* UsePanel::add_words(QVBoxLayout& column, const char* name) {
  auto* words = new QLabel(this);
  words->setObjectName(QLatin1String(name));
  words->setProperty("role", "quiet");
  words->setWordWrap(true);
  column.addWidget(words);
  return words;
}

void UsePanel::add_command(QVBoxLayout& column, const char* id, const QString& text, bool primary) {
  const Command& command = *commands_.find(id);
  auto* button = new QPushButton(text, this);
  button->setObjectName(QStringLiteral("use_") + QLatin1String(id));
  button->setToolTip(QString::fromStdString(command.help));
  button->setProperty("primary", primary);
  QObject::connect(button, &QPushButton::clicked, this,
                   [this, id = command.id] { run_(id, nlohmann::json::object()); });
  column.addWidget(button);
  buttons_.emplace_back(command.id, button);
}

void UsePanel::refresh() {
  for (const auto& [id, button] : buttons_) {
    const Command* command = commands_.find(id);
    button->setEnabled(command != nullptr && command->enabled());
  }
  const LabelsLayer* labels = labels_in_hand(workspace_.layers());
  measure_words_->setText(
      labels == nullptr
          ? tr("Open a mask, or apply a model: then every object is measured.")
          : tr("Size, shape and brightness of every object of %1, with ImageJ's columns, as a "
               "table and plots under the picture.")
                .arg(QString::fromStdString(labels->name())));
  const LabelsLayer* movie = labels_to_track(workspace_);
  track_words_->setText(movie == nullptr
                            ? tr("Open the masks of a movie, all frames in one file or a folder as "
                                 "time series: then cells are followed through it.")
                            : tr("Links the objects of %1 over %2 frames, divisions included.")
                                  .arg(QString::fromStdString(movie->name()))
                                  .arg(movie->shape().t));
}

}  // namespace karyo::gui
