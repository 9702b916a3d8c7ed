#include "viewer/scene/marks_visual.h"

#include <vtkCellArray.h>
#include <vtkNew.h>
#include <vtkPointData.h>
#include <vtkPoints.h>
#include <vtkPolyDataNormals.h>
#include <vtkProperty.h>
#include <vtkUnsignedCharArray.h>

#include <algorithm>

#include "viewer/scene/mesh_cuts.h"

namespace karyo {
namespace {

/// Places and colours as they come, and the cells between them.
class Geometry {
 public:
  explicit Geometry(const VoxelGrid& grid) : grid_(grid) { colors_->SetNumberOfComponents(4); }

  vtkIdType point(const WorldPoint& voxels, Rgb color, double alpha = 1) {
    const WorldPoint at = world_place(voxels, grid_);
    const unsigned char rgba[] = {color.r, color.g, color.b,
                                  static_cast<unsigned char>(255 * alpha + 0.5)};
    colors_->InsertNextTypedTuple(rgba);
    return points_->InsertNextPoint(at.x, at.y, at.z);
  }
  void vertex(vtkIdType point) { vertices_->InsertNextCell(1, &point); }
  void line(vtkIdType from, vtkIdType to) {
    const vtkIdType ends[] = {from, to};
    lines_->InsertNextCell(2, ends);
  }
  void triangle(vtkIdType a, vtkIdType b, vtkIdType c) {
    const vtkIdType corners[] = {a, b, c};
    triangles_->InsertNextCell(3, corners);
  }

  vtkSmartPointer<vtkPolyData> done() {
    auto made = vtkSmartPointer<vtkPolyData>::New();
    made->SetPoints(points_);
    made->GetPointData()->SetScalars(colors_);
    if (vertices_->GetNumberOfCells() > 0) made->SetVerts(vertices_);
    if (lines_->GetNumberOfCells() > 0) made->SetLines(lines_);
    if (triangles_->GetNumberOfCells() > 0) made->SetPolys(triangles_);
    return made;
  }

 private:
  const VoxelGrid& grid_;
  vtkNew<vtkPoints> points_;
  vtkNew<vtkUnsignedCharArray> colors_;
  vtkNew<vtkCellArray> vertices_, lines_, triangles_;
};

void add(Geometry& geometry, const PointsLook& look, std::int64_t time) {
  for (std::size_t i = 0; i < look.data->size(); ++i) {
    const PointMark& point = (*look.data)[i];
    if (point.t >= 0 && point.t != time) continue;
    const bool selected = static_cast<std::int64_t>(i) == look.selected;
    geometry.vertex(geometry.point(point.at, selected ? kAccent : look.color));
  }
}

void add(Geometry& geometry, const ShapesInScene& shapes, std::int64_t time) {
  for (std::size_t i = 0; i < shapes.outlines->size(); ++i) {
    const ShapeOutline& outline = (*shapes.outlines)[i];
    if (outline.t >= 0 && outline.t != time) continue;
    const std::uint32_t own = (*shapes.look.data)[i].stroke_color;  // ARGB
    const bool selected = static_cast<std::int64_t>(i) == shapes.look.selected;
    const Rgb color =
        selected   ? kAccent
        : own == 0 ? shapes.look.color
                   : Rgb{static_cast<std::uint8_t>(own >> 16), static_cast<std::uint8_t>(own >> 8),
                         static_cast<std::uint8_t>(own)};
    const double z = outline.z >= 0 ? static_cast<double>(outline.z) + 0.5 : shapes.everywhere;
    for (const PathF& path : outline.paths) {
      vtkIdType first = -1, last = -1;
      for (const auto& corner : path) {
        const vtkIdType next = geometry.point({z, corner.y, corner.x}, color);
        if (last >= 0) geometry.line(last, next);
        if (first < 0) first = next;
        last = next;
      }
      if (outline.closed && last > first) geometry.line(last, first);
    }
  }
}

void add(Geometry& geometry, const TracksLook& look, std::int64_t time) {
  for_each_tail_piece(look, time, [&](const TailPiece& piece) {
    const Rgb color = track_color(piece.to.id);
    const double alpha = 1 - 0.8 * piece.age;
    geometry.line(geometry.point(piece.from.at, color, alpha),
                  geometry.point(piece.to.at, color, alpha));
  });
  for (const TrackPoint& point : look.data->points) {
    if (point.t == time) geometry.vertex(geometry.point(point.at, track_color(point.id)));
  }
}

void add(Geometry& geometry, const SurfaceLook& look, std::int64_t) {
  const SurfaceMesh& mesh = *look.data;
  const bool coloured = look.own_colors && !mesh.colors.empty();
  for (std::size_t i = 0; i < mesh.points.size(); ++i) {
    const auto& [x, y, z] = mesh.points[i];
    geometry.point({z, y, x}, coloured ? mesh.colors[i] : look.color);
  }
  for (const auto& [a, b, c] : mesh.triangles) geometry.triangle(a, b, c);
}

}  // namespace

vtkSmartPointer<vtkPolyData> marks_geometry(const MarksItem& item) {
  Geometry geometry(item.grid);
  std::visit([&](const auto& marks) { add(geometry, marks, item.time); }, item.marks);
  auto made = geometry.done();
  if (!std::holds_alternative<SurfaceLook>(item.marks)) return made;
  vtkNew<vtkPolyDataNormals> normals;
  normals->SetInputData(made);
  normals->SetFeatureAngle(60);  // what is sharper is an edge, not a bend
  normals->ConsistencyOff();
  normals->Update();
  return normals->GetOutput();
}

MarksVisual::MarksVisual()
    : mapper_(vtkSmartPointer<vtkOpenGLPolyDataMapper>::New()),
      balls_(vtkSmartPointer<vtkOpenGLSphereMapper>::New()),
      actor_(vtkSmartPointer<vtkActor>::New()) {
  for (vtkOpenGLPolyDataMapper* mapper :
       {mapper_.Get(), static_cast<vtkOpenGLPolyDataMapper*>(balls_)}) {
    mapper->SetScalarModeToUsePointData();
    mapper->SetColorModeToDirectScalars();
  }
  make_cuttable(*actor_, *mapper_);
  balls_->SetVBOShiftScaleMethod(mapper_->GetVBOShiftScaleMethod());
}

void MarksVisual::update(const MarksItem& item, const std::vector<HalfSpace>& cuts, double scale) {
  const auto* points = std::get_if<PointsLook>(&item.marks);
  const auto* surface = std::get_if<SurfaceLook>(&item.marks);
  const bool as_balls = points != nullptr && !points->on_screen;
  if (!made_ || !(item == shown_)) {
    const auto geometry = marks_geometry(item);
    mapper_->SetInputData(geometry);
    balls_->SetInputData(geometry);
    made_ = true;
    shown_ = item;
  }
  if (as_balls) balls_->SetRadius(static_cast<float>(points->size * item.grid.spacing_x / 2));
  actor_->SetMapper(as_balls ? static_cast<vtkMapper*>(balls_) : mapper_);
  vtkProperty& property = *actor_->GetProperty();
  property.SetOpacity(item.opacity);
  property.SetRepresentation(surface != nullptr && surface->wireframe ? VTK_WIREFRAME
                                                                      : VTK_SURFACE);
  property.SetLighting((surface != nullptr && !surface->wireframe) || as_balls);
  property.SetAmbient(0.15);
  property.SetDiffuse(0.85);
  property.SetSpecular(0.15);
  property.SetSpecularPower(20);
  const double width = std::visit(
      [](const auto& marks) {
        using Marks = std::decay_t<decltype(marks)>;
        if constexpr (std::is_same_v<Marks, PointsLook>)
          return 1.0;
        else if constexpr (std::is_same_v<Marks, ShapesInScene>)
          return marks.look.width;
        else
          return marks.width;
      },
      item.marks);
  property.SetLineWidth(static_cast<float>(surface != nullptr ? scale : width * scale));
  property.SetRenderPointsAsSpheres(true);
  property.SetPointSize(
      static_cast<float>((points != nullptr ? points->size : 2 * (width + 1)) * scale));
  set_cuts(*actor_, cuts);
}

}  // namespace karyo
