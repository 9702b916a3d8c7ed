#pragma once

/// Selecting several objects in the views, and the menu of what can be done to them.
///
/// Ctrl+click, with the pick tool Shift+click too, adds an object to those that are selected or
/// takes it out, in the planes, in columns and cells, and in 3D. Ctrl+drag, in planes also Alt+drag
/// and with the pick tool a plain drag, draws a rectangle: objects that it touches in the slice, or
/// that are seen in it in 3D, are selected, with Ctrl or Shift too. A right click on an object
/// opens its menu; one that is selected stands for all that are.
///
/// In a view that shows layers of its own choice it is about the labels that are seen there.

#include <QObject>
#include <QPointF>
#include <QPointer>
#include <QRectF>
#include <functional>
#include <optional>
#include <vector>

#include "app/gui/object_menu.h"
#include "app/gui/selection_overlay.h"
#include "app/gui/view_grid.h"
#include "app/workspace.h"

class QMouseEvent;

namespace karyo::gui {

class ObjectPicker : public QObject {
 public:
  struct Host {
    ObjectMenuActions actions;
    std::function<bool()> looks;  ///< no tool but the pick tool is in use
    std::function<bool()> picks;  ///< the pick tool is
  };
  ObjectPicker(Workspace& workspace, ViewGrid& views, Host host, QObject* parent);
  ~ObjectPicker() override;

  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  struct Seen {
    std::shared_ptr<LabelsLayer> layer;
    std::uint32_t id = 0;  // 0: background
  };
  /// What of the left button's way goes on.
  struct Press {
    QPointer<QWidget> view;
    QPointF at;
    bool owned = false;  // it is not the view's
    bool draws = false;  // a drag draws the rectangle
    std::optional<QRectF> band;
  };
  void watch(SliceView& view);
  Seen seen_in(const SliceView& view, const QPointF& position) const;
  bool in_plane(SliceView& view, const QMouseEvent& event);
  bool in_volume(const QMouseEvent& event);
  bool press_in_volume(const QMouseEvent& event);
  /// Whether the move is no longer the view's.
  bool drag(const QMouseEvent& event);
  void finish(const SliceView& view, const Press& press, Qt::KeyboardModifiers keys);
  void toggle(const Seen& seen);
  void choose(const std::shared_ptr<LabelsLayer>& labels, const std::vector<std::uint32_t>& ids,
              bool adds);
  void select_touched(const SliceView& view, const QRectF& band, bool adds);
  void select_seen(const QRectF& band);
  void show_menu(const Seen& seen, const QPoint& where);
  void show_band();
  void draw_again();

  Workspace& workspace_;
  QPointer<ViewGrid> views_;
  Host host_;
  std::vector<QPointer<QWidget>> overlays_;  // SelectionOverlays; cells come and go
  Press press_;
  std::optional<QPointF> menu_press_;  // in 3D, where a right drag turns the view
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
