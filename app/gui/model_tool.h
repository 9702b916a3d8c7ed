#pragma once

/// One click from the model: the nucleus that a StarDist model sees under the pointer is shown with
/// a dashed outline; a click makes it an object, through the slices where the model is a 3D one.

#include <optional>

#include "app/gui/label_tool.h"
#include "app/model_in_use.h"
#include "core/segment/polygon_fill.h"

namespace karyo::gui {

/// In XY alone where the model looks at those planes; in every plane where it looks at stacks.
class ModelTool : public LabelTool {
 public:
  using LabelTool::LabelTool;

  bool in_use() const { return in_use_; }
  void set_in_use(bool in_use);

  void press(SliceView& view, const WorldPoint& place) override;
  void move(SliceView& view, const WorldPoint& place, bool dragging) override;
  void release(SliceView&, const WorldPoint&) override {}
  void double_click(SliceView& view, const WorldPoint& place) override { press(view, place); }
  void paint(QPainter& painter, const SliceView& view) const override;

 private:
  /// What lies there: the topmost visible labels' image and voxel.
  struct Place {
    ImageSlice slice;
    Index3 voxel;
    VoxelGrid grid;
  };
  std::optional<Place> place_of(const WorldPoint& place) const;

  bool in_use_ = false;
  bool looks_at(const SliceView& view) const;

  PathF outline_;  // along the axes of its plane, in voxels
  Plane plane_ = Plane::kXY;
  VoxelGrid grid_ = {};  // of the labels that it lies in
  double depth_ = 0;     // the plane's middle, in voxels
};

}  // namespace karyo::gui
