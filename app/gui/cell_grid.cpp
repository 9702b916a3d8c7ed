#include "app/gui/cell_grid.h"

#include <QGridLayout>
#include <algorithm>
#include <cmath>
#include <utility>

namespace karyo::gui {

CellGrid::CellGrid(Workspace& workspace, QWidget* parent)
    : QWidget(parent), workspace_(workspace) {
  grid_ = new QGridLayout(this);
  grid_->setContentsMargins(0, 0, 0, 0);
  grid_->setSpacing(2);
}

void CellGrid::clear() {
  for (auto* cell : cells_) {
    cell->hide();
    cell->deleteLater();  // it may be the sender of what led here
  }
  cells_.clear();
}

void CellGrid::build(Plane plane, int columns, std::vector<LayerChoice> choices) {
  clear();
  for (int i = 0; i < kMostCells; ++i) {
    grid_->setRowStretch(i, 0);
    grid_->setColumnStretch(i, 0);
  }
  for (int i = 0; i < static_cast<int>(choices.size()); ++i) {
    auto* cell = new SliceView(plane, workspace_, this);
    cell->set_choice(std::move(choices[static_cast<std::size_t>(i)]));
    cell->set_chooses_layers(true);
    cell->set_overlays(overlays_);
    if (prepare) prepare(*cell);
    grid_->addWidget(cell, i / columns, i % columns);
    grid_->setRowStretch(i / columns, 1);
    grid_->setColumnStretch(i % columns, 1);
    cells_.push_back(cell);
  }
  for (auto* cell : cells_) cell->show();
}

void CellGrid::show_one_layer_each(Plane plane) {
  const LayerList& layers = workspace_.layers();
  std::vector<LayerChoice> choices;
  for (int i = 0; i < std::min(layers.count(), kMostCells); ++i) {
    choices.emplace_back(layers.shared_at(i));
  }
  const int count = std::max(1, static_cast<int>(choices.size()));
  build(plane, static_cast<int>(std::ceil(std::sqrt(count))), std::move(choices));
}

void CellGrid::show_columns(Plane plane, int count) {
  const LayerList& layers = workspace_.layers();
  std::vector<int> images;
  for (int i = 0; i < layers.count(); ++i) {
    if (layers.at(i).kind() == LayerKind::kImage) images.push_back(i);
  }
  std::vector<LayerChoice> choices(static_cast<std::size_t>(std::clamp(count, 2, 4)));
  for (std::size_t cell = 0; cell < choices.size() && images.size() > 1; ++cell) {
    choices[cell] = LayerChoice(
        layers.shared_at(images[std::min(cell, images.size() - 1)]));
    for (int i = 0; i < layers.count(); ++i) {
      if (layers.at(i).kind() != LayerKind::kImage) {
        choices[cell].set_shown(layers, layers.at(i), true);
      }
    }
  }
  const int columns = static_cast<int>(choices.size());
  build(plane, columns, std::move(choices));
}

void CellGrid::set_overlays(const OverlayChoice& choice) {
  overlays_ = choice;
  for (auto* cell : cells_) cell->set_overlays(choice);
}

}  // namespace karyo::gui
