#pragma once

/// Selecting several objects in the views, and the menu of what can be done to them.
///
/// Ctrl+click, with the pick tool Shift+click too, adds an object to those that are selected or
/// takes it out, in the planes and in 3D. Ctrl+drag, Alt+drag, or a plain drag with the pick tool
/// draws a rectangle in a plane: objects that it touches in the slice are selected, with Ctrl or
/// Shift too. A right click on an object opens its menu; one that is selected stands for all that
/// are.
///
/// Planes show outlines of all that are selected, 3D a dot in the middle of each; the views' own
/// outline is the last one's.

#include <QObject>
#include <QPointF>
#include <QRectF>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "app/gui/view_grid.h"
#include "app/workspace.h"

class QMouseEvent;

namespace karyo::gui {

class ObjectPicker : public QObject {
 public:
  struct Host {
    std::function<bool(const std::string& id, const nlohmann::json& arguments)> run;
    std::function<bool()> looks;       ///< no tool but the pick tool is in use
    std::function<bool()> picks;       ///< the pick tool is
    std::function<void()> show_table;  ///< of objects
  };
  ObjectPicker(Workspace& workspace, ViewGrid& views, Host host, QObject* parent);
  ~ObjectPicker() override;

  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  class Over;
  class OverVolume;
  struct Seen {
    std::shared_ptr<LabelsLayer> layer;
    std::uint32_t id = 0;  // 0: background
  };
  std::shared_ptr<LabelsLayer> layer() const;
  Seen seen_in(SliceView& view, const QPointF& position) const;
  bool in_plane(SliceView& view, QEvent* event);
  bool in_volume(QEvent* event);
  void finish(SliceView& view, const QMouseEvent& event);
  void toggle(const Seen& seen);
  void select_touched(const SliceView& view, const QRectF& band, bool adds);
  void show_menu(const Seen& seen, const QPoint& where);
  void draw_again();

  Workspace& workspace_;
  ViewGrid& views_;
  Host host_;
  std::vector<Over*> overs_;      // one a plane
  QWidget* over_volume_ = nullptr;
  SliceView* pressed_ = nullptr;  // where the left button went down
  QPointF press_;
  bool owns_ = false;   // the press was this one's
  bool draws_ = false;  // a drag draws the rectangle
  std::optional<QRectF> band_;
  std::optional<QPointF> menu_press_;  // in 3D, where a right drag turns the view
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
