#include "app/gui/crop_controls.h"

#include <QCheckBox>
#include <QGridLayout>
#include <QLabel>
#include <QVBoxLayout>

#include "app/gui/controls.h"
#include "app/gui/span_slider.h"
#include "app/gui/theme.h"

namespace karyo::gui {

CropControls::CropControls(QWidget* parent) : QWidget(parent) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(kGrid);
  on_ = new QCheckBox(tr("Crop"), this);
  on_->setObjectName(QStringLiteral("crop_on"));
  on_->setToolTip(tr("Shows only a box of the stack."));
  column->addWidget(on_);
  QObject::connect(on_, &QCheckBox::toggled, this, [this](bool on) {
    if (!updating_ && on_switch) on_switch(on);
  });
  rows_ = new QWidget(this);
  auto* form = new QGridLayout(rows_);
  form->setContentsMargins(0, 0, 0, 0);
  form->setHorizontalSpacing(kGrid);
  form->setVerticalSpacing(kGrid);
  form->setColumnStretch(1, 1);
  const std::array<const char*, 3> axes{"z", "y", "x"};
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const QString axis = QLatin1String(axes[i]);
    auto* cell = new QWidget(rows_);
    auto* box = new QVBoxLayout(cell);
    box->setContentsMargins(0, 0, 0, 0);
    box->setSpacing(0);
    sliders_[i] = new SpanSlider(cell);
    sliders_[i]->setObjectName(QStringLiteral("crop_") + axis);
    sliders_[i]->setAccessibleName(tr("What is kept along %1").arg(axis));
    sliders_[i]->setAccessibleDescription(
        tr("Left and right move a handle, up and down take the other one, Home keeps all."));
    sliders_[i]->on_change = [this](double, double) { tell(); };
    texts_[i] = new QLabel(cell);
    texts_[i]->setProperty("role", "quiet");
    texts_[i]->setAlignment(Qt::AlignHCenter);
    box->addWidget(sliders_[i]);
    box->addWidget(texts_[i]);
    add_row(*form, axis, cell, tr("What is kept along %1. Double click: all.").arg(axis));
  }
  column->addWidget(rows_);
  rows_->hide();
}

void CropControls::show_crop(bool on, const WorldBox& kept, const WorldBox& whole,
                             const QString& unit) {
  updating_ = true;
  on_->setChecked(on);
  rows_->setVisible(on);
  const std::array<double World::*, 3> axes{&World::z, &World::y, &World::x};
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto axis = axes[i];
    sliders_[i]->set_range(whole.low.*axis, whole.high.*axis);
    sliders_[i]->set_span(kept.low.*axis, kept.high.*axis);
    texts_[i]->setText(QStringLiteral("%1 – %2 %3")
                           .arg(short_number(kept.low.*axis), short_number(kept.high.*axis), unit));
  }
  updating_ = false;
}

void CropControls::tell() {
  if (updating_ || !on_change) return;
  on_change({{sliders_[2]->begin(), sliders_[1]->begin(), sliders_[0]->begin()},
             {sliders_[2]->end(), sliders_[1]->end(), sliders_[0]->end()}});
}

}  // namespace karyo::gui
