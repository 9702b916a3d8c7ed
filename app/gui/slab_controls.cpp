#include "app/gui/slab_controls.h"

#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <algorithm>

#include "app/gui/controls.h"
#include "app/gui/theme.h"

namespace karyo::gui {

SlabControls::SlabControls(Workspace& workspace, const CommandTable& commands, QWidget* parent)
    : QWidget(parent), workspace_(workspace), commands_(commands) {
  setObjectName(QStringLiteral("slab_controls"));
  auto* form = new QGridLayout(this);
  form->setContentsMargins(kGrid, 0, kGrid, kGrid);
  form->setHorizontalSpacing(kGrid);
  form->setVerticalSpacing(kGrid);
  form->setColumnStretch(1, 1);
  row_ = new QWidget(this);
  new QHBoxLayout(row_);
  row_->layout()->setContentsMargins(0, 0, 0, 0);
  add_row(*form, tr("Thick slice"), row_,
          tr("Shows so much depth around each plane as one (slab, thick-slice projection)."));
  projection_ = new QComboBox(this);
  projection_->setObjectName(QStringLiteral("slab_projection"));
  projection_->addItem(tr("brightest"), QStringLiteral("maximum"));
  projection_->addItem(tr("darkest"), QStringLiteral("minimum"));
  projection_->addItem(tr("mean"), QStringLiteral("mean"));
  QObject::connect(projection_, &QComboBox::activated, this, [this] { run(); });
  projection_->setToolTip(tr("What of a thick slice's voxels is shown."));
  projection_->setAccessibleName(tr("What of a thick slice is shown"));
  form->addWidget(projection_, form->rowCount(), 1);
  connections_.push_back(workspace_.layers().list_changed.connect([this] { show_settings(); }));
  connections_.push_back(
      workspace_.layers().layer_changed.connect([this](Layer&) { show_settings(); }));
  connections_.push_back(
      workspace_.view().view_changed.connect([this](Plane) { show_settings(); }));
  show_settings();
}

/// Its range is the stack's depth.
void SlabControls::make_slider() {
  delete thickness_;
  const VoxelGrid& grid = workspace_.layers().grid();
  ValueSlider::Range range{0, depth_, 0, 1, QString(), false};
  if (grid.calibrated()) range.unit = unit_text(grid.unit);
  thickness_ = new ValueSlider(range, row_);
  thickness_->setObjectName(QStringLiteral("slab_thickness"));
  thickness_->on_change = [this](double) { run(); };
  name_parts(*thickness_, tr("Thick slice"));
  row_->layout()->addWidget(thickness_);
}

void SlabControls::show_settings() {
  setVisible(workspace_.has_depth());
  if (!workspace_.has_depth()) return;
  const WorldPoint extent = workspace_.layers().world_extent();
  const double depth = std::max({extent.z, extent.y, extent.x});
  if (depth != depth_) {
    depth_ = depth;
    make_slider();
  }
  const Slab slab = workspace_.view().slab();
  updating_ = true;
  thickness_->set_value(slab.thickness);
  projection_->setCurrentIndex(static_cast<int>(slab.projection));
  projection_->setVisible(slab.thickness > 0);
  updating_ = false;
}

void SlabControls::run() {
  if (updating_) return;
  static_cast<void>(commands_.run(
      "view.slab", {{"thickness", thickness_->value()},
                    {"projection", projection_->currentData().toString().toStdString()}}));
}

}  // namespace karyo::gui
