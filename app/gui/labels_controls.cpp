#include "app/gui/labels_controls.h"

#include <QCheckBox>
#include <QColorDialog>
#include <QComboBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QPushButton>
#include <QSpinBox>
#include <algorithm>
#include <cmath>
#include <limits>

#include "app/gui/controls.h"
#include "app/gui/theme.h"

namespace karyo::gui {

LabelsControls::LabelsControls(LabelsLayer& layer, Workspace& workspace,
                               const CommandTable& commands, QWidget* parent)
    : QWidget(parent), workspace_(workspace), commands_(commands) {
  layer_ = workspace.layers().shared_at(workspace.layers().find(&layer));
  auto* form = new QGridLayout(this);
  form->setContentsMargins(0, 0, 0, 0);
  form->setHorizontalSpacing(kGrid);
  form->setVerticalSpacing(kGrid);
  form->setColumnStretch(1, 1);
  opacity_ = new ValueSlider({0, 100, 50, 0, QStringLiteral("%"), false}, this);
  opacity_->on_change = [this](double value) {
    if (!updating_) set("opacity", value / 100);
  };
  add_row(*form, tr("Opacity"), opacity_, tr("How strongly the objects' colours cover the image."));
  style_ = new QComboBox(this);
  style_->setObjectName(QStringLiteral("label_style"));
  style_->addItems({tr("Filled"), tr("Outlines")});
  add_row(*form, tr("Show as"), style_,
          tr("Filled objects, or only their outlines so that the image stays visible."));
  QObject::connect(style_, &QComboBox::currentIndexChanged, this, [this](int index) {
    if (!updating_) set("contour_width", index == 0 ? 0 : std::lround(width_->value()));
  });
  width_ = new ValueSlider({1, kGreatestContourWidth, 2, 0, QStringLiteral("px"), false}, this);
  width_->on_change = [this](double value) {
    if (!updating_ && style_->currentIndex() == 1) set("contour_width", std::lround(value));
  };
  add_row(*form, tr("Line"), width_, tr("Width of the outlines on screen."));
  add_object_row(*form);
  selected_only_ = new QCheckBox(tr("Show the selected object alone"), this);
  selected_only_->setToolTip(tr("Hides all other objects of this layer."));
  form->addWidget(selected_only_, form->rowCount(), 0, 1, 2);
  QObject::connect(selected_only_, &QCheckBox::toggled, this, [this](bool on) {
    if (!updating_) set("selected_only", on);
  });
  show_settings();
  connections_.push_back(layer.changed.connect([this] { show_settings(); }));
  connections_.push_back(layer.selection_changed.connect([this](std::uint32_t) { show_settings(); }));
}

LabelsLayer* LabelsControls::layer() const {
  return dynamic_cast<LabelsLayer*>(layer_.lock().get());
}

void LabelsControls::add_object_row(QGridLayout& form) {
  auto* row = new QWidget(this);
  auto* box = new QHBoxLayout(row);
  box->setContentsMargins(0, 0, 0, 0);
  box->setSpacing(kGrid);
  selected_ = new QSpinBox(row);
  selected_->setObjectName(QStringLiteral("selected_object"));
  selected_->setRange(0, std::numeric_limits<int>::max());
  selected_->setSpecialValueText(tr("none"));
  selected_->setKeyboardTracking(false);
  selected_->setAlignment(Qt::AlignRight);
  auto* color = new QPushButton(tr("Colour…"), row);
  color->setObjectName(QStringLiteral("object_color"));
  color->setToolTip(tr("Gives the selected object a colour of its own."));
  box->addWidget(selected_, 1);
  box->addWidget(color);
  add_row(form, tr("Object"), row,
          tr("The selected object. Type a number to go to that object, or click one in a plane."));
  QObject::connect(selected_, &QSpinBox::valueChanged, this, [this](int id) {
    auto* labels = layer();
    if (labels == nullptr || updating_) return;
    if (id == 0) {
      labels->set_selected(0);
      return;
    }
    const auto gone = commands_.run("layer.go_to", {{"layer", labels->name()}, {"object", id}});
    if (gone) return;
    workspace_.failed.emit(gone.error());
    show_settings();
  });
  QObject::connect(color, &QPushButton::clicked, this, [this] { choose_color(); });
  auto* shuffle = new QPushButton(tr("Shuffle colours"), this);
  shuffle->setObjectName(QStringLiteral("shuffle_colors"));
  shuffle->setToolTip(tr("Other colours for all objects, where neighbours look alike."));
  form.addWidget(shuffle, form.rowCount(), 1);
  QObject::connect(shuffle, &QPushButton::clicked, this, [this] {
    if (const auto* labels = layer()) set("shuffle", labels->colors().shuffle + 1);
  });
}

void LabelsControls::set(const char* what, const nlohmann::json& value) {
  const auto* labels = layer();
  if (labels == nullptr) return;
  const auto outcome = commands_.run("layer.set", {{"layer", labels->name()}, {what, value}});
  if (outcome) return;
  workspace_.failed.emit(outcome.error());
  show_settings();
}

void LabelsControls::choose_color() {
  auto* labels = layer();
  if (labels == nullptr || labels->selected() == 0) return;
  const std::uint32_t id = labels->selected();
  const Rgb now = labels->colors().of(id);
  auto* dialog = new QColorDialog(QColor(now.r, now.g, now.b), this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  QObject::connect(dialog, &QColorDialog::colorSelected, this, [this, id](const QColor& color) {
    auto* chosen = layer();
    if (chosen == nullptr) return;
    LabelColors colors = chosen->colors();
    colors.own[id] = {static_cast<std::uint8_t>(color.red()),
                      static_cast<std::uint8_t>(color.green()),
                      static_cast<std::uint8_t>(color.blue())};
    chosen->set_colors(std::move(colors));
  });
  dialog->open();
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
  selected_->setValue(static_cast<int>(std::min<std::uint32_t>(
      labels->selected(), static_cast<std::uint32_t>(std::numeric_limits<int>::max()))));
  selected_only_->setChecked(labels->selected_only());
  selected_only_->setEnabled(labels->selected() != 0 || labels->selected_only());
  updating_ = false;
}

}  // namespace karyo::gui
