#include "viewer/scene/vtk_bridge.h"

namespace karyo {

vtkSmartPointer<vtkImageData> make_vtk_image(Index3 shape, const VoxelGrid& grid, int vtk_type,
                                             int components, Index3 begin) {
  auto image = vtkSmartPointer<vtkImageData>::New();
  image->SetDimensions(static_cast<int>(shape.x), static_cast<int>(shape.y),
                       static_cast<int>(shape.z));
  image->SetSpacing(grid.spacing_x, grid.spacing_y, grid.spacing_z);
  image->SetOrigin(grid.origin_x + (static_cast<double>(begin.x) + 0.5) * grid.spacing_x,
                   grid.origin_y + (static_cast<double>(begin.y) + 0.5) * grid.spacing_y,
                   grid.origin_z + (static_cast<double>(begin.z) + 0.5) * grid.spacing_z);
  image->AllocateScalars(vtk_type, components);
  return image;
}

}  // namespace karyo
