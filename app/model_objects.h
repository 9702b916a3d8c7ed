#pragma once

/// Labels out of what a model sees in a slice, or a 3D model in a stack.

#include <vector>

#include "annotation/placed_mask.h"
#include "app/label_target.h"
#include "app/model_in_use.h"
#include "app/trial_object.h"
#include "core/segment/polygon_fill.h"

namespace karyo {

/// The object that the model sees at a voxel, within that slice of an image of `shape`; of a 3D
/// model in all its slices. Errors: kNotFound.
Result<PlacedMask> model_object_at(const ModelSight& seen, const Index3& voxel,
                                   const Index3& shape);

/// Its outline in the plane through that voxel, places (x, y) along the plane's axes in voxels,
/// corners at whole numbers; empty for none. A 2D model knows XY alone.
PathF model_outline_at(const ModelSight& seen, const Index3& voxel, Plane plane,
                       const Index3& shape);

/// Objects 1, 2, ..., the most probable first, and where their first voxel lies.
struct PlacedLabels {
  LabelArray labels;
  Index3 origin = {};
  std::vector<TrialObject> objects = {};  ///< of label 1, 2, ...; without boxes
};
/// All objects by these thresholds of slice `z` of an image of `shape`, of a 3D model of its stack.
/// `region`: those alone whose centre lies in this closed path, (x, y) in voxels, in XY; empty:
/// all. Of a region, and of a stack, the labels are no larger than their objects.
/// Errors: kTooLarge for labels that there is no room for. Threads: any.
Result<PlacedLabels> model_objects(const ModelSight& seen, const Thresholds& thresholds,
                                   const Index3& shape, std::int64_t z, const PathF& region = {});

struct ModelObjectsWanted {
  LabelTarget target;
  ImageSlice slice;
  Thresholds thresholds = {};
  bool replace = false;  ///< the objects there; else objects come only where there are none
  /// Objects whose centre lies in it alone, through all slices for a 3D model; to be replaced are
  /// those of which more than half lies in it. Empty: everywhere.
  PathF region = {};
};
/// What is in view: the slice at the cursor of the selected labels and the image under them, with
/// the model's thresholds. Errors: kNotFound.
Result<ModelObjectsWanted> model_objects_in_view(Workspace& workspace);
/// Has the workspace's preview show them, once the model has looked; then `shown` is called.
/// Errors: kInvalidArgument for a region outside of the image.
Result<void> show_model_objects(Workspace& workspace, const ModelObjectsWanted& wanted,
                                std::function<void()> shown);

/// Several closed paths as one that covers the same, by ways that are gone there and back.
PathF joined_path(const std::vector<PathF>& paths);

}  // namespace karyo
