#include "app/gui/steps_panel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QPointer>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>
#include <algorithm>

#include "app/dataset_session.h"
#include "app/gui/theme.h"
#include "app/mask_preview.h"
#include "app/mask_steps_json.h"
#include "app/object_checks.h"
#include "app/picture_part.h"
#include "core/segment/suggestion.h"

namespace karyo::gui {
namespace {

constexpr int kLaterMs = 120;

}  // namespace

/// What the steps work on.
struct StepsPanel::Picture {
  std::shared_ptr<LabelsLayer> labels;
  std::int64_t time = 0;
  StepsPicture part;
};

StepsPanel::StepsPanel(Workspace& workspace, const CommandTable& commands, Run run,
                       RegionAtHand& region, QWidget* parent)
    : QWidget(parent),
      workspace_(workspace),
      commands_(commands),
      run_(std::move(run)),
      region_(region) {
  setObjectName(QStringLiteral("steps_panel"));
  column_ = new QVBoxLayout(this);
  column_->setContentsMargins(kGrid, kGrid, kGrid, kGrid);
  column_->setSpacing(4);
  steps_.clean.fill_holes = true;
  steps_.clean.min_size = 20;
  build_top();
  build_threshold();
  build_split();
  build_clean();
  build_fix();
  build_check();
  build_save();
  column_->addStretch(1);
  later_.setSingleShot(true);
  later_.setInterval(kLaterMs);
  QObject::connect(&later_, &QTimer::timeout, this, [this] { preview_now(); });
  connections_.push_back(workspace_.preview().changed.connect([this] { show_counts(); }));
  connections_.push_back(workspace_.checks().changed.connect([this] { show_counts(); }));
  connections_.push_back(workspace_.dataset().current_changed.connect([this] {
    batch_->clear();
    show_counts();
  }));
  connections_.push_back(workspace_.dataset().batch_counted.connect(
      [this](const std::vector<BatchCount>& counts) { show_batch(counts); }));
  show_settings();
  open_section(0);
}

void StepsPanel::hideEvent(QHideEvent* event) {
  QWidget::hideEvent(event);
  later_.stop();
  workspace_.preview().settle();
}

void StepsPanel::show_settings() {
  for (const auto& show : show_) show();
  const ThresholdStep& step = steps_.threshold;
  const int automatic = static_cast<int>(all_threshold_methods().size());
  const int local = static_cast<int>(all_local_methods().size());
  int at = automatic + local + (step.kind == ThresholdKind::kManual ? 1 : 0);
  if (step.kind == ThresholdKind::kAutomatic) {
    const auto all = all_threshold_methods();
    at = static_cast<int>(std::find(all.begin(), all.end(), step.method) - all.begin());
  } else if (step.kind == ThresholdKind::kLocal) {
    const auto all = all_local_methods();
    at = automatic +
         static_cast<int>(std::find(all.begin(), all.end(), step.local.method) - all.begin());
  }
  method_->setCurrentIndex(at);
  objects_->setCurrentIndex(step.bright_objects && !step.invert ? 0 : 1);
  split_->setCurrentIndex(static_cast<int>(steps_.split.kind));
}

void StepsPanel::show_counts() {
  const MaskPreview& preview = workspace_.preview();
  if (preview.running()) {
    counts_->setText(tr("Making objects …"));
  } else if (preview.shown() && preview.counts().pieces == 0) {
    counts_->setText(tr("%1 objects").arg(preview.counts().kept));
  } else if (preview.shown()) {
    const StepCounts& counts = preview.counts();
    counts_->setText(tr("%1 pieces · %2 after the split · %3 objects kept")
                         .arg(counts.pieces)
                         .arg(counts.split)
                         .arg(counts.kept));
  } else {
    counts_->setText(tr("Change a setting to see what it makes of this image."));
  }
  const auto open = workspace_.checks().queue().open_count();
  const auto& rows = workspace_.checks().rows();
  const auto shared = std::count_if(
      rows.begin(), rows.end(), [](const ObjectRow& row) { return row.facts.pieces.size() > 1; });
  check_->setText((shared == 0 ? tr("No two nuclei share a number.")
                               : tr("%n number(s) in several pieces, perhaps two nuclei each.",
                                    nullptr, static_cast<int>(shared))) +
                  QLatin1Char(' ') +
                  (open == 0 ? tr("Nothing looks wrong.")
                             : tr("Objects that may have something wrong: %1").arg(open)));
}

bool StepsPanel::find_picture(Picture& picture) {
  LayerList& layers = workspace_.layers();
  const auto fail = [this](const Error& error) {
    workspace_.failed.emit(error);
    return false;
  };
  auto* labels = dynamic_cast<LabelsLayer*>(layers.selected());
  for (int i = layers.count() - 1; labels == nullptr && i >= 0; --i) {
    labels = dynamic_cast<LabelsLayer*>(&layers.at(i));
  }
  if (labels == nullptr) {
    if (layers.empty() || !run_("layer.new_labels", nlohmann::json::object())) return false;
    labels = dynamic_cast<LabelsLayer*>(layers.selected());
  }
  if (labels->locked()) {
    return fail(Error(ErrorCode::kInvalidArgument, labels->name() + " is locked",
                      "Unlock it in the list of layers."));
  }
  picture.labels = std::dynamic_pointer_cast<LabelsLayer>(layers.shared_at(layers.find(labels)));
  picture.time = labels->time_shown(workspace_.view().time());
  const auto image = image_under(workspace_, nlohmann::json::object(), *labels);
  if (!image) return fail(image.error());
  picture.part = steps_picture(**image, picture.time);
  return true;
}

void StepsPanel::setting_changed() {
  if (live_->isChecked()) later_.start();
}

void StepsPanel::preview_now() {
  Picture picture;
  if (!find_picture(picture)) return;
  workspace_.preview().show(picture.labels, picture.time, picture.part, steps_);
}

void StepsPanel::suggest() {
  Picture picture;
  if (!find_picture(picture)) return;
  workspace_.in_background([panel = QPointer(this), part = picture.part](
                               TaskControl& control) -> Result<Workspace::Finish> {
    control.report(0, "Looking at the picture");
    KARYO_TRY(const Suggestion suggestion, suggest_steps(part, control));
    const bool nothing = suggestion.findings.radius == 0;
    return Workspace::Finish([panel, steps = suggestion.steps, nothing] {
      if (panel == nullptr) return;
      if (nothing) panel->workspace_.done.emit("Nothing stands out in this picture");
      panel->steps_ = steps;
      panel->show_settings();
      panel->preview_now();
    });
  });
}

/// The same as a command, so that macros and undo know of it; what is shown need not be made twice.
void StepsPanel::keep() {
  later_.stop();
  Picture picture;
  if (!find_picture(picture)) return;
  nlohmann::json arguments = arguments_of(steps_);
  arguments["layer"] = picture.labels->name();
  if (picture.labels->shape().t > 1) arguments["frame"] = picture.time;
  run_("steps.make", arguments);
}

void StepsPanel::apply_to_next(bool save) {
  nlohmann::json arguments = arguments_of(steps_);
  arguments["count"] = findChild<QSpinBox*>(QStringLiteral("batch_count"))->value();
  arguments["save"] = save;
  arguments["suggest"] = findChild<QCheckBox*>(QStringLiteral("batch_suggest"))->isChecked();
  if (run_("steps.apply_next", arguments)) batch_->setText(tr("Working …"));
}

void StepsPanel::show_batch(const std::vector<BatchCount>& counts) {
  QStringList lines;
  for (const BatchCount& one : counts) {
    lines << tr("%1: %2").arg(
        QString::fromStdString(one.name).left(16),
        one.objects < 0 ? tr("did not work") : tr("%1 objects").arg(one.objects));
  }
  batch_->setText(lines.join(QLatin1Char('\n')));
}

}  // namespace karyo::gui
