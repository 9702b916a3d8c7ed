#include "app/gui/paint_controls.h"

#include <QCheckBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <map>

#include "app/gui/controls.h"
#include "app/gui/theme.h"

namespace karyo::gui {

namespace {

/// What fits two in a row; the whole is in the tooltip.
QString short_title(const Command& command) {
  const std::map<std::string, QString> words{{"labels.new_each", QObject::tr("New each")},
                                             {"labels.preserve", QObject::tr("Keep others")},
                                             {"labels.adaptive", QObject::tr("Stop at edges")},
                                             {"labels.only_inside", QObject::tr("Only inside")},
                                             {"labels.pen_pressure", QObject::tr("Pen pressure")},
                                             {"labels.ball", QObject::tr("In 3D")}};
  return words.at(command.id);
}

}  // namespace

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
  tolerance_ = new ValueSlider({0, 100, 10, 1, QStringLiteral("%"), false}, this);
  tolerance_->setObjectName(QStringLiteral("wand_tolerance"));
  tolerance_->on_change = [this](double value) { workspace_.paint().set_tolerance(value); };
  add_row(*form, tr("Wand"), tolerance_,
          tr("How far from the clicked brightness the magic wand goes, of the contrast's range."));
  auto* switches = new QGridLayout;
  switches->setSpacing(4);
  int at = 0;
  for (const char* id : {"labels.new_each", "labels.preserve", "labels.adaptive",
                         "labels.only_inside", "labels.pen_pressure", "labels.ball"}) {
    QCheckBox* box = add_switch(id);
    switches->addWidget(box, at / 2, at % 2);
    switches_.emplace_back(id, box);
    ++at;
  }
  form->addLayout(switches, form->rowCount(), 0, 1, 2);
  connections_.push_back(workspace_.paint().changed.connect([this] { show_settings(); }));
  LayerList& layers = workspace_.layers();
  connections_.push_back(layers.list_changed.connect([this] { show_settings(); }));
  connections_.push_back(layers.layer_changed.connect([this](Layer&) { show_settings(); }));
  connections_.push_back(layers.selection_changed.connect([this](Layer*) { show_settings(); }));
  show_settings();
}

QCheckBox* PaintControls::add_switch(const char* id) {
  const Command& command = *commands_.find(id);
  auto* box = new QCheckBox(short_title(command), this);
  box->setAccessibleName(QString::fromStdString(command.title));
  box->setObjectName(QLatin1String(id));
  box->setToolTip(QString::fromStdString(command.title + "\n" + command.help));
  QObject::connect(box, &QCheckBox::clicked, this,
                   [this, name = command.id] { static_cast<void>(commands_.run(name)); });
  return box;
}

void PaintControls::show_settings() {
  const PaintState& state = workspace_.paint();
  size_->set_value(state.size());
  tolerance_->set_value(state.tolerance());
  for (const auto& [id, box] : switches_) {
    const Command& command = *commands_.find(id);
    box->setChecked(command.checked());
    if (id == "labels.ball") box->setVisible(workspace_.has_depth());
  }
  const auto* labels = dynamic_cast<const LabelsLayer*>(workspace_.layers().selected());
  const std::uint32_t id = labels != nullptr ? labels->selected() : 0;
  object_->setText(id == 0               ? tr("a new object")
                   : id == kIgnoredLabel ? tr("what is ignored")
                                         : tr("object %1").arg(id));
}

}  // namespace karyo::gui
