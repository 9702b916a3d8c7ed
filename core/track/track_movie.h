#pragma once

/// A movie of labels, one frame after the other: its objects, and the same labels by track.

#include <filesystem>
#include <vector>

#include "core/image/volume.h"
#include "core/track/tracking.h"

namespace karyo {

struct FrameObjects {
  std::vector<std::uint32_t> ids;    ///< ascending
  std::vector<TrackObject> objects;  ///< beside `ids`; places in the grid's unit, voxel centres
                                     ///< at whole voxels
};

/// `image`, where given, has the labels' (Z, Y, X) shape; its channel 0 at time `t` is measured.
/// Errors: kBadFile.
Result<FrameObjects> frame_objects(LabelView labels, const VoxelGrid& grid, const Volume* image,
                                   std::int64_t t);

/// Each object's voxels with its track's number.
LabelArray by_track(LabelView labels, const FrameObjects& objects,
                    const std::vector<std::int64_t>& tracks);

}  // namespace karyo
