#include "app/gui/apply_form.h"

#include <QCheckBox>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <utility>

#include "app/dataset_session.h"
#include "app/gui/dialog_parts.h"
#include "app/gui/theme.h"
#include "app/gui/translator.h"
#include "app/training_run.h"
#include "core/io/image_names.h"
#include "models/io/model_before.h"

namespace karyo::gui {
namespace fs = std::filesystem;

ApplyForm::ApplyForm(Workspace& workspace, Run run, QWidget* parent)
    : QWidget(parent), workspace_(workspace), run_(std::move(run)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(kGrid);
  auto* form = new QGridLayout;
  form->setHorizontalSpacing(kGrid);
  form->setVerticalSpacing(kGrid);
  model_ = add_path(*form, "apply_model", tr("Model"),
                    tr("The folder of a StarDist, CARE or Noise2Void model."), false);
  input_ =
      add_path(*form, "apply_input", tr("Images"), tr("A folder of images, or one image."), true);
  output_ = add_path(*form, "apply_output", tr("Results into"),
                     tr("A folder; results have the names of their images."), false);
  column->addLayout(form);
  before_words_ = new QLabel(this);
  before_words_->setObjectName(QStringLiteral("apply_before_words"));
  before_words_->setWordWrap(true);
  column->addWidget(before_words_);
  before_ = new QPushButton(this);
  before_->setObjectName(QStringLiteral("apply_before"));
  column->addWidget(before_);
  QObject::connect(before_, &QPushButton::clicked, this, [this] { change_before(); });
  rois_ = new QCheckBox(tr("RoiSet.zip beside labels (ImageJ)"), this);
  rois_->setObjectName(QStringLiteral("apply_rois"));
  overwrite_ = new QCheckBox(tr("Replace results that exist"), this);
  overwrite_->setObjectName(QStringLiteral("apply_overwrite"));
  column->addWidget(rois_);
  column->addWidget(overwrite_);
  outcome_ = new QLabel(this);
  outcome_->setObjectName(QStringLiteral("apply_outcome"));
  outcome_->setProperty("role", "quiet");
  outcome_->setWordWrap(true);
  column->addWidget(outcome_);
  apply_ = new QPushButton(tr("Apply"), this);
  apply_->setObjectName(QStringLiteral("apply"));
  apply_->setProperty("primary", true);
  column->addWidget(apply_);
  QObject::connect(apply_, &QPushButton::clicked, this, [this] { apply(); });
  QObject::connect(output_, &QLineEdit::textEdited, this, [this] { own_output_ = true; });
  for (QLineEdit* line : {model_, input_}) {
    QObject::connect(line, &QLineEdit::textChanged, this, [this] { suggest_output(); });
  }
  QObject::connect(output_, &QLineEdit::textChanged, this, [this] { check(); });
  for (QCheckBox* box : {rois_, overwrite_}) {
    QObject::connect(box, &QCheckBox::toggled, this, [this] { check(); });
  }
  check();
}

QLineEdit* ApplyForm::add_path(QGridLayout& form, const char* name, const QString& label,
                               const QString& help, bool may_be_file) {
  const PathRow row = add_narrow_path_row(form, *this, name, label, may_be_file);
  row.words->setToolTip(help);
  row.line->setToolTip(help);
  return row.line;
}

void ApplyForm::suggest(bool anew) {
  const TrainingRun& training = workspace_.training();
  const bool trained = !training.history().rows.empty();
  const DatasetSession& dataset = workspace_.dataset();
  if (anew) own_output_ = false;
  if (trained && (anew || model_->text().isEmpty())) {
    model_->setText(QString::fromStdString(training.model().string()));
  }
  if (!anew && !input_->text().isEmpty()) return check();
  if (dataset.is_open() && !dataset.items().empty()) {
    input_->setText(QString::fromStdString(dataset.items().front().image.parent_path().string()));
  } else if (trained && training.config().model == "n2v") {
    input_->setText(QString::fromStdString(training.data().string()));  // what it learned from
  }
  check();
}

void ApplyForm::show_model(const std::string& folder) {
  model_->setText(QString::fromStdString(folder));
  check();
}

/// Beside the images, by the model's name.
void ApplyForm::suggest_output() {
  const fs::path input = path_in(*input_), model = path_in(*model_);
  if (!own_output_ && !input.empty() && !model.empty()) {
    const QSignalBlocker one_check_is_enough(output_);
    output_->setText(QString::fromStdString(
        (input.parent_path() / (model.filename().string() + " results")).string()));
  }
  check();
}

void ApplyForm::check() {
  std::error_code ec;
  const fs::path input = path_in(*input_), output = path_in(*output_);
  const auto model = ModelFolder::open(path_in(*model_));
  const bool file = fs::is_regular_file(input, ec);
  const auto images = image_files(input);
  const int count = file ? 1 : images ? static_cast<int>(images->size()) : 0;
  const bool nuclei = model && model->kind == ModelKind::kStarDist;
  rois_->setEnabled(nuclei);
  say_before(model ? &*model : nullptr);
  apply_->setEnabled(model && count > 0 && !output.empty());
  if (path_in(*model_).empty()) {
    outcome_->setText(tr("Choose the folder of a model."));
  } else if (!model) {
    outcome_->setText(message_text(model.error().what) + QLatin1Char('\n') +
                      message_text(model.error().fix));
  } else if (count == 0) {
    outcome_->setText(tr("Choose a folder with images."));
  } else {
    const bool rois = nuclei && rois_->isChecked();
    outcome_->setText((rois ? tr("Writes %n label image(s) and ROI sets into %1", nullptr, count)
                       : nuclei ? tr("Writes %n label image(s) into %1", nullptr, count)
                                : tr("Writes %n restored image(s) into %1", nullptr, count))
                          .arg(QString::fromStdString(output.string())));
  }
}

/// What comes before a model that finds nuclei, also where it was lost: it can be gone without.
void ApplyForm::say_before(const ModelFolder* model) {
  const auto alone = ModelFolder::open_alone(path_in(*model_));
  const bool lost = model == nullptr && alone && alone->record && !alone->record->before.empty();
  restores_ = lost || (model != nullptr && model->before != nullptr);
  before_->setVisible(lost || (model != nullptr && model->stardist));
  before_->setText(restores_ ? tr("Take images as they are") : tr("Restore images first…"));
  before_->setToolTip(
      restores_ ? tr("Takes the restoration out of the model's folder.")
                : tr("For noisy images: saves a CARE or Noise2Void model with this one, and every "
                     "image goes through it before nuclei are looked for."));
  before_words_->setVisible(restores_ && !lost);
  if (restores_ && !lost) {
    before_words_->setText(tr("Restores each image first, with %1 (%2).")
                               .arg(QString::fromStdString(before_name(*model)),
                                    QString::fromStdString(method_of(*model->before))));
  }
}

void ApplyForm::change_before() {
  const std::string model = path_in(*model_).string();
  if (restores_) {
    run_("model.restore_no_more", {{"model", model}});
    return check();
  }
  choose_folder(*this, tr("The folder of a model that restores images"),
                path_in(*model_).parent_path(), [this, model](const std::string& restoration) {
                  run_("model.restore_first", {{"model", model}, {"before", restoration}});
                  check();
                });
}

void ApplyForm::apply() {
  nlohmann::json arguments{{"model", path_in(*model_).string()},
                           {"input", path_in(*input_).string()},
                           {"output", path_in(*output_).string()}};
  if (rois_->isEnabled() && rois_->isChecked()) arguments["rois"] = true;
  if (overwrite_->isChecked()) arguments["overwrite"] = true;
  run_("model.predict", arguments);
}

}  // namespace karyo::gui
