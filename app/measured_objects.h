#pragma once

/// What the objects of a layer of labels measure, one frame of it: ImageJ's columns, to be looked
/// at as a table and plots and saved.
///
/// Threads  one, the UI thread; measuring is a job of the workspace.

#include <memory>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/workspace.h"
#include "core/measure/distribution.h"
#include "core/measure/object_measures.h"

namespace karyo {

class MeasuredObjects {
 public:
  explicit MeasuredObjects(Workspace& workspace) : workspace_(workspace) {}

  /// Measures the frame that is shown, with the values of one channel of `image` (null: none), and
  /// then says so. Errors: kUnsupported for an image that stays in its file; later ones through the
  /// workspace's `failed`.
  Result<void> measure(const std::shared_ptr<LabelsLayer>& labels, const ImageLayer* image,
                       std::int64_t channel);
  bool measuring() const { return measuring_; }

  /// Null: nothing was measured, or it was closed.
  std::shared_ptr<LabelsLayer> layer() const;
  std::int64_t time() const { return time_; }
  const ObjectMeasurement& table() const { return table_; }
  const VoxelGrid& grid() const { return grid_; }
  /// Labels were changed since.
  bool outdated() const;
  /// Place of a column; -1: none of that name.
  int column(const std::string& name) const;
  /// Of an object, by its place in the table: its class's place among the layer's; -1: none.
  int class_of(std::size_t row) const;
  /// The middle of an object, in the world.
  WorldPoint place_of(std::size_t row) const;

  /// Label, the columns, and Class where an object has one.
  std::string csv() const;

  Signal<> changed;

 private:
  Workspace& workspace_;
  std::weak_ptr<LabelsLayer> layer_;
  LabelVolume labels_;  // that were measured
  std::int64_t time_ = 0;
  VoxelGrid grid_;
  ObjectMeasurement table_;
  bool measuring_ = false;
};

/// measure.objects, measure.save_objects, measure.go_to_object. The table keeps what was measured.
std::shared_ptr<MeasuredObjects> add_measured_object_commands(CommandTable& commands,
                                                              Workspace& workspace);

}  // namespace karyo
