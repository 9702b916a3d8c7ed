#pragma once

/// The region in XY that is meant where none is named, as ImageJ has a selection: the rectangle or
/// area that is drawn with a tool of the Measure menu, else the one chosen in the list of regions.

#include <functional>
#include <vector>

#include "app/workspace.h"
#include "core/segment/polygon_fill.h"

namespace karyo::gui {

class MeasureTool;

class RegionAtHand {
 public:
  /// `measuring`: whether that tool is in use. Both must outlive it.
  RegionAtHand(Workspace& workspace, MeasureTool& tool, std::function<bool()> measuring);

  /// A closed path, (x, y) in voxels of `grid`; empty: there is none.
  PathF path(const VoxelGrid& grid) const;

  /// Perhaps another one.
  Signal<> changed;

 private:
  PathF drawn(const VoxelGrid& grid) const;
  PathF chosen(const VoxelGrid& grid) const;

  Workspace& workspace_;
  MeasureTool& tool_;
  std::function<bool()> measuring_;
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
