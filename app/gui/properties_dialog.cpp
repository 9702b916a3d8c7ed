#include "app/gui/properties_dialog.h"

#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <utility>

#include "app/gui/controls.h"
#include "app/gui/main_window.h"
#include "app/gui/theme.h"

namespace karyo::gui {
namespace {

/// Three numbers in a row: z, y, x.
QWidget* three_boxes(std::array<NumberBox*, 3>& boxes, std::array<double, 3> values, double least,
                     const QString& name, const char* id, QWidget* parent) {
  auto* row = new QWidget(parent);
  auto* line = new QHBoxLayout(row);
  line->setContentsMargins(0, 0, 0, 0);
  line->setSpacing(kGrid);
  static constexpr std::array<const char*, 3> kAxes{"z", "y", "x"};
  for (std::size_t i = 0; i < 3; ++i) {
    boxes[i] = new NumberBox(row);
    boxes[i]->setObjectName(
        QStringLiteral("%1_%2").arg(QLatin1String(id), QLatin1String(kAxes[i])));
    boxes[i]->setAccessibleName(name + QLatin1Char(' ') + QLatin1String(kAxes[i]));
    boxes[i]->setRange(least, 1e9);
    boxes[i]->setValue(values[i]);
    line->addWidget(new QLabel(QLatin1String(kAxes[i]), row));
    line->addWidget(boxes[i], 1);
  }
  return row;
}

nlohmann::json values_of(const std::array<NumberBox*, 3>& boxes) {
  return {boxes[0]->value(), boxes[1]->value(), boxes[2]->value()};
}

}  // namespace

PropertiesDialog::PropertiesDialog(MainWindow& window, std::shared_ptr<Layer> layer)
    : QDialog(&window), window_(window), layer_(std::move(layer)) {
  setObjectName(QStringLiteral("properties_dialog"));
  setWindowTitle(tr("Name, scale and place"));
  setAttribute(Qt::WA_DeleteOnClose);
  setMinimumWidth(420);
  auto* column = new QVBoxLayout(this);
  auto* form = new QFormLayout;
  form->setVerticalSpacing(kGrid);
  name_ = new QLineEdit(QString::fromStdString(layer_->name()), this);
  name_->setObjectName(QStringLiteral("name"));
  form->addRow(tr("Name"), name_);
  const VoxelGrid& place = layer_->place();
  form->addRow(tr("Voxel size"),
               three_boxes(spacing_, {place.spacing_z, place.spacing_y, place.spacing_x}, 1e-9,
                           tr("Voxel size"), "spacing", this));
  form->addRow(tr("Corner"), three_boxes(origin_, {place.origin_z, place.origin_y, place.origin_x},
                                         -1e9, tr("Corner"), "origin", this));
  unit_ = new QLineEdit(QString::fromStdString(place.unit), this);
  unit_->setObjectName(QStringLiteral("unit"));
  unit_->setToolTip(tr("um, nm, mm …; pixel where no scale is known."));
  form->addRow(tr("Unit"), unit_);
  const VolumeShape shape = layer_->shape();
  auto* size = new QLabel(tr("%1 × %2 × %3 voxels (x, y, z), %4 time point(s)")
                              .arg(shape.x)
                              .arg(shape.y)
                              .arg(shape.z)
                              .arg(shape.t),
                          this);
  size->setProperty("role", "quiet");
  form->addRow(tr("Size"), size);
  auto* file = new QLabel(layer_->source().path.empty()
                              ? tr("in no file")
                              : QString::fromStdString(layer_->source().path.string()),
                          this);
  file->setProperty("role", "quiet");
  file->setWordWrap(true);
  file->setTextInteractionFlags(Qt::TextSelectableByMouse);
  form->addRow(tr("File"), file);
  column->addLayout(form);
  auto* buttons = new QHBoxLayout;
  auto* cancel = new QPushButton(tr("Cancel"), this);
  auto* ok = new QPushButton(tr("Change"), this);
  ok->setObjectName(QStringLiteral("change"));
  ok->setProperty("primary", true);
  ok->setDefault(true);
  buttons->addStretch(1);
  buttons->addWidget(cancel);
  buttons->addWidget(ok);
  column->addLayout(buttons);
  QObject::connect(cancel, &QPushButton::clicked, this, &QDialog::close);
  QObject::connect(ok, &QPushButton::clicked, this, [this] { save(); });
}

/// Only what was changed, so that a macro says no more than that.
void PropertiesDialog::save() {
  const VoxelGrid& place = layer_->place();
  nlohmann::json change{{"layer", layer_->name()}};
  const nlohmann::json spacing{place.spacing_z, place.spacing_y, place.spacing_x};
  const nlohmann::json origin{place.origin_z, place.origin_y, place.origin_x};
  if (values_of(spacing_) != spacing) change["spacing"] = values_of(spacing_);
  if (values_of(origin_) != origin) change["origin"] = values_of(origin_);
  if (unit_->text().toStdString() != place.unit) change["unit"] = unit_->text().toStdString();
  if (name_->text().toStdString() != layer_->name()) change["name"] = name_->text().toStdString();
  if (change.size() > 1) window_.run("layer.set", change);
  close();
}

}  // namespace karyo::gui
