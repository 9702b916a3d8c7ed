#pragma once

/// Labels out of what a model sees in a slice.

#include "annotation/placed_mask.h"
#include "app/label_target.h"
#include "app/model_in_use.h"
#include "core/segment/polygon_fill.h"

namespace karyo {

/// The object that the model sees at a voxel of a slice, within that slice of an image of `shape`.
/// Errors: kNotFound.
Result<PlacedMask> model_object_at(const stardist::Candidates& seen, const Index3& voxel,
                                   const Index3& shape);

/// Its outline, places (x, y) in the slice's voxels, corners at whole numbers; empty for none.
PathF model_outline_at(const stardist::Candidates& seen, const Index3& voxel);

/// All objects of a slice by these thresholds, (1, Y, X) of an image of `shape`; the most probable
/// is 1. Threads: any.
LabelArray model_objects(const stardist::Candidates& seen, const Thresholds& thresholds,
                         const Index3& shape);

struct ModelObjectsWanted {
  LabelTarget target;
  ImageSlice slice;
  Thresholds thresholds = {};
  bool replace = false;  ///< the objects in the slice; else objects come only where there are none
};
/// What is in view: the slice at the cursor of the selected labels and the image under them, with
/// the model's thresholds. Errors: kNotFound.
Result<ModelObjectsWanted> model_objects_in_view(Workspace& workspace);
/// Has the workspace's preview show them, once the model has looked; then `shown` is called.
void show_model_objects(Workspace& workspace, const ModelObjectsWanted& wanted,
                        std::function<void()> shown);

}  // namespace karyo
