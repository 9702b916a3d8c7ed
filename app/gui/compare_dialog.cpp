#include "app/gui/compare_dialog.h"

#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "app/dataset_session.h"
#include "app/gui/controls.h"
#include "app/gui/main_window.h"
#include "app/gui/theme.h"
#include "app/model_trial.h"

namespace karyo::gui {
namespace {

namespace fs = std::filesystem;

std::string text_in(const QLineEdit& line) {
  return line.text().trimmed().toStdString();
}

bool is_there(const QLineEdit& line) {
  std::error_code ec;
  return !line.text().trimmed().isEmpty() && fs::exists(text_in(line), ec);
}

}  // namespace

CompareDialog::CompareDialog(MainWindow& window) : QDialog(&window), window_(window) {
  const auto [column, form] = begin_dialog(*this, "compare_dialog", tr("Compare predictions"));
  kind_ = new QComboBox(this);
  kind_->setObjectName(QStringLiteral("compare_kind"));
  const auto kind = [this](const QString& text, ComparedKind which) {
    kind_->addItem(text, QString::fromStdString(std::string(name_of(which))));
  };
  kind(tr("Nuclei with the truth"), ComparedKind::kObjects);
  kind(tr("Restored images with clean ones"), ComparedKind::kRestored);
  kind(tr("Nuclei of two models, without a truth"), ComparedKind::kModels);
  kind(tr("Two restored images, without a clean one"), ComparedKind::kPair);
  kind(tr("Nuclei alone, and how sure the model is"), ComparedKind::kAlone);
  add_row(*form, tr("What"), kind_, tr("What is put beside what."));
  prediction_ = add_path(*form, "compare_prediction");
  truth_ = add_path(*form, "compare_truth");
  images_ = add_path(*form, "compare_images");
  column->addLayout(form);
  const DialogEnd end = add_dialog_end(*column, *this, "compare", tr("Compare"));
  outcome_ = end.outcome;
  compare_ = end.does;
  QObject::connect(compare_, &QPushButton::clicked, this, [this] { compare(); });
  QObject::connect(kind_, &QComboBox::activated, this, [this](int) { kind_chosen(); });
  for (const PathRow* path : {&prediction_, &truth_, &images_}) {
    QObject::connect(path->line, &QLineEdit::textChanged, this, [this] { check(); });
  }
  suggest();
  kind_chosen();
}

PathRow CompareDialog::add_path(QGridLayout& form, const char* name) {
  const PathRow row = add_path_row(form, *this, name, {}, true);
  row.words->setProperty("role", "quiet");
  return row;
}

/// The last predictions of the model at hand, and the open folder.
void CompareDialog::suggest() {
  Workspace& workspace = window_.workspace();
  const auto trial = trial_at_hand(workspace);
  if (trial) {
    kind_->setCurrentIndex(
        kind_->findData(QString::fromStdString(std::string(name_of(trial->kind)))));
    prediction_.line->setText(QString::fromStdString(trial->predictions.string()));
    truth_.line->setText(QString::fromStdString(trial->truth.string()));
    images_.line->setText(QString::fromStdString(trial->images.string()));
  } else if (workspace.dataset().is_open()) {
    truth_.line->setText(QString::fromStdString(workspace.dataset().folder().string()));
  }
}

ComparedKind CompareDialog::kind() const {
  const auto chosen = compared_kind_from(kind_->currentData().toString().toStdString());
  return chosen ? *chosen : ComparedKind::kObjects;
}

void CompareDialog::kind_chosen() {
  const auto name = [](const PathRow& path, const QString& words, const QString& help) {
    path.words->setText(words);
    path.words->setToolTip(help);
    path.line->setToolTip(help);
    path.line->setAccessibleName(words);
  };
  const bool alone = kind() == ComparedKind::kAlone;
  truth_.line->setEnabled(!alone);
  switch (kind()) {
    case ComparedKind::kObjects:
      name(prediction_, tr("Predictions"), tr("A folder of label images, or one."));
      name(truth_, tr("Truth"),
           tr("Masks of the same names; or the folder that has them in masks/."));
      name(images_, tr("Images"), tr("What was predicted from; none: where the truth lies."));
      break;
    case ComparedKind::kRestored:
      name(prediction_, tr("Restored"), tr("A folder of restored images, or one."));
      name(truth_, tr("Clean"), tr("Clean ones of the same names; or the folder with high/."));
      name(images_, tr("Noisy"), tr("What was restored; none: low/ where the clean ones lie."));
      break;
    case ComparedKind::kModels:
      name(prediction_, tr("First model"), tr("The folder of what it predicts."));
      name(truth_, tr("Second model"), tr("The folder of what it predicts, by the same names."));
      name(images_, tr("Images"), tr("What both have predicted from."));
      break;
    case ComparedKind::kPair:
      name(prediction_, tr("First images"), tr("A folder of restored images, or one."));
      name(truth_, tr("Second images"), tr("Others of the same names: of another model, say."));
      name(images_, tr("Noisy"), tr("What was restored; none: it is not shown."));
      break;
    case ComparedKind::kAlone:
      name(prediction_, tr("Predictions"),
           tr("A folder of label images; how sure the model is stands beside them after karyoscope "
              "predict --probability."));
      name(truth_, tr("Truth"), tr("None is needed."));
      name(images_, tr("Images"), tr("What was predicted from."));
      break;
  }
  check();
}

void CompareDialog::check() {
  const bool alone = kind() == ComparedKind::kAlone;
  const bool ready = is_there(*prediction_.line) && is_there(alone ? *images_.line : *truth_.line);
  compare_->setEnabled(ready);
  if (!ready) {
    outcome_->setText(
        tr("Choose both folders. To have a model predict first, use Judge the model "
           "on this folder, or Train › Apply a model to images."));
    return;
  }
  PairOptions files;
  files.prediction = text_in(*prediction_.line);
  files.truth = text_in(*truth_.line);
  files.images = text_in(*images_.line);
  const auto pairs = compared_pairs(files, kind());
  compare_->setEnabled(pairs.has_value());
  outcome_->setText(pairs ? tr("Compares %n image(s), and shows the worst first.", nullptr,
                               static_cast<int>(pairs->pairs.size()))
                          : QString::fromStdString(pairs.error().what + "\n" + pairs.error().fix));
}

void CompareDialog::compare() {
  nlohmann::json arguments{{"prediction", text_in(*prediction_.line)},
                           {"kind", std::string(name_of(kind()))}};
  if (kind() != ComparedKind::kAlone) arguments["truth"] = text_in(*truth_.line);
  if (!text_in(*images_.line).empty()) arguments["images"] = text_in(*images_.line);
  if (window_.run("compare.open", arguments)) accept();
}

}  // namespace karyo::gui
