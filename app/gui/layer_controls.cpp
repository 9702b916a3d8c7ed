#include "app/gui/layer_controls.h"

#include <QLabel>
#include <QVBoxLayout>

#include "app/gui/image_controls.h"
#include "app/gui/labels_controls.h"
#include "app/gui/theme.h"
#include "app/gui/vector_controls.h"

namespace karyo::gui {

LayerControls::LayerControls(Workspace& workspace, const CommandTable& commands, QWidget* parent)
    : QWidget(parent), workspace_(workspace), commands_(commands) {
  column_ = new QVBoxLayout(this);
  column_->setContentsMargins(kGrid, kGrid, kGrid, kGrid);
  column_->setSpacing(kGrid);
  connections_.push_back(
      workspace_.layers().selection_changed.connect([this](Layer*) { due_.start(); }));
  // Once for all that one step selects on its way: a panel takes longer to make than to show.
  due_.setSingleShot(true);
  due_.setInterval(0);
  QObject::connect(&due_, &QTimer::timeout, this, [this] { show_selected(); });
  show_selected();
}

void LayerControls::show_selected() {
  if (current_ != nullptr) {
    current_->hide();
    current_->deleteLater();  // it may be the sender of what led here
    current_ = nullptr;
  }
  Layer* layer = workspace_.layers().selected();
  if (auto* image = dynamic_cast<ImageLayer*>(layer)) {
    current_ = new ImageControls(*image, workspace_, commands_, this);
  } else if (auto* labels = dynamic_cast<LabelsLayer*>(layer)) {
    current_ = new LabelsControls(*labels, workspace_, commands_, this);
  } else if (layer != nullptr) {
    current_ = new VectorControls(*layer, workspace_, commands_, this);
  }
  if (current_ != nullptr) column_->addWidget(current_);
}

}  // namespace karyo::gui
