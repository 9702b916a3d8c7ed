#include "viewer/scene/labels_surface_visual.h"

#include <vtkAppendPolyData.h>
#include <vtkDiscreteFlyingEdges3D.h>
#include <vtkNew.h>
#include <vtkPointData.h>
#include <vtkPolyDataNormals.h>
#include <vtkProperty.h>
#include <vtkShaderProperty.h>
#include <vtkUnsignedCharArray.h>
#include <vtkWindowedSincPolyDataFilter.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/base/parallel.h"
#include "core/labels/relabel.h"
#include "viewer/scene/mesh_cuts.h"
#include "viewer/scene/scene_labels.h"
#include "viewer/scene/volume_texture.h"
#include "viewer/scene/vtk_bridge.h"

namespace karyo {
namespace {

constexpr int kSmoothingSteps = 12;
constexpr double kPassBand = 0.08;

/// `first` is the place of the labels' first voxel in the grid.
vtkSmartPointer<vtkPolyData> mesh_of(std::uint32_t id, const Box3& bounds, const LabelArray& labels,
                                     const Index3& first, const VoxelGrid& grid, Rgb colour) {
  // A rim of background closes objects that touch the stack's border.
  const Box3 box = bounds.padded({1, 1, 1});
  const auto mask = make_vtk_image(box.shape(), grid, VTK_UNSIGNED_CHAR, 1, box.begin);
  auto* voxel = static_cast<std::uint8_t*>(mask->GetScalarPointer());
  for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
    for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
      for (std::int64_t x = box.begin.x; x < box.end.x; ++x) {
        const bool inside =
            bounds.contains({z, y, x}) && labels(z - first.z, y - first.y, x - first.x) == id;
        *voxel++ = inside ? 1 : 0;
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

using Boxes = std::map<std::uint32_t, Box3>;

/// The smallest boxes around some objects, tile by tile: a dense copy of all labels would cost
/// more.
Boxes boxes_of(const LabelVolume& labels, std::vector<std::uint32_t> ids) {
  std::sort(ids.begin(), ids.end());
  const Index3 shape = labels.shape();
  Boxes boxes;
  std::uint32_t last = 0;
  Box3* box = nullptr;  // of the last; null: it is none of them
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; y += kTileSide) {
      for (std::int64_t x = 0; x < shape.x; x += kTileSide) {
        const TilePointer& tile = labels.tile(labels.tile_number({z, y, x}));
        if (!tile) continue;
        const TileIds& all = tile->ids();
        for (std::size_t i = 0; i < all.size(); ++i) {
          if (all[i] != last) {
            last = all[i];
            box = std::binary_search(ids.begin(), ids.end(), last) ? &boxes[last] : nullptr;
          }
          if (box == nullptr) continue;
          const auto at = static_cast<std::int64_t>(i);
          const Index3 p{z, y + at / kTileSide, x + at % kTileSide};
          *box = box->united_with({p, p + Index3{1, 1, 1}});
        }
      }
    }
  }
  return boxes;
}

/// One mesh of all: mesh(id, box) of each, made in parallel.
template <typename Mesh>
vtkSmartPointer<vtkPolyData> meshes_of(const Boxes& boxes, const Mesh& mesh) {
  const std::vector<std::pair<std::uint32_t, Box3>> objects(boxes.begin(), boxes.end());
  std::vector<vtkSmartPointer<vtkPolyData>> meshes(objects.size());
  parallel_for(0, std::ssize(objects), 1, [&](std::int64_t first, std::int64_t last) {
    for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i) {
      meshes[i] = mesh(objects[i].first, objects[i].second);
    }
  });
  vtkNew<vtkAppendPolyData> all;
  for (const auto& one : meshes) all->AddInputData(one);
  if (!meshes.empty()) all->Update();
  return all->GetOutput();
}

/// An open surface would show its hollow inside. In one flat colour the inside looks as the cut
/// face of a solid thing does.
void fill_cuts(vtkShaderProperty& shader) {
  constexpr bool kBeforeVtk = true, kOnce = false;
  constexpr char kLit[] = "//VTK::TCoord::Impl";
  shader.AddFragmentShaderReplacement(
      kLit, kBeforeVtk,
      std::string("if (!gl_FrontFacing) gl_FragData[0].rgb = 0.7 * vertexColorVSOutput.rgb;\n") +
          kLit,
      kOnce);
}

}  // namespace

vtkSmartPointer<vtkPolyData> label_surfaces(const SurfaceItem& item) {
  const auto [dense, grid] = labels_for_scene(item.labels, item.grid);
  Boxes boxes = object_boxes(dense.view());
  std::erase_if(boxes, [&](const auto& object) { return !item.shows(object.first); });
  return meshes_of(boxes, [&, &labels = dense, &place = grid](std::uint32_t id, const Box3& box) {
    return mesh_of(id, box, labels, {}, place, item.colours.of(id));
  });
}

vtkSmartPointer<vtkPolyData> object_surfaces(const SurfaceItem& item,
                                             const std::vector<std::uint32_t>& ids) {
  if (reduction_for(item.labels.shape(), item.grid, kTextureBudget) == Reduction{1, 1, 1}) {
    return meshes_of(boxes_of(item.labels, ids), [&](std::uint32_t id, const Box3& box) {
      return mesh_of(id, box, item.labels.to_dense(box), box.begin, item.grid, item.colours.of(id));
    });
  }
  const auto [dense, grid] = labels_for_scene(item.labels, item.grid);
  Boxes boxes = object_boxes(dense.view());
  std::erase_if(boxes, [&](const auto& object) {
    return std::find(ids.begin(), ids.end(), object.first) == ids.end();
  });
  return meshes_of(boxes, [&, &labels = dense, &place = grid](std::uint32_t id, const Box3& box) {
    return mesh_of(id, box, labels, {}, place, item.colours.of(id));
  });
}

LabelsSurfaceVisual::LabelsSurfaceVisual()
    : mapper_(vtkSmartPointer<vtkOpenGLPolyDataMapper>::New()),
      actor_(vtkSmartPointer<vtkActor>::New()) {
  mapper_->SetScalarModeToUsePointData();
  mapper_->SetColorModeToDirectScalars();
  actor_->SetMapper(mapper_);
  actor_->GetProperty()->SetAmbient(0.15);
  actor_->GetProperty()->SetDiffuse(0.85);
  actor_->GetProperty()->SetSpecular(0.15);
  actor_->GetProperty()->SetSpecularPower(20);
  make_cuttable(*actor_, *mapper_);
  fill_cuts(*actor_->GetShaderProperty());
}

void LabelsSurfaceVisual::update(const SurfaceItem& item, const std::vector<HalfSpace>& cuts) {
  if (!meshed_ || item.only != shown_.only || !(item.grid == shown_.grid) ||
      !(item.colours == shown_.colours) || !same_tiles(item.labels, shown_.labels)) {
    mapper_->SetInputData(label_surfaces(item));
    meshed_ = true;
    shown_ = item;
  }
  actor_->VisibilityOn();
  actor_->GetProperty()->SetOpacity(item.opacity);
  set_cuts(*actor_, cuts);
}

}  // namespace karyo
