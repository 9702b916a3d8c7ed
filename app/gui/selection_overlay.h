#pragma once

/// What is drawn over the views of objects that are selected together, and the rectangle that
/// selects more of them. Not in the pointer's way.

#include <QRectF>
#include <QWidget>
#include <memory>
#include <optional>

#include "app/workspace.h"

namespace karyo {
class RenderSurface;
}

namespace karyo::gui {

class SliceView;

/// The labels in hand as a pointer that keeps them; null: none.
std::shared_ptr<LabelsLayer> labels_at_hand(Workspace& workspace);
/// The labels that a hand means at a place of a plane view: those in hand where the view shows
/// them, else the topmost that it shows; null: none.
std::shared_ptr<LabelsLayer> labels_meant(Workspace& workspace, const SliceView& view,
                                          const QPointF& position);

/// Where a box of voxels lies in a plane view.
QRectF rectangle_of(const Box3& box, const SliceView& view, const VoxelGrid& grid);

class SelectionOverlay : public QWidget {
 public:
  explicit SelectionOverlay(QWidget& view);
  /// None: no rectangle.
  void set_band(const std::optional<QRectF>& band);
  /// As large as the view.
  void fit() { setGeometry(parentWidget()->rect()); }

 protected:
  void paint_band(QPainter& painter) const;

 private:
  std::optional<QRectF> band_;
};

/// Outlines, as the selected object has one, a small lock on objects that are locked, and a dashed
/// frame around the suggestion at hand (app/model_walk.h).
class PlaneSelection : public SelectionOverlay {
 public:
  PlaneSelection(Workspace& workspace, SliceView& view);

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  void paint_outlines(QPainter& painter, const LabelsLayer& layer) const;
  void paint_locks(QPainter& painter, const LabelsLayer& layer) const;
  void paint_suggestion(QPainter& painter, const LabelsLayer& layer) const;

  Workspace& workspace_;
  SliceView& view_;
  Connection walked_;
};

/// A dot in the middle of each, whatever lies before it; the outlines are the scene's own.
class VolumeSelection : public SelectionOverlay {
 public:
  VolumeSelection(Workspace& workspace, RenderSurface& surface);

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  Workspace& workspace_;
  RenderSurface& surface_;
};

}  // namespace karyo::gui
