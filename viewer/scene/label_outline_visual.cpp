#include "viewer/scene/label_outline_visual.h"

#include <vtkDataArray.h>
#include <vtkNew.h>
#include <vtkOpenGLPolyDataMapper.h>
#include <vtkPointData.h>
#include <vtkPoints.h>
#include <vtkProperty.h>

#include <array>
#include <cmath>
#include <utility>

#include "viewer/scene/labels_surface_visual.h"
#include "viewer/scene/mesh_cuts.h"

namespace karyo {
namespace {

constexpr double kSameWidth = 0.02;  // a change of this share is not seen

/// Every point moved outwards.
vtkSmartPointer<vtkPolyData> hull_of(vtkPolyData& mesh, double width) {
  auto hull = vtkSmartPointer<vtkPolyData>::New();
  vtkDataArray* const normals = mesh.GetPointData()->GetNormals();
  if (normals == nullptr) return hull;
  vtkNew<vtkPoints> points;
  points->SetNumberOfPoints(mesh.GetNumberOfPoints());
  for (vtkIdType i = 0; i < mesh.GetNumberOfPoints(); ++i) {
    std::array<double, 3> place{}, normal{};
    mesh.GetPoint(i, place.data());
    normals->GetTuple(i, normal.data());
    for (std::size_t a = 0; a < 3; ++a) place[a] += width * normal[a];
    points->SetPoint(i, place.data());
  }
  hull->SetPoints(points);
  hull->SetPolys(mesh.GetPolys());
  return hull;
}

}  // namespace

LabelOutlineVisual::LabelOutlineVisual() : actor_(vtkSmartPointer<vtkActor>::New()) {
  auto mapper = vtkSmartPointer<vtkOpenGLPolyDataMapper>::New();
  mapper->ScalarVisibilityOff();
  actor_->SetMapper(mapper);
  actor_->GetProperty()->SetColor(kAccent.r / 255.0, kAccent.g / 255.0, kAccent.b / 255.0);
  actor_->GetProperty()->LightingOff();
  actor_->GetProperty()->FrontfaceCullingOn();
  make_cuttable(*actor_, *mapper);
  actor_->VisibilityOff();
  mapper_ = mapper;
}

void LabelOutlineVisual::update(const SurfaceItem& item, const std::vector<HalfSpace>& cuts,
                                double width) {
  std::vector<std::uint32_t> shown = item.selected;
  std::erase_if(shown, [&](std::uint32_t id) { return !item.shows(id); });
  if (shown.empty()) {
    actor_->VisibilityOff();
    return;
  }
  const bool same = mesh_ != nullptr && shown == shown_.selected && item.grid == shown_.grid &&
                    same_tiles(item.labels, shown_.labels);
  if (!same) mesh_ = object_surfaces(item, shown);
  if (!same || std::abs(width - width_) > kSameWidth * width_) {
    mapper_->SetInputData(hull_of(*mesh_, width));
    width_ = width;
    shown_ = item;
    shown_.selected = std::move(shown);
  }
  actor_->SetVisibility(mesh_->GetNumberOfPoints() > 0);
  set_cuts(*actor_, cuts);
}

}  // namespace karyo
