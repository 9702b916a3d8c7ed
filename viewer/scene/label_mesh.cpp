#include "viewer/scene/label_mesh.h"

#include <vtkCellArray.h>
#include <vtkCellArrayIterator.h>
#include <vtkPointData.h>
#include <vtkPolyData.h>

#include "viewer/scene/labels_surface_visual.h"

namespace karyo {

SurfaceMesh label_mesh(const SurfaceItem& item) {
  const auto surfaces = label_surfaces(item);
  SurfaceMesh mesh;
  for (vtkIdType i = 0; i < surfaces->GetNumberOfPoints(); ++i) {
    const double* at = surfaces->GetPoint(i);
    const double* color = surfaces->GetPointData()->GetScalars()->GetTuple3(i);
    mesh.points.push_back(
        {static_cast<float>(at[0]), static_cast<float>(at[1]), static_cast<float>(at[2])});
    mesh.colors.push_back({static_cast<std::uint8_t>(color[0]), static_cast<std::uint8_t>(color[1]),
                           static_cast<std::uint8_t>(color[2])});
  }
  const auto cells = vtk::TakeSmartPointer(surfaces->GetPolys()->NewIterator());
  for (cells->GoToFirstCell(); !cells->IsDoneWithTraversal(); cells->GoToNextCell()) {
    vtkIdType count = 0;
    const vtkIdType* corners = nullptr;
    cells->GetCurrentCell(count, corners);
    if (count != 3) continue;  // flying edges makes triangles
    mesh.triangles.push_back({static_cast<std::uint32_t>(corners[0]),
                              static_cast<std::uint32_t>(corners[1]),
                              static_cast<std::uint32_t>(corners[2])});
  }
  return mesh;
}

}  // namespace karyo
