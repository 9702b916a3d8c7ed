#pragma once

/// One stroke of the brush: what the hand draws live, and what a macro draws again.

#include <memory>
#include <optional>

#include "annotation/adaptive_brush.h"
#include "annotation/brush.h"
#include "annotation/label_edit.h"
#include "app/picture_part.h"
#include "app/workspace.h"

namespace karyo {

struct StrokeSettings {
  double size = 10;  ///< diameter in voxels along x
  bool ball = false;
  Plane plane = Plane::kXY;
  std::uint32_t label = 1;
  PaintRule rule = {};
  PictureAround picture = {};  ///< set: the brush stops at its edges
};

/// Paints as places are added; taken back unless finished.
class Stroke {
 public:
  Stroke(std::shared_ptr<LabelsLayer> layer, std::int64_t time, StrokeSettings settings);
  /// In voxels of the layer, z, y, x; whole numbers are voxels' middles.
  void add(const WorldPoint& voxel) { add(voxel, settings_.size); }
  /// The same with a brush of another diameter, in voxels along x: from the place before, the size
  /// changes evenly.
  void add(const WorldPoint& voxel, double size);
  /// What of the picture could not be read: there nothing is painted.
  const std::optional<Error>& problem() const { return problem_; }
  /// A step of undo, where something changed.
  void finish(Workspace& workspace);

 private:
  Result<Box3> paint_piece(const WorldPoint& from, const WorldPoint& to, const Brush& brush);

  VoxelGrid grid_;
  StrokeSettings settings_;
  LabelEditor editor_;
  AdaptiveStroke adaptive_;
  std::optional<WorldPoint> last_;
  std::optional<Error> problem_;
  double last_radius_ = 0;
};

/// Commits what was edited, for the next step of undo, and marks the layer as other than its file.
void keep_edit(Workspace& workspace, LabelEditor& editor);

}  // namespace karyo
