#include "app/gui/measure_files_dialog.h"

#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <filesystem>

#include "app/dataset_session.h"
#include "app/gui/dialog_parts.h"
#include "app/gui/main_window.h"
#include "core/io/image_names.h"

namespace karyo::gui {
namespace fs = std::filesystem;

MeasureFilesDialog::MeasureFilesDialog(MainWindow& window) : QDialog(&window), window_(window) {
  const auto [column, form] =
      begin_dialog(*this, "measure_files_dialog", tr("Measure a folder of masks"));
  labels_ = add_path_row(*form, *this, "measure_labels", tr("Masks"), true).line;
  labels_->setToolTip(tr("Label images: every object has its own number."));
  images_ = add_path_row(*form, *this, "measure_images", tr("Images"), true).line;
  images_->setToolTip(tr("For brightness; paired with masks by name. May stay empty."));
  table_ = add_path_row(*form, *this, "measure_table", tr("Table"), true).line;
  table_->setToolTip(tr("A CSV file, a row for each object; spreadsheets open it."));
  column->addLayout(form);
  const DialogEnd end = add_dialog_end(*column, *this, "measure_files", tr("Measure"));
  outcome_ = end.outcome;
  measure_ = end.does;
  QObject::connect(measure_, &QPushButton::clicked, this, [this] { measure(); });
  QObject::connect(table_, &QLineEdit::textEdited, this, [this] { own_table_ = true; });
  QObject::connect(labels_, &QLineEdit::textChanged, this, [this] { suggest_table(); });
  for (QLineEdit* line : {images_, table_}) {
    QObject::connect(line, &QLineEdit::textChanged, this, [this] { check(); });
  }
  const DatasetSession& dataset = window_.workspace().dataset();
  if (dataset.is_open() && !dataset.items().empty()) {
    const auto& item = dataset.items().front();
    labels_->setText(QString::fromStdString(item.mask.parent_path().string()));
    images_->setText(QString::fromStdString(item.image.parent_path().string()));
  }
  check();
}

/// Beside the masks.
void MeasureFilesDialog::suggest_table() {
  const fs::path labels = path_in(*labels_);
  if (!own_table_ && !labels.empty()) {
    const QSignalBlocker one_check_is_enough(table_);
    table_->setText(QString::fromStdString(
        (labels.parent_path() / (labels.stem().string() + ".csv")).string()));
  }
  check();
}

void MeasureFilesDialog::check() {
  std::error_code ec;
  const fs::path labels = path_in(*labels_), images = path_in(*images_), table = path_in(*table_);
  const auto files = image_files(labels);
  const int count = fs::is_regular_file(labels, ec) ? 1 : files ? int(files->size()) : 0;
  const bool images_there = images.empty() || fs::exists(images, ec);
  const bool is_table = table.extension() == ".csv";
  measure_->setEnabled(count > 0 && images_there && is_table);
  if (count == 0) {
    outcome_->setText(tr("Choose a folder of label images, or one."));
  } else if (!images_there) {
    outcome_->setText(tr("There are no images at that place."));
  } else if (!is_table) {
    outcome_->setText(tr("The table's name ends in .csv."));
  } else {
    const QString name = QString::fromStdString(table.string());
    outcome_->setText(
        (fs::exists(table, ec)
             ? tr("Measures the objects of %n label image(s); %1 is replaced", nullptr, count)
             : tr("Writes the objects of %n label image(s) into %1", nullptr, count))
            .arg(name));
  }
}

void MeasureFilesDialog::measure() {
  nlohmann::json arguments{{"labels", path_in(*labels_).string()},
                           {"path", path_in(*table_).string()}};
  if (const fs::path images = path_in(*images_); !images.empty()) {
    arguments["images"] = images.string();
  }
  if (window_.run("measure.files", arguments)) accept();
}

}  // namespace karyo::gui
