#include "app/gui/plane_controls.h"

#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "app/gui/controls.h"
#include "app/gui/theme.h"

namespace karyo::gui {
namespace {

/// The slider shows the distance as a share of the greatest, so that it fits any stack.
constexpr double kWhole = 100;

}  // namespace

PlaneControls::PlaneControls(const QString& name, const QString& title, const QString& help,
                             QWidget* parent)
    : QWidget(parent) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(kGrid);
  on_ = new QCheckBox(title, this);
  on_->setObjectName(name + QStringLiteral("_on"));
  on_->setToolTip(help);
  column->addWidget(on_);
  settings_ = new QWidget(this);
  auto* form = new QGridLayout(settings_);
  form->setContentsMargins(0, 0, 0, 0);
  form->setHorizontalSpacing(kGrid);
  form->setVerticalSpacing(kGrid);
  form->setColumnStretch(1, 1);
  auto* row = new QWidget(settings_);
  auto* box = new QHBoxLayout(row);
  box->setContentsMargins(0, 0, 0, 0);
  box->setSpacing(4);
  const char* axes[] = {"z", "y", "x"};
  for (int i = 0; i < 3; ++i) {
    normal_[i] = new DecimalBox(row);
    normal_[i]->setObjectName(name + QLatin1Char('_') + QLatin1String(axes[i]));
    normal_[i]->setPrefix(QLatin1String(axes[i]) + QLatin1Char(' '));
    normal_[i]->setRange(-1, 1);
    normal_[i]->setSingleStep(0.1);
    normal_[i]->setButtonSymbols(QAbstractSpinBox::NoButtons);
    normal_[i]->setAlignment(Qt::AlignRight);
    normal_[i]->setKeyboardTracking(false);
    normal_[i]->setMinimumWidth(40);
    box->addWidget(normal_[i], 1);
    QObject::connect(normal_[i], &QDoubleSpinBox::valueChanged, this, [this] { tell(); });
  }
  add_row(*form, tr("Faces"), row,
          tr("The way the plane faces (its normal): parts along z, y and x."));
  distance_ = new ValueSlider({-kWhole, kWhole, 0, 1, QStringLiteral("%"), false}, settings_);
  distance_->setObjectName(name + QStringLiteral("_distance"));
  distance_->on_change = [this](double) { tell(); };
  add_row(*form, tr("Distance"), distance_, {});
  auto* face = new QPushButton(tr("Turn it to me"), settings_);
  face->setObjectName(name + QStringLiteral("_face"));
  face->setToolTip(tr("Turns the plane so that it faces you as you see the stack now."));
  form->addWidget(face, form->rowCount(), 1);
  column->addWidget(settings_);
  settings_->hide();
  QObject::connect(on_, &QCheckBox::toggled, this, [this](bool on) {
    if (!updating_ && on_switch) on_switch(on);
  });
  QObject::connect(face, &QPushButton::clicked, this, [this] {
    if (on_change && towards_viewer) {
      on_change(towards_viewer(), distance_->value() / kWhole * reach_);
    }
  });
}

void PlaneControls::show_plane(const CutPlane& plane, double reach, const QString& unit) {
  updating_ = true;
  reach_ = reach > 0 ? reach : 1;
  on_->setChecked(plane.on);
  settings_->setVisible(plane.on);
  const double length = std::sqrt(dot(plane.normal, plane.normal));
  const double parts[] = {plane.normal.z, plane.normal.y, plane.normal.x};
  for (int i = 0; i < 3; ++i) normal_[i]->setValue(length > 0 ? parts[i] / length : 0);
  distance_->set_value(std::clamp(plane.distance / reach_ * kWhole, -kWhole, kWhole));
  distance_->setToolTip(tr("How far from the middle of the stack, of the greatest distance "
                           "(%1 %2). Double click: the middle.")
                            .arg(short_number(reach_), unit));
  updating_ = false;
}

void PlaneControls::tell() {
  if (updating_ || !on_change) return;
  const World normal{normal_[2]->value(), normal_[1]->value(), normal_[0]->value()};
  if (dot(normal, normal) <= 0) return;  // while digits are typed
  on_change(normal, distance_->value() / kWhole * reach_);
}

}  // namespace karyo::gui
