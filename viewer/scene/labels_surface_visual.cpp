#include "viewer/scene/labels_surface_visual.h"

#include <vtkAppendPolyData.h>
#include <vtkDiscreteFlyingEdges3D.h>
#include <vtkNew.h>
#include <vtkPointData.h>
#include <vtkPolyDataNormals.h>
#include <vtkProperty.h>
#include <vtkUnsignedCharArray.h>
#include <vtkWindowedSincPolyDataFilter.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/base/parallel.h"
#include "core/labels/relabel.h"
#include "viewer/scene/volume_texture.h"
#include "viewer/scene/vtk_bridge.h"

namespace karyo {
namespace {

/// As for ray casting: 16.8 million voxels are meshed at full resolution.
constexpr std::int64_t kVoxelBudget = std::int64_t{256} * 256 * 256;
constexpr int kSmoothingSteps = 12;
constexpr double kPassBand = 0.08;

/// Every n-th voxel, from the middle of each block.
LabelArray thinned(const LabelVolume& labels, Reduction by) {
  const Index3 shape = labels.shape();
  if (by == Reduction{1, 1, 1}) return labels.to_dense();
  const auto pieces = [](std::int64_t n, std::int64_t k) { return (n + k - 1) / k; };
  LabelArray out(Index3{pieces(shape.z, by.z), pieces(shape.y, by.y), pieces(shape.x, by.x)});
  parallel_for(0, out.shape().z, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t z = first; z < last; ++z) {
      for (std::int64_t y = 0; y < out.shape().y; ++y) {
        for (std::int64_t x = 0; x < out.shape().x; ++x) {
          out(z, y, x) = labels.at({std::min(z * by.z + by.z / 2, shape.z - 1),
                                    std::min(y * by.y + by.y / 2, shape.y - 1),
                                    std::min(x * by.x + by.x / 2, shape.x - 1)});
        }
      }
    }
  });
  return out;
}

/// Tiles are immutable once shared, so equal pointers are equal labels.
bool same_tiles(const LabelVolume& a, const LabelVolume& b) {
  if (a.shape() != b.shape()) return false;
  if (a.shape().count() == 0) return true;
  const std::int64_t last = a.tile_number(a.shape() - Index3{1, 1, 1});
  for (std::int64_t number = 0; number <= last; ++number) {
    if (a.tile(number) != b.tile(number)) return false;
  }
  return true;
}

vtkSmartPointer<vtkPolyData> mesh_of(std::uint32_t id, const Box3& bounds, const LabelArray& labels,
                                     const VoxelGrid& grid, Rgb colour) {
  // A rim of background closes objects that touch the stack's border.
  const Box3 box = bounds.padded({1, 1, 1});
  const auto mask = make_vtk_image(box.shape(), grid, VTK_UNSIGNED_CHAR, 1, box.begin);
  auto* voxel = static_cast<std::uint8_t*>(mask->GetScalarPointer());
  for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
    for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
      for (std::int64_t x = box.begin.x; x < box.end.x; ++x) {
        *voxel++ = bounds.contains({z, y, x}) && labels(z, y, x) == id ? 1 : 0;
      }
    }
  }
  vtkNew<vtkDiscreteFlyingEdges3D> edges;
  edges->SetInputData(mask);
  edges->ComputeNormalsOff();
  edges->ComputeGradientsOff();
  edges->ComputeScalarsOff();
  edges->SetValue(0, 1);
  vtkNew<vtkWindowedSincPolyDataFilter> smooth;
  smooth->SetInputConnection(edges->GetOutputPort());
  smooth->SetNumberOfIterations(kSmoothingSteps);
  smooth->SetPassBand(kPassBand);
  smooth->NormalizeCoordinatesOn();
  smooth->BoundarySmoothingOff();
  smooth->FeatureEdgeSmoothingOff();
  smooth->NonManifoldSmoothingOn();
  vtkNew<vtkPolyDataNormals> normals;
  normals->SetInputConnection(smooth->GetOutputPort());
  normals->SplittingOff();
  normals->Update();
  vtkSmartPointer<vtkPolyData> mesh = normals->GetOutput();
  vtkNew<vtkUnsignedCharArray> colours;
  colours->SetName("colour");
  colours->SetNumberOfComponents(3);
  colours->SetNumberOfTuples(mesh->GetNumberOfPoints());
  for (vtkIdType i = 0; i < mesh->GetNumberOfPoints(); ++i) {
    colours->SetTypedComponent(i, 0, colour.r);
    colours->SetTypedComponent(i, 1, colour.g);
    colours->SetTypedComponent(i, 2, colour.b);
  }
  mesh->GetPointData()->SetScalars(colours);
  return mesh;
}

}  // namespace

vtkSmartPointer<vtkPolyData> label_surfaces(const SurfaceItem& item) {
  const Reduction by = reduction_for(item.labels.shape(), item.grid, kVoxelBudget);
  const LabelArray labels = thinned(item.labels, by);
  VoxelGrid grid = item.grid;
  grid.spacing_z *= static_cast<double>(by.z);
  grid.spacing_y *= static_cast<double>(by.y);
  grid.spacing_x *= static_cast<double>(by.x);
  std::vector<std::pair<std::uint32_t, Box3>> objects;
  for (const auto& object : object_boxes(labels.view())) {
    if (item.only == 0 || object.first == item.only) objects.push_back(object);
  }
  std::vector<vtkSmartPointer<vtkPolyData>> meshes(objects.size());
  parallel_for(0, static_cast<std::int64_t>(objects.size()), 1,
               [&](std::int64_t first, std::int64_t last) {
                 for (std::int64_t i = first; i < last; ++i) {
                   const auto& [id, box] = objects[static_cast<std::size_t>(i)];
                   meshes[static_cast<std::size_t>(i)] =
                       mesh_of(id, box, labels, grid, item.colour(id));
                 }
               });
  vtkNew<vtkAppendPolyData> all;
  for (const auto& mesh : meshes) all->AddInputData(mesh);
  if (!meshes.empty()) all->Update();
  return all->GetOutput();
}

LabelsSurfaceVisual::LabelsSurfaceVisual()
    : mapper_(vtkSmartPointer<vtkPolyDataMapper>::New()),
      actor_(vtkSmartPointer<vtkActor>::New()) {
  mapper_->SetScalarModeToUsePointData();
  mapper_->SetColorModeToDirectScalars();
  actor_->SetMapper(mapper_);
  actor_->GetProperty()->SetAmbient(0.15);
  actor_->GetProperty()->SetDiffuse(0.85);
  actor_->GetProperty()->SetSpecular(0.15);
  actor_->GetProperty()->SetSpecularPower(20);
}

void LabelsSurfaceVisual::update(const SurfaceItem& item) {
  if (!meshed_ || item.only != shown_.only || !(item.grid == shown_.grid) ||
      !same_tiles(item.labels, shown_.labels)) {
    mapper_->SetInputData(label_surfaces(item));
    meshed_ = true;
    shown_ = item;
  }
  actor_->GetProperty()->SetOpacity(item.opacity);
}

}  // namespace karyo
