#pragma once

/// The voxels of an image layer that a frame needs, wherever they come from: the layer's volume as
/// it lies in memory, or what of a paged image has arrived, at the level that the screen can show.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/layers/image_layer.h"
#include "viewer/scene/view_transform.h"

namespace karyo {

/// Room for voxels of paged images; kept from frame to frame.
using VoxelRoom = std::vector<std::byte>;

struct SliceVoxels {
  VoxelGrid grid;  ///< of these voxels, in the world
  Box3 held;       ///< which voxels of the layer (of a level of it) these are
  Index3 extent;   ///< of the whole layer (level)
  /// For each visible channel the array that holds `held`, rows without gaps.
  std::vector<const std::byte*> channels;

  /// What `part` of the view shows of `layer` at `time`. `grid` is how the layer lies in the world.
  /// What a paged image has not in memory is asked for (PagedImage::gather). `room` must outlive
  /// the result.
  SliceVoxels(const ImageLayer& layer, const ViewTransform& view, const ScreenRect& part,
              const VoxelGrid& grid, std::int64_t time, VoxelRoom& room);

 private:
  void gather(const ImageLayer& layer, const ViewTransform& view, const ScreenRect& part,
              std::int64_t time, VoxelRoom& room);
};

}  // namespace karyo
