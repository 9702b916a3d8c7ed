#include "app/gui/vector_controls.h"

#include <QCheckBox>
#include <QColorDialog>
#include <QComboBox>
#include <QGridLayout>
#include <QPixmap>
#include <QPushButton>
#include <cmath>

#include "app/gui/controls.h"
#include "app/gui/theme.h"

namespace karyo::gui {

VectorControls::VectorControls(Layer& layer, Workspace& workspace, const CommandTable& commands,
                               QWidget* parent)
    : QWidget(parent), workspace_(workspace), commands_(commands) {
  layer_ = workspace.layers().shared_at(workspace.layers().find(&layer));
  auto* form = new QGridLayout(this);
  form->setContentsMargins(0, 0, 0, 0);
  form->setHorizontalSpacing(kGrid);
  form->setVerticalSpacing(kGrid);
  form->setColumnStretch(1, 1);
  opacity_ = new ValueSlider({0, 100, 100, 0, QStringLiteral("%"), false}, this);
  opacity_->on_change = [this](double value) { set("opacity", value / 100); };
  add_row(*form, tr("Opacity"), opacity_, tr("How strongly the marks cover the image."));
  switch (layer.kind()) {
    case LayerKind::kPoints:
      add_points_rows(*form);
      add_color_row(*form);
      add_text_check(*form, tr("Show texts"));
      break;
    case LayerKind::kShapes:
      add_lines_row(*form);
      add_color_row(*form);
      fill_ = add_check(*form, tr("Fill areas"), tr("Shades what regions enclose."), "fill");
      add_text_check(*form, tr("Show names"));
      break;
    case LayerKind::kTracks:
      add_lines_row(*form);
      add_tail_row(*form);
      add_text_check(*form, tr("Show numbers"));
      break;
    case LayerKind::kSurface:
      add_lines_row(*form);
      add_color_row(*form);
      add_surface_rows(*form, dynamic_cast<const SurfaceLayer&>(layer));
      break;
    case LayerKind::kImage:
    case LayerKind::kLabels:
      break;
  }
  show_settings();
  connections_.push_back(layer.changed.connect([this] { show_settings(); }));
}

void VectorControls::add_points_rows(QGridLayout& form) {
  size_ = new ValueSlider({1, 100, 8, 0, {}, false}, this);
  size_->on_change = [this](double value) { set("size", value); };
  add_row(form, tr("Size"), size_, tr("How large each point is, across."));
  unit_ = new QComboBox(this);
  unit_->setObjectName(QStringLiteral("size_unit"));
  unit_->addItems({tr("Screen pixels"), tr("Voxels")});
  add_row(form, tr("Sized in"), unit_,
          tr("Screen pixels: the same at every zoom. Voxels: grows with the image."));
  QObject::connect(unit_, &QComboBox::currentIndexChanged, this,
                   [this](int index) { set("on_screen", index == 0); });
}

void VectorControls::add_lines_row(QGridLayout& form) {
  width_ = new ValueSlider({0.5, 20, 2, 1, QStringLiteral("px"), false}, this);
  width_->on_change = [this](double value) { set("width", value); };
  add_row(form, tr("Line"), width_, tr("Width of the lines on screen."));
}

void VectorControls::add_tail_row(QGridLayout& form) {
  tail_ = new ValueSlider({0, 100, 10, 0, tr("frames"), false}, this);
  tail_->on_change = [this](double value) { set("tail", std::lround(value)); };
  add_row(form, tr("Tail"), tail_, tr("How many frames before the current one are drawn."));
}

void VectorControls::add_text_check(QGridLayout& form, const QString& text) {
  text_ = add_check(form, text, tr("Writes it beside each mark."), "show_text");
}

void VectorControls::add_surface_rows(QGridLayout& form, const SurfaceLayer& layer) {
  own_colors_ =
      add_check(form, tr("Colours of the file"),
                tr("Shows the colours that the file gives the surface's points."), "own_colors");
  own_colors_->setVisible(!layer.look().data->colors.empty());
  wireframe_ =
      add_check(form, tr("Edges only in 3D"),
                tr("Draws the mesh instead of its surface, to see through it."), "wireframe");
}

void VectorControls::add_color_row(QGridLayout& form) {
  color_ = new QPushButton(tr("Change…"), this);
  color_->setObjectName(QStringLiteral("vector_color"));
  add_row(form, tr("Colour"), color_, tr("Of marks that have no colour of their own."));
  QObject::connect(color_, &QPushButton::clicked, this, [this] { choose_color(); });
}

QCheckBox* VectorControls::add_check(QGridLayout& form, const QString& text, const QString& help,
                                     const char* argument) {
  auto* box = new QCheckBox(text, this);
  box->setObjectName(QString::fromLatin1(argument));
  box->setToolTip(help);
  form.addWidget(box, form.rowCount(), 0, 1, 2);
  QObject::connect(box, &QCheckBox::toggled, this,
                   [this, argument](bool on) { set(argument, on); });
  return box;
}

void VectorControls::choose_color() {
  auto* dialog = new QColorDialog(color_->property("color").value<QColor>(), this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  QObject::connect(dialog, &QColorDialog::colorSelected, this, [this](const QColor& color) {
    set("color", {color.red(), color.green(), color.blue()});
  });
  dialog->open();
}

void VectorControls::set(const char* what, const nlohmann::json& value) {
  const auto layer = layer_.lock();
  if (layer == nullptr || updating_) return;
  const auto outcome = commands_.run("layer.set", {{"layer", layer->name()}, {what, value}});
  if (outcome) return;
  workspace_.failed.emit(outcome.error());
  show_settings();
}

void VectorControls::show_settings() {
  const auto layer = layer_.lock();
  if (layer == nullptr) return;
  const LayerLook look = look_of(*layer);
  updating_ = true;
  opacity_->set_value(look.opacity * 100);
  Rgb color;
  if (look.points) {
    size_->set_value(look.points->size);
    unit_->setCurrentIndex(look.points->on_screen ? 0 : 1);
    text_->setChecked(look.points->show_text);
    color = look.points->color;
  } else if (look.shapes) {
    width_->set_value(look.shapes->width);
    fill_->setChecked(look.shapes->fill);
    text_->setChecked(look.shapes->show_text);
    color = look.shapes->color;
  } else if (look.tracks) {
    width_->set_value(look.tracks->width);
    tail_->set_value(look.tracks->tail);
    text_->setChecked(look.tracks->show_text);
  } else if (look.surface) {
    width_->set_value(look.surface->width);
    own_colors_->setChecked(look.surface->own_colors);
    wireframe_->setChecked(look.surface->wireframe);
    color = look.surface->color;
  }
  if (color_ != nullptr) {
    const QColor shown(color.r, color.g, color.b);
    QPixmap patch(16, 16);
    patch.fill(shown);
    color_->setIcon(patch);
    color_->setProperty("color", shown);
  }
  updating_ = false;
}

}  // namespace karyo::gui
