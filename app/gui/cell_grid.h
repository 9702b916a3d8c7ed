#pragma once

/// Several views of the same plane side by side, each with layers of its own; cursor, zoom and time
/// are shared.

#include <QWidget>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "app/gui/slice_view.h"
#include "app/workspace.h"

class QGridLayout;

namespace karyo::gui {

inline constexpr int kMostCells = 16;

class CellGrid : public QWidget {
 public:
  explicit CellGrid(Workspace& workspace, QWidget* parent = nullptr);

  /// One cell for each layer, the lowest first; at most kMostCells.
  void show_one_layer_each(Plane plane);
  /// `count` (2 to 4) cells in a row. With several images the cells take them in turn, labels lie
  /// over all; a person chooses others in each cell's header, or drops a layer there.
  void show_columns(Plane plane, int count);
  /// One cell for each choice, in rows of `columns`.
  void show(Plane plane, int columns, std::vector<LayerChoice> choices) {
    build(plane, columns, std::move(choices));
  }
  /// Ends all cells.
  void clear();

  const std::vector<SliceView*>& cells() const { return cells_; }
  void set_overlays(const OverlayChoice& choice);

  /// Called for each new cell: what every plane view of the window needs.
  std::function<void(SliceView&)> prepare;

 private:
  void build(Plane plane, int columns, std::vector<LayerChoice> choices);

  Workspace& workspace_;
  QGridLayout* grid_;
  std::vector<SliceView*> cells_;
  OverlayChoice overlays_;
};

}  // namespace karyo::gui
