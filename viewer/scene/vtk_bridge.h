#pragma once

/// The turn from our ZYX to VTK's XYZ, in one place.

#include <vtkImageData.h>
#include <vtkSmartPointer.h>

#include "core/image/axes.h"
#include "core/image/voxel_grid.h"

namespace karyo {

/// An image of `shape` with VTK's axes: dimensions (x, y, z), spacing and origin in the grid's
/// unit. Its first voxel is voxel `begin` of the grid; VTK's origin is that voxel's centre, half a
/// spacing from its corner; a grid that was moved is where it was moved to. A contiguous ZYX array
/// has the memory order VTK wants (x fastest), so voxels go over as they are. Scalars: `components`
/// of `vtk_type` each (VTK_UNSIGNED_CHAR ...), allocated, not set.
vtkSmartPointer<vtkImageData> make_vtk_image(Index3 shape, const VoxelGrid& grid, int vtk_type,
                                             int components, Index3 begin = {});

}  // namespace karyo
