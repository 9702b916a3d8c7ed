#pragma once

/// Channels of a volume as one coloured block of bounded size, for ray casting.

#include <cstdint>
#include <memory>
#include <vector>

#include "core/image/volume.h"
#include "viewer/scene/scene_request.h"

namespace karyo {

/// 16.8 million voxels: 64 MiB of texture, and what labels are meshed of at full resolution.
inline constexpr std::int64_t kTextureBudget = std::int64_t{256} * 256 * 256;

/// How far a shape is reduced: voxels averaged along each axis, >= 1.
using Reduction = Index3;

/// The least reduction that leaves at most `budget` voxels and 1024 along an axis. The axis with
/// the finest spacing is halved first, so anisotropic stacks keep their planes.
Reduction reduction_for(Index3 shape, const VoxelGrid& grid, std::int64_t budget);

/// The shape and the grid of a volume so reduced.
Index3 reduced_shape(Index3 shape, Reduction by);
VoxelGrid coarser(VoxelGrid grid, Reduction by);

/// Means over blocks of `by` voxels; the last block of an axis may be smaller. NaN counts as 0.
Array3<float> reduced(const Volume& volume, std::int64_t t, std::int64_t c, Reduction by);

/// Red, green, blue and strength a voxel, (Z, Y, X, 4) uint8: every channel through its contrast,
/// gamma and colours, added up; the strength is the brightest channel's.
/// `channels` are reduced volumes of one shape, one for each item; null: the item's volume itself,
/// where nothing is reduced. A copy of it would cost four bytes a voxel.
void colour_voxels(const std::vector<const Array3<float>*>& channels,
                   const std::vector<VolumeItem>& items, std::uint8_t* rgba);

}  // namespace karyo
