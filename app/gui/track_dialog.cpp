#include "app/gui/track_dialog.h"

#include <QCheckBox>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "app/gui/controls.h"
#include "app/gui/dialog_parts.h"
#include "app/gui/main_window.h"
#include "app/gui/theme.h"
#include "app/track_desk.h"

namespace karyo::gui {
namespace {

constexpr int kWords = 150;  // width

}  // namespace

TrackDialog::TrackDialog(MainWindow& window, const LabelsLayer& labels)
    : QDialog(&window), window_(window), labels_(labels.name()) {
  const auto [column, form] = begin_dialog(*this, "track_dialog", tr("Track cells"));
  form->setColumnStretch(1, 1);
  const VoxelGrid grid = window.workspace().layers().grid_of(labels);
  const TrackingSettings standard;
  const auto number = [&](const char* name, const QString& words, double value, double most,
                          const QString& help) {
    auto* box = new NumberBox(this);
    box->setObjectName(QLatin1String(name));
    box->setRange(0, most);
    box->setValue(value);
    add_row(*form, words, box, help);
    form->itemAtPosition(form->rowCount() - 1, 0)->widget()->setFixedWidth(kWords);
    return box;
  };
  search_ = number("track_search", tr("Search radius"), 0, 1e6,
                   tr("How far a cell may be from where it is expected. 0: 1.2 times the distance "
                      "of neighbours."));
  search_->setSuffix(QLatin1Char(' ') + unit_text(grid.unit));
  missing_ = number("track_missing", tr("Missing frames"), 0, 5,
                    tr("For how many frames a cell may be lost and found again, 0 to 5."));
  missing_->setDecimals(0);
  end_cost_ = number("track_end_cost", tr("Cost of an end"), standard.end_cost, 1000,
                     tr("What it costs that a track ends or begins, in squared standard "
                        "deviations: higher joins more, lower cuts more."));
  division_cost_ = number("track_division_cost", tr("Cost of a division"), standard.division_cost,
                          1000, tr("Higher finds fewer divisions."));
  divisions_ = new QCheckBox(tr("Cells may divide"), this);
  divisions_->setObjectName(QStringLiteral("track_divisions"));
  divisions_->setChecked(true);
  form->addWidget(divisions_, form->rowCount(), 1);
  QObject::connect(divisions_, &QCheckBox::toggled, division_cost_, &QWidget::setEnabled);
  const ImageLayer* image = image_of_movie(window.workspace(), labels);
  brightness_ = new QCheckBox(
      image == nullptr
          ? tr("Brightness tells cells apart (no image of this movie is open)")
          : tr("Brightness in %1 tells cells apart").arg(QString::fromStdString(image->name())),
      this);
  brightness_->setObjectName(QStringLiteral("track_brightness"));
  brightness_->setEnabled(image != nullptr);
  brightness_->setChecked(image != nullptr);
  form->addWidget(brightness_, form->rowCount(), 1);
  column->addLayout(form);
  const DialogEnd end = add_dialog_end(*column, *this, "track", tr("Track"));
  end.outcome->setText(tr("Links the objects of %1 over %2 frames. The tracks are a new layer, "
                          "which can be undone.")
                           .arg(QString::fromStdString(labels.name()))
                           .arg(labels.shape().t));
  QObject::connect(end.does, &QPushButton::clicked, this, [this] { track(); });
}

void TrackDialog::track() {
  const bool done = window_.run("tracks.track", {{"layer", labels_},
                                                 {"search", search_->value()},
                                                 {"missing", missing_->value()},
                                                 {"divisions", divisions_->isChecked()},
                                                 {"brightness", brightness_->isChecked()},
                                                 {"end_cost", end_cost_->value()},
                                                 {"division_cost", division_cost_->value()}});
  if (done) accept();
}

}  // namespace karyo::gui
