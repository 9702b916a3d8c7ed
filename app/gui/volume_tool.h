#pragma once

/// What the left button does with objects in the 3D view while a tool is chosen that has a use for
/// it there.

#include <QPointF>
#include <QString>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "app/gui/volume_view.h"
#include "app/workspace.h"

class QPainter;

namespace karyo::gui {

enum class VolumeToolKind {
  kPick,   ///< a click selects the object that is seen there; beside objects, none
  kMerge,  ///< drag from one object to another; beside objects a drag turns the view
};

/// Merging takes the two objects at the ends of the drag alone: what the pointer passes over lies
/// at any depth. Esc gives it up.
class VolumeTool {
 public:
  /// `run` starts a command, shows its error and says whether it went well.
  using Run = std::function<bool(const std::string& id, const nlohmann::json& arguments)>;
  VolumeTool(Workspace& workspace, Run run) : workspace_(workspace), run_(std::move(run)) {}

  /// None: the tool is not in use.
  const std::optional<VolumeToolKind>& kind() const { return kind_; }
  /// Gives up what is being drawn.
  void set_kind(std::optional<VolumeToolKind> kind);
  bool drawing() const { return first_.has_value(); }

  /// The button went down; true: the drag is this tool's.
  bool press(VolumeView& view, QPointF position);
  void drag(VolumeView& view, QPointF position);
  void release(VolumeView& view, QPointF position);
  /// Whether the click was this tool's.
  bool click(VolumeView& view, QPointF position);
  void paint(QPainter& painter, const VolumeView& view) const;
  /// False when there was nothing to give up.
  bool cancel();
  /// What letting the button go would do, in words; empty while nothing is being drawn.
  QString hint() const;

  Signal<> changed;

 private:
  using Seen = VolumeView::SeenObject;
  void select(const Seen& seen);
  /// Why the two cannot become one; empty where they can.
  QString obstacle() const;

  Workspace& workspace_;
  Run run_;
  std::optional<VolumeToolKind> kind_;
  std::optional<Seen> first_, second_;  // second: another object than the first
  QPointF from_, to_;
};

}  // namespace karyo::gui
