#include "app/gui/labels_controls.h"

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <cmath>

#include "app/gui/controls.h"
#include "app/gui/theme.h"

namespace karyo::gui {

LabelsControls::LabelsControls(LabelsLayer& layer, Workspace& workspace, QWidget* parent)
    : QWidget(parent) {
  layer_ = workspace.layers().shared_at(workspace.layers().find(&layer));
  auto* form = new QGridLayout(this);
  form->setContentsMargins(0, 0, 0, 0);
  form->setHorizontalSpacing(kGrid);
  form->setVerticalSpacing(kGrid);
  form->setColumnStretch(1, 1);
  opacity_ = new ValueSlider({0, 100, 50, 0, QStringLiteral("%"), false}, this);
  opacity_->on_change = [this](double value) {
    if (auto* labels = this->layer(); labels != nullptr && !updating_) {
      labels->set_opacity(value / 100);
    }
  };
  add_row(*form, tr("Opacity"), opacity_, tr("How strongly the objects' colours cover the image."));
  style_ = new QComboBox(this);
  style_->setObjectName(QStringLiteral("label_style"));
  style_->addItems({tr("Filled"), tr("Outlines")});
  add_row(*form, tr("Show as"), style_,
          tr("Filled objects, or only their outlines so that the image stays visible."));
  QObject::connect(style_, &QComboBox::currentIndexChanged, this, [this](int index) {
    if (auto* labels = this->layer(); labels != nullptr && !updating_) {
      labels->set_contour_width(index == 0 ? 0 : static_cast<int>(std::lround(width_->value())));
    }
  });
  width_ = new ValueSlider({1, kGreatestContourWidth, 2, 0, QStringLiteral("px"), false}, this);
  width_->on_change = [this](double value) {
    if (auto* labels = this->layer(); labels != nullptr && !updating_ &&
                                      style_->currentIndex() == 1) {
      labels->set_contour_width(static_cast<int>(std::lround(value)));
    }
  };
  add_row(*form, tr("Line"), width_, tr("Width of the outlines on screen."));
  selected_ = new QLabel(this);
  add_row(*form, tr("Selected"), selected_, tr("Click an object in a plane to select it."));
  selected_only_ = new QCheckBox(tr("Show the selected object alone"), this);
  selected_only_->setToolTip(tr("Hides all other objects of this layer."));
  form->addWidget(selected_only_, form->rowCount(), 0, 1, 2);
  QObject::connect(selected_only_, &QCheckBox::toggled, this, [this](bool on) {
    if (auto* labels = this->layer(); labels != nullptr && !updating_) {
      labels->set_selected_only(on);
    }
  });
  show_settings();
  connections_.push_back(layer.changed.connect([this] { show_settings(); }));
  connections_.push_back(layer.selection_changed.connect([this](std::uint32_t) { show_settings(); }));
}

LabelsLayer* LabelsControls::layer() const {
  return dynamic_cast<LabelsLayer*>(layer_.lock().get());
}

void LabelsControls::show_settings() {
  const auto* labels = layer();
  if (labels == nullptr) return;
  updating_ = true;
  opacity_->set_value(labels->opacity() * 100);
  const bool outlines = labels->contour_width() > 0;
  style_->setCurrentIndex(outlines ? 1 : 0);
  width_->setEnabled(outlines);
  if (outlines) width_->set_value(labels->contour_width());
  selected_->setText(labels->selected() == 0 ? tr("none")
                                             : tr("object %1").arg(labels->selected()));
  selected_only_->setChecked(labels->selected_only());
  selected_only_->setEnabled(labels->selected() != 0 || labels->selected_only());
  updating_ = false;
}

}  // namespace karyo::gui
