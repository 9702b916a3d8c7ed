#include "app/gui/paint_controls.h"

#include <QCheckBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>

#include "app/gui/controls.h"
#include "app/gui/theme.h"

namespace karyo::gui {

PaintControls::PaintControls(Workspace& workspace, const CommandTable& commands, QWidget* parent)
    : QWidget(parent), workspace_(workspace), commands_(commands) {
  setObjectName(QStringLiteral("paint_controls"));
  auto* form = new QGridLayout(this);
  form->setContentsMargins(kGrid, kGrid, kGrid, kGrid);
  form->setHorizontalSpacing(kGrid);
  form->setVerticalSpacing(kGrid);
  form->setColumnStretch(1, 1);
  auto* row = new QWidget(this);
  auto* cells = new QHBoxLayout(row);
  cells->setContentsMargins(0, 0, 0, 0);
  cells->setSpacing(kGrid);
  object_ = new QLabel(row);
  object_->setObjectName(QStringLiteral("painted_object"));
  auto* another = new QPushButton(tr("New"), row);
  another->setObjectName(QStringLiteral("new_object"));
  if (const Command* command = commands_.find("labels.new_object")) {
    another->setToolTip(QString::fromStdString(command->help));
    another->setAccessibleName(QString::fromStdString(command->title));
  }
  QObject::connect(another, &QPushButton::clicked, this,
                   [this] { static_cast<void>(commands_.run("labels.new_object")); });
  cells->addWidget(object_, 1);
  cells->addWidget(another);
  add_row(*form, tr("Paints"), row, tr("The object that is painted: the selected one."));
  size_ = new ValueSlider(
      {PaintState::kLeastSize, PaintState::kMostSize, 10, 1, QStringLiteral("px"), true}, this);
  size_->setObjectName(QStringLiteral("brush_size"));
  size_->on_change = [this](double size) { workspace_.paint().set_size(size); };
  add_row(*form, tr("Brush"), size_, tr("How wide the brush is ([ and ])."));
  preserve_ = add_switch("labels.preserve");
  ball_ = add_switch("labels.ball");
  form->addWidget(preserve_, form->rowCount(), 1);
  form->addWidget(ball_, form->rowCount(), 1);
  connections_.push_back(workspace_.paint().changed.connect([this] { show_settings(); }));
  LayerList& layers = workspace_.layers();
  connections_.push_back(layers.list_changed.connect([this] { show_settings(); }));
  connections_.push_back(layers.layer_changed.connect([this](Layer&) { show_settings(); }));
  connections_.push_back(layers.selection_changed.connect([this](Layer*) { show_settings(); }));
  show_settings();
}

QCheckBox* PaintControls::add_switch(const char* id) {
  const Command& command = *commands_.find(id);
  auto* box = new QCheckBox(QString::fromStdString(command.title), this);
  box->setObjectName(QLatin1String(id));
  box->setToolTip(QString::fromStdString(command.help));
  QObject::connect(box, &QCheckBox::clicked, this,
                   [this, name = command.id] { static_cast<void>(commands_.run(name)); });
  return box;
}

void PaintControls::show_settings() {
  const PaintState& state = workspace_.paint();
  size_->set_value(state.size());
  preserve_->setChecked(state.over() == PaintOver::kBackground);
  ball_->setChecked(state.ball());
  ball_->setVisible(workspace_.has_depth());
  const auto* labels = dynamic_cast<const LabelsLayer*>(workspace_.layers().selected());
  const std::uint32_t id = labels != nullptr ? labels->selected() : 0;
  object_->setText(id == 0 ? tr("a new object") : tr("object %1").arg(id));
}

}  // namespace karyo::gui
